# SPDX-License-Identifier: Apache-2.0
"""How a clip's frames become patches: the one rule that firmware, harness and training share.

Patches of `frames` frames overlap by what the front-end's record says, else by a fourth of them,
rounded down. The listener keeps that many frames and one more; a clip that ends within its first
patch repeats these until the patch is full (docs/frontend.md, section 8). The firmware has the
numbers from `app/patches.h`, printed from here.
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


def patch_rule(frames: int, overlap: int | None = None) -> PatchRule:
    """The rule for patches of `frames` frames; `overlap`: the record's, None for a fourth."""
    return PatchRule(frames, frames // 4 if overlap is None else overlap)


def patch_faults(
    where: str, frames: int, *, overlap: int | None, said_frames: int | None
) -> Iterator[Fault]:
    """Complain of a record whose patches are not those of a model that takes `frames` frames.

    `overlap` and `said_frames` are the record's patch_overlap_frames and patch_frames.
    """
    if said_frames is not None and said_frames != frames:
        what = f"patch_frames is {said_frames}; the model takes {frames} frames"
        yield Fault(where, what, "leave patch_frames out, or name the record of this model")
    if overlap is not None and not 0 <= overlap < frames:
        what = f"patch_overlap_frames is {overlap}; a patch has {frames} frames"
        yield Fault(where, what, f"give 0 to {frames - 1}, or leave it out: a fourth of the patch")
