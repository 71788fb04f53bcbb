# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.scores import NO_DECISION, Decision, by_fold, confusion, decide, share_of, wilson


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


def test_ties_go_to_the_lower_index() -> None:
    assert decide(np.array([-5, 7, 7])) == 1


DECISIONS = (
    Decision("a", 1, 0, 0, 5),
    Decision("b", 1, 1, 0, 5),
    Decision("c", 2, 1, NO_DECISION, 0),
)


def test_a_clip_without_a_decision_is_wrong() -> None:
    assert (share_of(DECISIONS).correct, share_of(DECISIONS).total) == (1, 3)
    assert {fold: share.correct for fold, share in by_fold(DECISIONS).items()} == {1: 1, 2: 0}


def test_the_confusion_matrix_has_a_column_for_no_decision() -> None:
    assert confusion(DECISIONS, 2).tolist() == [[1, 0, 0], [1, 0, 1]]
