# SPDX-License-Identifier: Apache-2.0
"""From samples to windowed frames, in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.record import FrontendRecord, WindowShape, ZerosAt

Floats = NDArray[np.float64]

COSINES = {
    WindowShape.HANN: (0.5, 0.5, 0.0),
    WindowShape.HAMMING: (0.54, 0.46, 0.0),
    WindowShape.BLACKMAN: (0.42, 0.5, 0.08),
    WindowShape.RECTANGULAR: (1.0, 0.0, 0.0),
}
"""a - b cos(2 pi n / N) + c cos(4 pi n / N): Harris, On the use of windows, 1978."""


def window(record: FrontendRecord) -> Floats:
    """[frame]: the window, and the zeros before and after it that belong to a frame."""
    length = record.window_samples
    constant, first, second = COSINES[record.window]
    period = length - 1 if record.window_symmetric else length
    turn = 2.0 * np.pi * np.arange(length) / max(period, 1)
    shape = constant - first * np.cos(turn) + second * np.cos(2.0 * turn)
    if record.zeros is ZerosAt.END:
        return shape
    before = (record.fft_samples - length) // 2
    return np.pad(shape, (before, record.fft_samples - length - before))


def signal(record: FrontendRecord, samples: NDArray[np.int16]) -> Floats:
    """The clip in the formula's unit, after pre-emphasis: x[n] - a x[n - 1] with x[-1] = 0."""
    real = samples.astype(np.float64) * record.sample_full_scale / 32768.0
    before = np.concatenate([[0.0], real[:-1]]) if len(real) else real
    return real - record.pre_emphasis * before


def frames(record: FrontendRecord, samples: NDArray[np.int16]) -> Floats:
    """[count, frame]: frame i begins at sample i * hop; centred, half a frame before that.

    Centred as librosa.stft with pad_mode="constant": half a frame of zeros, rounded down, is
    on both sides of the clip, after pre-emphasis. A last frame that is not full is left out.
    """
    clip, length = signal(record, samples), record.frame_samples
    if record.centred and len(clip):
        clip = np.pad(clip, length // 2)
    count = max(0, 1 + (len(clip) - length) // record.hop_samples)
    places = np.arange(count)[:, None] * record.hop_samples + np.arange(length)
    return clip[places]
