# SPDX-License-Identifier: Apache-2.0
"""How a clip's frames become patches: the one rule that firmware, harness and training share.

Patches of `frames` frames overlap by what the front-end's record says, else by a fourth of them,
rounded down. A model that keeps variables from patch to patch sees every frame once: its patches
share none. The listener keeps that many frames and one more; a clip that ends within its first
patch repeats these until the patch is full (docs/frontend.md, section 8). The firmware has the
numbers from `library/patches.h`, printed from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.errors import Fault


@dataclass(frozen=True, slots=True)
class PatchRule:
    """The cut of a clip's frames."""

    frames: int
    """Frames of a patch."""

    overlap: int
    """Frames that a patch shares with the one before it: 0 to `frames` - 1."""

    @property
    def step(self) -> int:
        """Frames from the beginning of one patch to that of the next."""
        return self.frames - self.overlap

    @property
    def kept(self) -> int:
        """Newest frames that the listener keeps; a clip without a whole patch repeats them."""
        return self.overlap + 1

    @property
    def pushes(self) -> int:
        """Most frames that the network is given for one new frame.

        When a patch is answered, the next one lacks the frames of the overlap, which wait; with so
        many at a time none waits any more when its last frame comes, `step` frames later.
        """
        return -(-self.overlap // self.step) + 1


def patch_rule(frames: int, overlap: int | None = None, *, keeps_state: bool = False) -> PatchRule:
    """The rule for patches of `frames` frames.

    `overlap`: the record's; None for a fourth, and for none at all where the model keeps variables.
    """
    if overlap is None:
        overlap = 0 if keeps_state else frames // 4
    return PatchRule(frames, overlap)


def patch_faults(frames: int, overlap: int | None, *, keeps_state: bool = False) -> Iterator[Fault]:
    """Complain of an overlap that patches of `frames` frames cannot have, by the record's key.

    `overlap` is the record's, None where it says nothing.
    """
    if overlap is None:
        return
    key, said = "patch_overlap_frames", f"{overlap}"
    if not 0 <= overlap < frames:
        what = f"{said} frames, but a patch has {frames}"
        yield Fault(key, what, f"give 0 to {frames - 1}, or leave it out: a fourth of the patch")
    elif overlap and keeps_state:
        what = (
            f"{said}, but the model keeps variables from patch to patch (VAR_HANDLE): it would see "
            "the frames of the overlap twice"
        )
        yield Fault(key, what, "give 0, or leave it out: such a model's patches share no frame")
