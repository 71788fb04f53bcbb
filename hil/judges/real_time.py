# SPDX-License-Identifier: Apache-2.0
"""Does a board keep up with its sound, and does it answer when it has the last frame?"""

from __future__ import annotations

from collections.abc import Iterator

from generator.project.manifest import FrontendInfo
from generator.wire.messages import PatchResult


def real_time_faults(
    frontend: FrontendInfo, patch: PatchResult, core_clock_hz: int, *, is_first: bool = False
) -> Iterator[str]:
    """What is wrong with the time of one patch, in words; nothing where the board keeps up.

    A patch's work is the network's over all of its frames, and the front-end's over the new ones;
    for it the board has the sound from one patch to the next. The first patch of a clip has more
    new frames than that, and is not asked for it (`is_first`). True of any network, however its
    work is over the frames: the work after the last frame is part of the patch's own.
    """
    work_cycles = patch.frontend_cycles + patch.network_cycles
    if not 0 < patch.answer_cycles <= work_cycles:
        yield (
            f"patch {patch.patch_index}: {patch.answer_cycles:,} cycles from the last frame to the "
            f"answer, of {work_cycles:,} cycles of work in all"
        )
    need_ms = 1e3 * work_cycles / core_clock_hz
    if not is_first and not 0.0 < need_ms < frontend.step_ms:
        patches = frontend.patches
        yield (
            f"patch {patch.patch_index}: not in real time: network and front-end need "
            f"{need_ms:.1f} ms for a patch and have {frontend.step_ms:.1f} ms: {patches.step} new "
            f"frames of {frontend.hop_samples} samples at {frontend.sample_rate_hz} Hz "
            f"(patches of {patches.frames} frames overlap by {patches.overlap}). Take a smaller "
            "model, a board with a faster core, or a record with less overlap or a longer hop"
        )
