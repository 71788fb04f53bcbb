# SPDX-License-Identifier: Apache-2.0
"""Data augmentation of training patches, in the magnitude domain of the mel bands.

A cell is x = ln(mel + 1e-4). The logarithm is undone first, so that each augmentation has the
effect that it would have on the waveform: a gain multiplies mel, and two mixed sounds add up (phase
is ignored). The offset of 1e-4 from the front-end's formula is left unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.config import AugmentConfig
from training.patches import Frames, InputScale, dequantise

LOG_OFFSET = 1e-4
"""The offset inside the front-end's logarithm."""

Values = npt.NDArray[np.float32]
"""float32 [patches, frames, bands], in nepers."""


def draw_window(
    frames: Frames, patch_frames: int, stretch: float, rng: np.random.Generator
) -> Frames:
    """A random crop of a clip, one patch long, with random time stretch.

    `frames`: int8 [frames, bands], at least `patch_frames` of them. `stretch`: the speed is drawn
    from 1 - stretch to 1 + stretch; frames are repeated or skipped. Returns int8 [patch_frames,
    bands].
    """
    speed = 1.0 + rng.uniform(-stretch, stretch) if stretch > 0 else 1.0
    speed = min(speed, (len(frames) - 1) / max(1, patch_frames - 1))
    span = int(np.floor((patch_frames - 1) * speed)) + 1
    first = int(rng.integers(0, len(frames) - span + 1))
    index = first + np.floor(np.arange(patch_frames) * speed + 1e-9).astype(np.intp)
    return np.asarray(frames[np.minimum(index, len(frames) - 1)], dtype=np.int8)


def shift_bands(magnitudes: Values, bands: npt.NDArray[np.float64]) -> Values:
    """Shift each patch's spectrum by a number of bands, interpolated; edge bands are repeated.

    `magnitudes`: float32 [patches, frames, bands]; `bands`: float64 [patches], the shifts.
    """
    count = magnitudes.shape[2]
    position = np.clip(np.arange(count) - bands[:, np.newaxis], 0, count - 1)
    low = np.floor(position).astype(np.intp)
    high = np.minimum(low + 1, count - 1)
    weight = (position - low).astype(np.float32)[:, np.newaxis, :]
    take_low = np.take_along_axis(magnitudes, low[:, np.newaxis, :], axis=2)
    take_high = np.take_along_axis(magnitudes, high[:, np.newaxis, :], axis=2)
    return np.asarray(take_low * (1 - weight) + take_high * weight, dtype=np.float32)


def draw_equaliser_curves(
    count: int, bands: int, most_db: float, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Random gain curves float64 [count, bands] in dB, linear between five equidistant knots."""
    knots = rng.uniform(-most_db, most_db, (count, 5))
    at = np.linspace(0, 4, bands)
    return np.stack([np.interp(at, np.arange(5), one) for one in knots])


def augment(
    patches: Sequence[Frames],
    targets: Values,
    scale: InputScale,
    config: AugmentConfig,
    rng: np.random.Generator,
    *,
    multi_label: bool = False,
) -> tuple[Values, Values]:
    """Augment a batch of int8 patches [frames, bands] and their targets, float32 [patches,
    classes].

    When two patches are mixed (mixup), the mixed target is the weighted mean of both targets, so
    that it still sums to 1. With `multi_label` (a sigmoid head) it is the union of both, whatever
    the mixing weight.

    Returns values float32 [patches, frames, bands] in nepers and targets float32 [patches,
    classes].
    """
    cells = np.stack(patches)
    count = len(cells)
    magnitudes = np.maximum(np.exp(dequantise(cells, scale)) - np.float32(LOG_OFFSET), 0.0)

    def per_patch(values: npt.NDArray[np.float64]) -> Values:
        return values.astype(np.float32)[:, np.newaxis, np.newaxis]

    if config.band_shift > 0:
        shifts = rng.uniform(-config.band_shift, config.band_shift, count)
        magnitudes = shift_bands(magnitudes, shifts)
    gain_db = rng.uniform(config.gain_db_low, config.gain_db_high, count)
    magnitudes = magnitudes * per_patch(10.0 ** (gain_db / 20.0))

    if config.equaliser_db > 0:
        curve_db = draw_equaliser_curves(count, magnitudes.shape[2], config.equaliser_db, rng)
        magnitudes = magnitudes * (10.0 ** (curve_db / 20.0)).astype(np.float32)[:, np.newaxis, :]

    mixed = rng.random(count) < config.mix_probability
    share = np.where(mixed, rng.beta(config.mix_alpha, config.mix_alpha, count), 0.0)
    other = rng.permutation(count)
    magnitudes = magnitudes * per_patch(1.0 - share) + magnitudes[other] * per_patch(share)
    weight = share.astype(np.float32)[:, np.newaxis]
    if multi_label:
        mixed_targets = np.where(mixed[:, np.newaxis], np.maximum(targets, targets[other]), targets)
    else:
        mixed_targets = targets * (1.0 - weight) + targets[other] * weight

    noisy = rng.random(count) < config.noise_probability
    level = 10.0 ** (rng.uniform(config.noise_db_low, config.noise_db_high, count) / 20.0)
    slope = rng.uniform(-1.0, 1.0, count)[:, np.newaxis] * np.linspace(-1.5, 1.5, cells.shape[2])
    loudest = magnitudes.max(axis=(1, 2))
    floor = np.exp(slope)[:, np.newaxis, :] * per_patch(level * noisy) * loudest[:, None, None]
    wobble = rng.rayleigh(0.8, magnitudes.shape).astype(np.float32)
    values = np.log(magnitudes + floor * wobble + LOG_OFFSET).astype(np.float32)

    _mask(values, 1, config.mask_frames, config.mask_probability, rng)
    _mask(values, 2, config.mask_bands, config.mask_probability, rng)
    low, high = dequantise(np.array([-128, 127], np.int8), scale)
    return np.clip(values, low, high), mixed_targets.astype(np.float32)


def _mask(
    values: Values, axis: int, widest: int, probability: float, rng: np.random.Generator
) -> None:
    """SpecAugment: fill a random span of each patch along an axis with its mean, in place."""
    if widest == 0:
        return
    for patch in values:
        width = int(rng.integers(1, widest + 1))
        first = int(rng.integers(0, patch.shape[axis - 1] - width + 1))
        if rng.random() < probability:
            where = [slice(None), slice(None)]
            where[axis - 1] = slice(first, first + width)
            patch[tuple(where)] = patch.mean()
