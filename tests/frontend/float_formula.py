# SPDX-License-Identifier: Apache-2.0
"""The formula that the front-end approximates, in float64: what "1 step" and "equal" refer to.

Frames of 512 samples every 160, periodic Hann of 400 centred, |FFT|, 64 triangles on the HTK mel
scale from 125 to 7500 Hz (peak 1, linear in hertz), ln(mel + 1e-4), int8. Written on its own: it
shares no number with generator.frontend.mel_tables.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def hann_window() -> Floats:
    """[512]: 56 zeros, the periodic Hann window of 400, 56 zeros."""
    window = np.zeros(512)
    window[56:456] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    return window


def mel_matrix() -> Floats:
    """[64, 257]: the weight of each bin in each triangle."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (125.0, 7500.0))
    edges = 700 * (10 ** (np.linspace(low, high, 66) / 2595) - 1)
    hz = np.arange(257) * 16000 / 512
    rising = (hz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - hz) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(rising, falling))


def log_mel(frames: NDArray[np.int16]) -> Floats:
    """ln(mel + 1e-4), float64 [n, 64], of int16 frames [n, 512]."""
    spectrum = np.abs(np.fft.rfft(frames / 32768.0 * hann_window(), axis=1))
    result: Floats = np.log(spectrum @ mel_matrix().T + 1e-4)
    return result


def features(frames: NDArray[np.int16], scale: float, zero_point: int) -> NDArray[np.int8]:
    """int8 [n, 64]: `log_mel` at the model's scale, rounded to nearest."""
    steps = np.rint(log_mel(frames) / scale) + zero_point
    return np.clip(steps, -128, 127).astype(np.int8)
