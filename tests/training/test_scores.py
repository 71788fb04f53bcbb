# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model.decision import NO_PATCH, UNSURE, DecisionRule, Head
from training.scores import (
    Decision,
    Detections,
    by_fold,
    confusion,
    decide_again,
    detections,
    share_of,
    wilson,
)


def test_wilson_interval_of_the_textbook() -> None:
    share = wilson(8, 10)
    assert share.value == 0.8
    assert share.low == pytest.approx(0.4902, abs=1e-4)
    assert share.high == pytest.approx(0.9433, abs=1e-4)


@given(st.integers(1, 500), st.data())
def test_the_interval_holds_the_share(total: int, data: st.DataObject) -> None:
    share = wilson(data.draw(st.integers(0, total)), total)
    assert 0.0 <= share.low <= share.value <= share.high <= 1.0


@pytest.mark.parametrize(("correct", "total"), [(0, 0), (3, 2), (-1, 2)])
def test_what_is_no_share_is_refused(correct: int, total: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(correct, total)


LABELLED = (
    Decision("a", 1, (0,), 0, (0,), 5, (10.0, 0.0)),
    Decision("b", 1, (1,), 0, (0,), 5, (640.0, 0.0)),
    Decision("c", 2, (1,), NO_PATCH, (), 0, ()),
    Decision("d", 2, (1,), UNSURE, (), 1, (0.0, 0.0)),
)


def test_a_clip_without_an_answer_is_wrong() -> None:
    assert (share_of(LABELLED).correct, share_of(LABELLED).total) == (1, 4)
    assert {fold: share.correct for fold, share in by_fold(LABELLED).items()} == {1: 1, 2: 0}


def test_the_confusion_matrix_has_columns_for_unsure_and_no_sound() -> None:
    assert confusion(LABELLED, 2).tolist() == [[1, 0, 0, 0], [1, 0, 1, 1]]


SEVERAL = (
    Decision("a", 1, (0, 1), 1, (0, 1), 1, ()),
    Decision("b", 1, (), UNSURE, (), 1, ()),
    Decision("c", 1, (0,), 1, (0, 1), 1, ()),
    Decision("d", 1, (0,), UNSURE, (), 1, ()),
    Decision("e", 1, (), NO_PATCH, (), 0, ()),
)


def test_with_several_classes_right_is_just_what_is_heard() -> None:
    assert [one.right for one in SEVERAL] == [True, True, False, False, True]


def test_detections_are_counted_class_by_class() -> None:
    assert detections(SEVERAL, 2) == (
        Detections(found=2, missed=1, false_alarms=0, quiet=2),
        Detections(found=1, missed=0, false_alarms=1, quiet=3),
    )


def test_another_rule_decides_from_the_same_sums() -> None:
    strict = DecisionRule(Head.SOFTMAX, (0, 0), other=1)
    assert [one.decided for one in decide_again(LABELLED, strict)] == [0, 0, NO_PATCH, 0]
    stricter = DecisionRule(Head.SOFTMAX, (100, 0), other=1)
    assert [one.decided for one in decide_again(LABELLED, stricter)] == [1, 0, NO_PATCH, 1]
    sigmoid = DecisionRule(Head.SIGMOID, (0, 0))
    assert [one.detected for one in decide_again(LABELLED, sigmoid)] == [(0, 1), (0, 1), (), (0, 1)]
