# SPDX-License-Identifier: Apache-2.0
"""What is counted over clips: confusion, and each class found, missed or told wrongly."""

from __future__ import annotations

import pytest

from scoring.accuracy import clip_accuracy
from scoring.outcomes import ClassCount, Outcome, confusion_matrix, count_classes


def test_confusion_counts_every_clip_once() -> None:
    answers = [(0, 0), (0, 1), (1, -1), (1, 1), (1, -2), (0, -2)]
    outcomes = [Outcome((truth,), decision, ()) for truth, decision in answers]
    assert confusion_matrix(outcomes, 2).tolist() == [[0, 1, 1, 1], [1, 1, 0, 1]]


def test_confusion_leaves_out_clips_of_no_class() -> None:
    assert not confusion_matrix([Outcome((), 0, (0,))], 2).any()


SETS = [((0, 1), (1, 0)), ((0, 1), (0,)), ((), ()), ((), (2,)), ((2,), (2, 0)), ((1,), ())]
SEVERAL = [Outcome(truth, 0, detected) for truth, detected in SETS]


def test_several_classes_are_right_only_together() -> None:
    accuracy = clip_accuracy(SEVERAL)
    assert accuracy is not None
    assert (accuracy.correct, accuracy.total) == (2, 6)


def test_classes_are_found_missed_and_told_wrongly() -> None:
    counts = count_classes(SEVERAL, 3)
    assert counts == (
        ClassCount(found=2, missed=0, false_alarms=1, rightly_not=3),
        ClassCount(found=1, missed=2, false_alarms=0, rightly_not=3),
        ClassCount(found=1, missed=0, false_alarms=1, rightly_not=4),
    )
    assert counts[1].precision == 1.0
    assert counts[1].recall == pytest.approx(1 / 3)
    never = ClassCount(0, 0, 0, 6)
    assert (never.precision, never.recall) == (None, None)
