# SPDX-License-Identifier: Apache-2.0
"""Decisions, accuracy, the interval: against textbook values and by their properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.metrics import clip_accuracy, confusion_matrix, decide, wilson_interval


def test_ties_go_to_the_lower_index() -> None:
    assert decide([3, 7, 7, -1]) == 1
    assert decide([0, 0]) == 0
    assert decide([-5, -2]) == 1


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
    accuracy = clip_accuracy([(0, 0), (1, -1), (2, 2), (3, 0)])
    assert accuracy is not None
    assert accuracy.value == 0.5
    assert clip_accuracy([]) is None


def test_confusion_counts_every_clip_once() -> None:
    matrix = confusion_matrix([(0, 0), (0, 1), (1, -1), (1, 1)], 2)
    assert matrix.tolist() == [[0, 1, 1], [1, 0, 1]]
