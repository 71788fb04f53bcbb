# SPDX-License-Identifier: Apache-2.0
"""Harness and training count on their own, since neither may import the other: the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model.decision import NO_PATCH, UNSURE
from hil.report.metrics import clip_accuracy, confusion_matrix, count_classes, wilson_interval
from training.scores import Decision, confusion, detections, share_of, wilson

CLASSES = 3
SETS = st.sets(st.integers(0, CLASSES - 1)).map(lambda classes: tuple(sorted(classes)))


@given(st.lists(st.tuples(SETS, SETS), min_size=1, max_size=30))
def test_right_clips_and_each_class(pairs: list[tuple[tuple[int, ...], tuple[int, ...]]]) -> None:
    decisions = [Decision("clip", 1, truth, 0, found, 1, ()) for truth, found in pairs]
    ours, theirs = share_of(decisions), clip_accuracy(pairs)
    assert theirs is not None
    assert (ours.correct, ours.total) == (theirs.correct, theirs.total)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=1e-12)
    counted = count_classes(pairs, ("a", "b", "c"))
    for one, other in zip(detections(decisions, CLASSES), counted, strict=True):
        assert (one.found, one.missed) == (other.found, other.missed)
        assert one.false_alarms == other.false_alarms


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval(clips: tuple[int, int]) -> None:
    share = wilson(*clips)
    assert (share.low, share.high) == pytest.approx(wilson_interval(*clips), rel=1e-12, abs=1e-15)


ANSWERS = st.sampled_from([NO_PATCH, UNSURE, *range(CLASSES)])


@given(st.lists(st.tuples(st.integers(0, CLASSES - 1), ANSWERS), max_size=30))
def test_the_confusion_matrix(pairs: list[tuple[int, int]]) -> None:
    """One has its columns for silence and doubt in front, the other behind the classes."""
    decisions = [Decision("clip", 1, (truth,), answer, (), 1, ()) for truth, answer in pairs]
    silent, unsure, *classes = confusion_matrix(pairs, CLASSES).T
    assert np.array_equal(confusion(decisions, CLASSES).T, [*classes, unsure, silent])
