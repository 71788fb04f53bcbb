# SPDX-License-Identifier: Apache-2.0
"""Time is asked for as this model's front-end has it, and nothing untrue of some network."""

from __future__ import annotations

from generator.frontend.presets import YAMNET
from generator.project.manifest import FrontendInfo
from generator.wire.messages import PatchResult
from hil.judges.real_time import real_time_faults
from tests.support.frontends import frontend_info

CLOCK_HZ = 160_000_000


def patch(*, frontend_ms: float, network_ms: float, answer_ms: float) -> PatchResult:
    frontend, network, answer = (
        round(ms * CLOCK_HZ / 1e3) for ms in (frontend_ms, network_ms, answer_ms)
    )
    return PatchResult(1, 1, 72, 0, frontend, network, answer, (0,))


def faults(frontend: FrontendInfo, result: PatchResult, *, is_first: bool = False) -> list[str]:
    return list(real_time_faults(frontend, result, CLOCK_HZ, is_first=is_first))


def test_the_shipped_model_keeps_up() -> None:
    result = patch(frontend_ms=25, network_ms=209, answer_ms=28)
    assert faults(frontend_info(), result) == []


def test_16_frames_of_the_same_network_do_not() -> None:
    result = patch(frontend_ms=4.1, network_ms=232.7, answer_ms=28)
    (fault,) = faults(frontend_info(frames=16), result)
    assert "need 236.8 ms for a patch and have 120.0 ms" in fault
    assert "12 new frames of 160 samples at 16000 Hz" in fault
    assert "patches of 16 frames overlap by 4" in fault
    assert "smaller model" in fault


def test_the_first_patch_of_a_clip_may_take_longer() -> None:
    result = patch(frontend_ms=4.1, network_ms=232.7, answer_ms=28)
    assert faults(frontend_info(frames=16), result, is_first=True) == []


def test_a_record_with_a_longer_hop_has_more_time() -> None:
    result = patch(frontend_ms=4.1, network_ms=232.7, answer_ms=28)
    slow = YAMNET.model_copy(update={"hop_samples": 320})
    assert faults(frontend_info(slow, 16), result) == []
    alone = YAMNET.model_copy(update={"hop_samples": 320, "patch_overlap_frames": 15})
    (fault,) = faults(frontend_info(alone, 16), result)
    assert "have 20.0 ms: 1 new frames of 320 samples" in fault


def test_a_net_whose_work_is_all_behind_the_last_frame_passes() -> None:
    """Two frames, hardly anything to compute: the answer costs more than the network."""
    result = patch(frontend_ms=1.0, network_ms=0.4, answer_ms=0.9)
    assert faults(frontend_info(frames=2), result) == []


def test_an_answer_within_no_time_is_none() -> None:
    result = patch(frontend_ms=1.0, network_ms=0.4, answer_ms=0.0)
    assert len(faults(frontend_info(), result)) == 1


def test_an_answer_takes_no_longer_than_all_work() -> None:
    result = patch(frontend_ms=1.0, network_ms=0.4, answer_ms=1.5)
    (fault,) = faults(frontend_info(), result)
    assert "240,000 cycles from the last frame to the answer, of 224,000" in fault
