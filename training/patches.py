# SPDX-License-Identifier: Apache-2.0
"""Cutting frames into patches; a patch of int8 cells is the input of one inference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from generator.model.patches import PatchRule

Frames = npt.NDArray[np.int8]
"""int8 [frames, bands]: the front-end's output."""

Patches = npt.NDArray[np.int8]
"""int8 [patches, frames, bands]."""


@dataclass(frozen=True, slots=True)
class InputScale:
    """Quantisation of a cell: value = scale * (cell - zero_point), in nepers."""

    scale: float
    zero_point: int


def dequantise(cells: npt.NDArray[np.int8], scale: InputScale) -> npt.NDArray[np.float32]:
    """The real values of int8 cells, in nepers (natural logarithm of a magnitude)."""
    centred = cells.astype(np.float32) - np.float32(scale.zero_point)
    return np.asarray(centred * np.float32(scale.scale), dtype=np.float32)


def fill_patch(frames: Frames, rule: PatchRule) -> Frames | None:
    """Frames for at least one patch; a shorter clip is padded by repeating its last frames.

    This is the listener's rule for a clip that ends before its first patch is full: it still has
    the last `rule.kept` frames and repeats them in turn (docs/frontend.md). None when the gate let
    no frame through.
    """
    if len(frames) == 0:
        return None
    missing = rule.frames - len(frames)
    if missing <= 0:
        return frames
    recent = frames[-rule.kept :]
    return np.concatenate([frames, recent[np.arange(missing) % len(recent)]])


def cut_patches(frames: Frames, rule: PatchRule, step: int | None = None) -> Patches:
    """The patches of a clip as the firmware cuts them; the last, partial one is dropped.

    `frames`: int8 [frames, bands]; `step`: frames from the start of one patch to the start of the
    next, where it is not the rule's. Returns int8 [patches, rule.frames, bands]. A short clip gives
    one patch (`fill_patch`), a silent one none.
    """
    filled = fill_patch(frames, rule)
    if filled is None:
        return np.empty((0, rule.frames, frames.shape[1]), np.int8)
    starts = range(0, len(filled) - rule.frames + 1, step or rule.step)
    return np.stack([filled[first : first + rule.frames] for first in starts])
