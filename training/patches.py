# SPDX-License-Identifier: Apache-2.0
"""Frames to patches: the int8 cells that one inference sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from generator.model.patches import kept_frames

Frames = npt.NDArray[np.int8]
"""int8 [frames, bands]: the front-end's output."""

Patches = npt.NDArray[np.int8]
"""int8 [patches, frames, bands]."""


@dataclass(frozen=True, slots=True)
class InputScale:
    """What an int8 cell means: value = scale * (cell - zero_point), in nepers."""

    scale: float
    zero_point: int


def dequantize(cells: npt.NDArray[np.int8], by: InputScale) -> npt.NDArray[np.float32]:
    """The real values of int8 cells, in nepers (natural logarithm of a magnitude)."""
    centred = cells.astype(np.float32) - np.float32(by.zero_point)
    return np.asarray(centred * np.float32(by.scale), dtype=np.float32)


def fill_patch(frames: Frames, patch_frames: int) -> Frames | None:
    """At least one patch's worth of frames: what a short clip lacks, its last frames repeat.

    This is the listener's rule for a clip that ends before its first patch is full: it still has
    the last `kept_frames(patch_frames)` frames and repeats them in turn (docs/frontend.md). None
    when the gate let no frame through.
    """
    if len(frames) == 0:
        return None
    missing = patch_frames - len(frames)
    if missing <= 0:
        return frames
    recent = frames[-kept_frames(patch_frames) :]
    return np.concatenate([frames, recent[np.arange(missing) % len(recent)]])


def cut_patches(frames: Frames, patch_frames: int, step: int) -> Patches:
    """The patches that the listener cuts, `step` frames apart; the last partial one is dropped.

    A short clip gives one patch (see `fill_patch`), silence none.
    """
    filled = fill_patch(frames, patch_frames)
    if filled is None:
        return np.empty((0, patch_frames, frames.shape[1]), np.int8)
    count = (len(filled) - patch_frames) // step + 1
    return np.stack([filled[i * step : i * step + patch_frames] for i in range(count)])
