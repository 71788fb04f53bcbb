# SPDX-License-Identifier: Apache-2.0
"""Variation of training patches, in the magnitude domain of the mel bands.

A cell is x = ln(mel + 1e-4). Undoing the logarithm first makes each variation what it would be had
the sound itself been varied: a gain multiplies mel, two sounds that play together add (to within
their phases), and the 1e-4 of the front-end's formula stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.config import AugmentConfig
from training.patches import Frames, InputScale, dequantize

LOG_OFFSET = 1e-4
"""The front-end's offset inside the logarithm."""

Values = npt.NDArray[np.float32]
"""float32 [patches, frames, bands], nepers."""


def draw_window(
    frames: Frames, patch_frames: int, stretch: float, rng: np.random.Generator
) -> Frames:
    """One patch from anywhere in a clip, time running at a random pace.

    `stretch`: the pace is drawn from 1 - stretch to 1 + stretch; frames are repeated or skipped.
    The clip must hold at least `patch_frames` frames.
    """
    pace = 1.0 + rng.uniform(-stretch, stretch) if stretch > 0 else 1.0
    pace = min(pace, (len(frames) - 1) / max(1, patch_frames - 1))
    span = int(np.floor((patch_frames - 1) * pace)) + 1
    first = int(rng.integers(0, len(frames) - span + 1))
    index = first + np.floor(np.arange(patch_frames) * pace + 1e-9).astype(np.intp)
    return np.asarray(frames[np.minimum(index, len(frames) - 1)], dtype=np.int8)


def shift_bands(magnitudes: Values, bands: npt.NDArray[np.float64]) -> Values:
    """Move each patch's spectrum by a fraction of a band, the edge bands repeated."""
    count = magnitudes.shape[2]
    position = np.clip(np.arange(count) - bands[:, np.newaxis], 0, count - 1)
    low = np.floor(position).astype(np.intp)
    high = np.minimum(low + 1, count - 1)
    weight = (position - low).astype(np.float32)[:, np.newaxis, :]
    take_low = np.take_along_axis(magnitudes, low[:, np.newaxis, :], axis=2)
    take_high = np.take_along_axis(magnitudes, high[:, np.newaxis, :], axis=2)
    return np.asarray(take_low * (1 - weight) + take_high * weight, dtype=np.float32)


def draw_curves(
    count: int, bands: int, most_db: float, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Smooth random curves [count, bands] in dB: straight lines between five even knots."""
    knots = rng.uniform(-most_db, most_db, (count, 5))
    at = np.linspace(0, 4, bands)
    return np.stack([np.interp(at, np.arange(5), one) for one in knots])


def augment(
    patches: Sequence[Frames],
    truth: Values,
    by: InputScale,
    config: AugmentConfig,
    rng: np.random.Generator,
    *,
    several: bool = False,
) -> tuple[Values, Values]:
    """Vary a batch of patches and their targets `truth`, float32 [patches, classes].

    Two sounds that are mixed share one whole between their classes; with `several` (a sigmoid head)
    the classes of both are heard, each as much as in its own sound, however loud.

    Returns values [patches, frames, bands] in nepers and targets [patches, classes].
    """
    cells = np.stack(patches)
    count = len(cells)
    magnitudes = np.maximum(np.exp(dequantize(cells, by)) - np.float32(LOG_OFFSET), 0.0)

    def each(values: npt.NDArray[np.float64]) -> Values:
        return values.astype(np.float32)[:, np.newaxis, np.newaxis]

    if config.band_shift > 0:
        shifts = rng.uniform(-config.band_shift, config.band_shift, count)
        magnitudes = shift_bands(magnitudes, shifts)
    gain_db = rng.uniform(config.gain_db_low, config.gain_db_high, count)
    magnitudes = magnitudes * each(10.0 ** (gain_db / 20.0))

    if config.equaliser_db > 0:
        curve_db = draw_curves(count, magnitudes.shape[2], config.equaliser_db, rng)
        magnitudes = magnitudes * (10.0 ** (curve_db / 20.0)).astype(np.float32)[:, np.newaxis, :]

    mixed = rng.random(count) < config.mix_probability
    share = np.where(mixed, rng.beta(config.mix_alpha, config.mix_alpha, count), 0.0)
    other = rng.permutation(count)
    magnitudes = magnitudes * each(1.0 - share) + magnitudes[other] * each(share)
    weight = share.astype(np.float32)[:, np.newaxis]
    if several:
        targets = np.where(mixed[:, np.newaxis], np.maximum(truth, truth[other]), truth)
    else:
        targets = truth * (1.0 - weight) + truth[other] * weight

    noisy = rng.random(count) < config.noise_probability
    level = 10.0 ** (rng.uniform(config.noise_db_low, config.noise_db_high, count) / 20.0)
    slope = rng.uniform(-1.0, 1.0, count)[:, np.newaxis] * np.linspace(-1.5, 1.5, cells.shape[2])
    loudest = magnitudes.max(axis=(1, 2))
    floor = np.exp(slope)[:, np.newaxis, :] * each(level * noisy) * loudest[:, None, None]
    wobble = rng.rayleigh(0.8, magnitudes.shape).astype(np.float32)
    values = np.log(magnitudes + floor * wobble + LOG_OFFSET).astype(np.float32)

    _mask(values, 1, config.mask_frames, config.mask_probability, rng)
    _mask(values, 2, config.mask_bands, config.mask_probability, rng)
    low, high = dequantize(np.array([-128, 127], np.int8), by)
    return np.clip(values, low, high), targets.astype(np.float32)


def _mask(
    values: Values, axis: int, widest: int, probability: float, rng: np.random.Generator
) -> None:
    """Blank a stretch of each patch along an axis with that patch's mean, in place."""
    if widest == 0:
        return
    for patch in values:
        width = int(rng.integers(1, widest + 1))
        first = int(rng.integers(0, patch.shape[axis - 1] - width + 1))
        if rng.random() < probability:
            where = [slice(None), slice(None)]
            where[axis - 1] = slice(first, first + width)
            patch[tuple(where)] = patch.mean()
