# SPDX-License-Identifier: Apache-2.0
"""Accuracy and its interval: against textbook values and by their properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.accuracy import clip_accuracy, wilson
from scoring.outcomes import Outcome


@pytest.mark.parametrize(
    ("correct", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (8, 10, 0.4902, 0.9433),
    ],
)
def test_interval_equals_published_values(
    correct: int, total: int, low: float, high: float
) -> None:
    accuracy = wilson(correct, total)
    assert (accuracy.low, accuracy.high) == pytest.approx((low, high), abs=5e-5)
    assert accuracy.value == correct / total


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_holds_the_share_and_stays_within_0_and_1(pair: tuple[int, int]) -> None:
    correct, total = pair
    accuracy = wilson(correct, total)
    assert 0.0 <= accuracy.low <= accuracy.value <= accuracy.high <= 1.0
    mirrored = wilson(total - correct, total)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((accuracy.low, accuracy.high))


@pytest.mark.parametrize(("correct", "total"), [(0, 0), (1, 0), (3, 2), (-1, 5), (6, 5)])
def test_what_is_no_proportion_is_refused(correct: int, total: int) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        wilson(correct, total)


def test_clip_without_decision_counts_as_wrong() -> None:
    right = [Outcome((label,), label, (label,)) for label in (0, 2)]
    wrong = [Outcome((1,), -2, ()), Outcome((3,), 0, (0,))]
    accuracy = clip_accuracy([*right, *wrong])
    assert accuracy is not None
    assert accuracy.value == 0.5
    assert clip_accuracy([]) is None


def test_accuracy_is_a_line_for_the_user() -> None:
    assert str(wilson(8, 10)) == "80.00 % (8/10, 95 % 49.0-94.3)"
