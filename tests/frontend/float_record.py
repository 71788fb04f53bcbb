# SPDX-License-Identifier: Apache-2.0
"""The formula of a front-end's record in float64, for the records that are not refused.

It shares no number with generator.frontend: scales and triangles are written from their sources
(HTK Book, section 5.4; Slaney, Auditory Toolbox; TensorFlow's linear_to_mel_weight_matrix).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.record import FrontendRecord, MelScale, TriangleSides

Floats = NDArray[np.float64]


def _to_mel(hz: Floats, scale: MelScale) -> Floats:
    if scale is MelScale.HTK:
        return 2595.0 * np.log10(1.0 + hz / 700.0)
    linear = hz / (200.0 / 3.0)
    above = 15.0 + np.log(np.maximum(hz, 1000.0) / 1000.0) / (np.log(6.4) / 27.0)
    return np.where(hz < 1000.0, linear, above)


def _to_hz(mel: Floats, scale: MelScale) -> Floats:
    if scale is MelScale.HTK:
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    return np.where(
        mel < 15.0, mel * 200.0 / 3.0, 1000.0 * np.exp((mel - 15.0) * np.log(6.4) / 27.0)
    )


def mel_matrix(record: FrontendRecord) -> Floats:
    """[bands, bins]: the weight of each bin in each triangle."""
    scale = record.mel_scale
    low, high = _to_mel(np.array([record.low_hz, record.high_hz]), scale)
    edges = np.linspace(low, high, record.bands + 2)
    bins = np.arange(record.fft_samples // 2 + 1) * record.sample_rate_hz / record.fft_samples
    if record.triangles is TriangleSides.MEL:
        places = _to_mel(bins, scale)
    else:
        edges, places = _to_hz(edges, scale), bins
    rising = (places - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - places) / np.diff(edges)[1:, None]
    return np.maximum(0.0, np.minimum(rising, falling))


def features(
    record: FrontendRecord, samples: NDArray[np.int16], scale: float, zero_point: int
) -> NDArray[np.int8]:
    """int8 [frames, bands] of a clip, no frame gated."""
    length, window = record.fft_samples, record.window_samples
    count = 1 + (len(samples) - length) // record.hop_samples
    begin = (length - window) // 2
    hann = np.zeros(length)
    hann[begin : begin + window] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    places = np.arange(count)[:, None] * record.hop_samples + np.arange(length)
    spectrum = np.abs(np.fft.rfft(samples[places] / 32768.0 * hann, axis=1))
    values = np.log(spectrum @ mel_matrix(record).T + record.log_offset)
    return np.clip(np.rint(values / scale) + zero_point, -128, 127).astype(np.int8)
