# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from generator.model.decision import NO_PATCH, UNDECIDED, DecisionRule, Head
from scoring.outcomes import ClassCount
from training.scores import (
    DecidedClip,
    accuracy_of,
    by_fold,
    confusion,
    decide_again,
    detections,
)

LABELLED = (
    DecidedClip("a", 1, (0,), 0, (0,), 5, (10.0, 0.0)),
    DecidedClip("b", 1, (1,), 0, (0,), 5, (640.0, 0.0)),
    DecidedClip("c", 2, (1,), NO_PATCH, (), 0, ()),
    DecidedClip("d", 2, (1,), UNDECIDED, (), 1, (0.0, 0.0)),
)


def test_a_clip_without_an_answer_is_wrong() -> None:
    assert (accuracy_of(LABELLED).correct, accuracy_of(LABELLED).total) == (1, 4)
    assert {fold: share.correct for fold, share in by_fold(LABELLED).items()} == {1: 1, 2: 0}


def test_the_confusion_matrix_has_columns_for_undecided_and_no_sound() -> None:
    assert confusion(LABELLED, 2).tolist() == [[1, 0, 0, 0], [1, 0, 1, 1]]


SEVERAL = (
    DecidedClip("a", 1, (0, 1), 1, (0, 1), 1, ()),
    DecidedClip("b", 1, (), UNDECIDED, (), 1, ()),
    DecidedClip("c", 1, (0,), 1, (0, 1), 1, ()),
    DecidedClip("d", 1, (0,), UNDECIDED, (), 1, ()),
    DecidedClip("e", 1, (), NO_PATCH, (), 0, ()),
)


def test_with_several_classes_right_is_just_what_is_heard() -> None:
    assert [one.right for one in SEVERAL] == [True, True, False, False, True]


def test_detections_are_counted_class_by_class() -> None:
    assert detections(SEVERAL, 2) == (
        ClassCount(found=2, missed=1, false_alarms=0, rightly_not=2),
        ClassCount(found=1, missed=0, false_alarms=1, rightly_not=3),
    )


def test_another_rule_decides_from_the_same_sums() -> None:
    strict = DecisionRule(Head.SOFTMAX, (0, 0), other=1)
    assert [one.decided for one in decide_again(LABELLED, strict)] == [0, 0, NO_PATCH, 0]
    stricter = DecisionRule(Head.SOFTMAX, (100, 0), other=1)
    assert [one.decided for one in decide_again(LABELLED, stricter)] == [1, 0, NO_PATCH, 1]
    sigmoid = DecisionRule(Head.SIGMOID, (0, 0))
    assert [one.detected for one in decide_again(LABELLED, sigmoid)] == [(0, 1), (0, 1), (), (0, 1)]
