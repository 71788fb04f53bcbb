# SPDX-License-Identifier: Apache-2.0
"""Thresholds chosen on held-out decisions: by the method that is documented, and no other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model.decision import SHARE_STEPS, ZERO_SHARE_STEP, DecisionRule, Head
from training.scores import DecidedClip, accuracy_of, decide_again, detections
from training.threshold import choose_thresholds, with_thresholds

SOFTMAX = DecisionRule(Head.SOFTMAX, (ZERO_SHARE_STEP,) * 2)
WITH_OTHER = DecisionRule(Head.SOFTMAX, (ZERO_SHARE_STEP,) * 3, other=1)
SIGMOID = DecisionRule(Head.SIGMOID, (0, 0))


def make(labels: tuple[int, ...], *shares: float, patches: int = 3) -> DecidedClip:
    """A held-out clip with these mean scores."""
    sums = tuple(patches * (SHARE_STEPS * share + ZERO_SHARE_STEP) for share in shares)
    return DecidedClip("clip", 1, labels, 0, (0,), patches, sums)


def test_a_class_for_other_sound_takes_what_is_below() -> None:
    clips = [
        *(make((0,), 0.9, 0.05, 0.05), make((2,), 0.1, 0.1, 0.8)),
        *(make((1,), 0.6, 0.3, 0.1), make((1,), 0.1, 0.5, 0.4), make((1,), 0.2, 0.2, 0.6)),
    ]
    (chosen,) = choose_thresholds(clips, WITH_OTHER, 0.95)
    assert chosen.measure == "mean recall"
    assert chosen.value == 1.0
    assert chosen.share == pytest.approx(0.7, abs=0.01), "half way between 0.6 and 0.8"
    again = decide_again(clips, with_thresholds(WITH_OTHER, [chosen.share]))
    assert accuracy_of(again).correct == len(clips)


def test_without_other_the_lowest_threshold_with_enough_precision_is_taken() -> None:
    right = [make((0,), share, 1 - share) for share in (0.95, 0.9, 0.85, 0.8)]
    wrong = [make((1,), 0.7, 0.3)]
    (chosen,) = choose_thresholds([*right, *wrong], SOFTMAX, 0.95)
    assert chosen.share == pytest.approx(0.7 + 1 / SHARE_STEPS, abs=1 / SHARE_STEPS)
    assert (chosen.value, chosen.answered) == (1.0, 0.8)
    (free,) = choose_thresholds([*right, *wrong], SOFTMAX, 0.8)
    assert free.share == 1 / SHARE_STEPS, "all answers together are right often enough"


def test_a_precision_that_is_out_of_reach_gives_the_nearest() -> None:
    clips = [make((1,), 0.9, 0.1), make((0,), 0.8, 0.2)]
    (chosen,) = choose_thresholds(clips, SOFTMAX, 0.95)
    assert chosen.value == 0.5
    assert chosen.share <= 0.8


def test_each_class_of_a_sigmoid_has_its_own() -> None:
    clips = [
        *(make((0,), 0.4, 0.1), make((0, 1), 0.5, 0.9), make((1,), 0.1, 0.8), make((), 0.2, 0.7)),
    ]
    first, second = choose_thresholds(clips, SIGMOID, 0.95)
    assert first.share == pytest.approx(0.3, abs=0.01)
    assert second.share == pytest.approx(0.75, abs=0.01)
    again = decide_again(clips, with_thresholds(SIGMOID, [first.share, second.share]))
    assert accuracy_of(again).correct == 4


def test_clips_without_sound_do_not_count() -> None:
    silent = DecidedClip("silent", 1, (0,), -1, (), 0, ())
    assert choose_thresholds([make((0,), 0.9, 0.1), silent], SOFTMAX, 0.5)
    with pytest.raises(ValueError, match="no held-out clip with sound"):
        choose_thresholds([silent], SOFTMAX, 0.5)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 255), st.integers(1, 9)), min_size=1, max_size=30
    )
)
def test_no_other_threshold_has_a_better_f1(clips: list[tuple[bool, int, int]]) -> None:
    """Held against the chip's own rule, threshold by threshold."""
    rule = DecisionRule(Head.SIGMOID, (0,))
    decisions = [
        make((0,) if heard else (), step / SHARE_STEPS, patches=patches)
        for heard, step, patches in clips
    ]
    (chosen,) = choose_thresholds(decisions, rule, 0.95)

    def f1(share: float) -> float:
        (one,) = detections(decide_again(decisions, with_thresholds(rule, [share])), 1)
        return 2 * one.found / max(1, 2 * one.found + one.missed + one.false_alarms)

    best = max(f1(step / SHARE_STEPS) for step in range(1, SHARE_STEPS))
    assert chosen.value == pytest.approx(best)
    assert f1(chosen.share) == pytest.approx(best)
    assert np.isclose(chosen.share * SHARE_STEPS % 1, 0)
