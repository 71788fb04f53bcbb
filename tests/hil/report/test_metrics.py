# SPDX-License-Identifier: Apache-2.0
"""Decisions, accuracy, the interval: against textbook values and by their properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.report.metrics import (
    ClassCount,
    clip_accuracy,
    confusion_matrix,
    count_classes,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("correct", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_interval_equals_published_values(
    correct: int, total: int, low: float, high: float
) -> None:
    assert wilson_interval(correct, total) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_holds_the_share_and_stays_within_0_and_1(pair: tuple[int, int]) -> None:
    correct, total = pair
    low, high = wilson_interval(correct, total)
    assert 0.0 <= low <= correct / total <= high <= 1.0
    mirrored = wilson_interval(total - correct, total)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high))


@pytest.mark.parametrize(("correct", "total"), [(1, 0), (-1, 5), (6, 5)])
def test_what_is_no_proportion_is_refused(correct: int, total: int) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        wilson_interval(correct, total)


def test_clip_without_decision_counts_as_wrong() -> None:
    accuracy = clip_accuracy([((0,), (0,)), ((1,), ()), ((2,), (2,)), ((3,), (0,))])
    assert accuracy is not None
    assert accuracy.value == 0.5
    assert clip_accuracy([]) is None


def test_confusion_counts_every_clip_once() -> None:
    matrix = confusion_matrix([(0, 0), (0, 1), (1, -1), (1, 1), (1, -2), (0, -2)], 2)
    assert matrix.tolist() == [[0, 1, 1, 1], [1, 1, 0, 1]]


SEVERAL = [((0, 1), (1, 0)), ((0, 1), (0,)), ((), ()), ((), (2,)), ((2,), (2, 0)), ((1,), ())]


def test_several_classes_are_right_only_together() -> None:
    accuracy = clip_accuracy(SEVERAL)
    assert accuracy is not None
    assert (accuracy.correct, accuracy.total) == (2, 6)


def test_classes_are_found_missed_and_told_wrongly() -> None:
    counts = count_classes(SEVERAL, ("a", "b", "c"))
    assert counts == (
        ClassCount("a", found=2, missed=0, false_alarms=1),
        ClassCount("b", found=1, missed=2, false_alarms=0),
        ClassCount("c", found=1, missed=0, false_alarms=1),
    )
    assert counts[1].precision == 1.0
    assert counts[1].recall == pytest.approx(1 / 3)
    never = ClassCount("d", 0, 0, 0)
    assert (never.precision, never.recall) == (None, None)
