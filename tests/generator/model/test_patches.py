# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model.patches import PatchRule, patch_faults, patch_rule


def test_a_fourth_is_shared_where_the_record_does_not_say() -> None:
    assert patch_rule(96) == PatchRule(96, 24)
    assert patch_rule(49, 0) == PatchRule(49, 0)
    assert [patch_rule(frames).overlap for frames in (1, 2, 3, 4)] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("frames", "overlap", "numbers"),
    [
        (96, 24, (72, 25, 2)),
        (96, 48, (48, 49, 2)),
        (96, 49, (47, 50, 3)),
        (49, 48, (1, 49, 49)),
        (1, 0, (1, 1, 1)),
        (2, 1, (1, 2, 2)),
        (50, 0, (50, 1, 1)),
    ],
)
def test_what_follows_from_frames_and_overlap(
    frames: int, overlap: int, numbers: tuple[int, int, int]
) -> None:
    rule = patch_rule(frames, overlap)
    assert (rule.step, rule.kept, rule.pushes) == numbers


@given(st.integers(1, 300), st.data())
def test_no_frame_waits_when_the_last_one_of_a_patch_comes(
    frames: int, data: st.DataObject
) -> None:
    rule = patch_rule(frames, data.draw(st.integers(0, frames - 1)))
    waiting = rule.overlap
    for _ in range(rule.step):
        waiting += 1
        assert waiting <= rule.kept
        waiting -= min(waiting, rule.pushes)
    assert waiting == 0
    assert (rule.pushes - 1) * rule.step < rule.overlap + rule.step, "with one less some would"


def test_an_overlap_is_less_than_a_patch() -> None:
    (fault,) = patch_faults(96, 96)
    assert (fault.where, fault.what) == ("patch_overlap_frames", "96 frames, but a patch has 96")
    assert "give 0 to 95" in fault.remedy
    assert not list(patch_faults(96, 95))
    assert not list(patch_faults(96, None))
    assert list(patch_faults(96, -1))


def test_a_model_with_variables_sees_a_frame_once() -> None:
    assert patch_rule(96, keeps_state=True) == PatchRule(96, 0)
    (fault,) = patch_faults(96, 24, keeps_state=True)
    assert "it would see the frames of the overlap twice" in fault.what
    assert not list(patch_faults(96, 0, keeps_state=True))
    assert not list(patch_faults(96, None, keeps_state=True))
