# SPDX-License-Identifier: Apache-2.0
"""How a clip's frames become patches: the one rule that firmware, harness and training share.

Patches of `frames` frames overlap by a fourth of them, rounded down. The listener keeps that many
frames and one more; a clip that ends within its first patch repeats these until the patch is full
(docs/frontend.md, section 8). The firmware has the numbers from `app/patches.h`, printed from here.
"""

from __future__ import annotations


def overlap(frames: int) -> int:
    """Frames that a patch shares with the one before it."""
    return frames // 4


def patch_step(frames: int) -> int:
    """Frames from the beginning of one patch to that of the next."""
    return frames - overlap(frames)


def kept_frames(frames: int) -> int:
    """Newest frames that the listener keeps; a clip without a whole patch repeats them."""
    return overlap(frames) + 1


def patch_context(frames: int) -> dict[str, int]:
    """What the template of `app/patches.h` sees as `patches`."""
    return {"overlap": overlap(frames), "step": patch_step(frames), "kept": kept_frames(frames)}
