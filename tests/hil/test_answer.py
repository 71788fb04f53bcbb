# SPDX-License-Identifier: Apache-2.0
"""An answer has the model's own words, probabilities and milliseconds of the board's clock."""

from __future__ import annotations

import numpy as np
import pytest

from generator.model.decision import NO_PATCH, UNDECIDED, DecisionRule, Head
from generator.project.manifest import ProjectInfo
from generator.wire import DETECTED_BYTES, mask_of
from generator.wire.messages import ClipResult, PatchResult
from hil.answer import Answer, answer_of
from hil.link.played import ClipRun
from tests.support.frontends import frontend_info

LABELS = ("dog", "rain", "silence")
CLOCK_HZ = 160_000_000
CYCLES = (16_000_000, 32_000_000)
ANSWER_CYCLES = (1_600_000, 800_000)


def answer(
    sums: tuple[int, ...], decision: int, detected: tuple[int, ...], head: Head = Head.SOFTMAX
) -> Answer:
    """Of a board that answered two patches; none where nothing was decided for want of one."""
    patches = (
        ()
        if decision == NO_PATCH
        else tuple(
            PatchResult(1, index, 72 * index, 0, 0, cycles, ANSWER_CYCLES[index], (0, 0, 0))
            for index, cycles in enumerate(CYCLES)
        )
    )
    mask = mask_of(detected, DETECTED_BYTES)
    result = ClipResult(1, 32_000, 0, 200, len(patches), decision, 0, 0, 0, 0, mask, sums)
    run = ClipRun(result, patches, np.zeros((0, 64), np.int8), ("reset: silence",))
    rule = DecisionRule(head, (-128, -128, -128))
    project = ProjectInfo("u585", "u585", "m", "ab", LABELS, rule, False, "0", frontend_info())
    return answer_of(run, project, CLOCK_HZ, "measured")


def test_the_decision_is_a_label_and_scores_are_probabilities() -> None:
    found = answer((2 * 127, -2 * 128, 0), 0, (0,))
    assert (found.label, found.detected) == ("dog", ("dog",))
    assert found.scores == pytest.approx({"dog": 255 / 256, "rain": 0.0, "silence": 0.5})
    assert (found.patches, found.cycles_are) == (2, "measured")
    assert found.retries == ("reset: silence",)


def test_cycles_have_their_time_at_the_boards_clock() -> None:
    found = answer((0, 0, 0), 1, (1,))
    assert found.network_cycles == CYCLES
    assert found.network_ms == pytest.approx((100, 200))
    assert found.answer_ms == pytest.approx((10, 5))


def test_several_classes_of_a_sigmoid_head() -> None:
    assert answer((0, 10, 10), 1, (1, 2), Head.SIGMOID).detected == ("rain", "silence")


def test_undecided_and_without_a_patch_there_is_no_label() -> None:
    undecided = answer((0, 0, 0), UNDECIDED, ())
    assert (undecided.label, undecided.detected, undecided.patches) == (None, (), 2)
    silent = answer((0, 0, 0), NO_PATCH, ())
    assert (silent.label, silent.patches, silent.scores) == (None, 0, {})


def test_logits_are_no_probabilities() -> None:
    assert answer((30, -256, 5), 0, (0,), Head.LOGITS).scores["dog"] == 15
