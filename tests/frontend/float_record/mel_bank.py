# SPDX-License-Identifier: Apache-2.0
"""The mel filter bank in float64.

Scales: HTK Book, section 5.4; Slaney, Auditory Toolbox (linear to 1 kHz, then a factor 6.4 every
27 mel). Triangles: librosa.filters.mel in hertz, tf.signal.linear_to_mel_weight_matrix in mel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.record import FrontendRecord, MelNorm, MelScale, TriangleSides

Floats = NDArray[np.float64]


def to_mel(hz: Floats, scale: MelScale) -> Floats:
    """Mel of a frequency."""
    if scale is MelScale.HTK:
        return 2595.0 * np.log10(1.0 + hz / 700.0)
    linear = hz / (200.0 / 3.0)
    above = 15.0 + np.log(np.maximum(hz, 1000.0) / 1000.0) / (np.log(6.4) / 27.0)
    return np.where(hz < 1000.0, linear, above)


def to_hz(mel: Floats, scale: MelScale) -> Floats:
    """Frequency of a mel."""
    if scale is MelScale.HTK:
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    above = 1000.0 * np.exp((mel - 15.0) * np.log(6.4) / 27.0)
    return np.where(mel < 15.0, mel * 200.0 / 3.0, above)


def mel_matrix(record: FrontendRecord) -> Floats:
    """[bands, bins]: the weight of each bin in each triangle."""
    scale = record.mel_scale
    low, high = to_mel(np.array([record.low_hz, record.high_hz]), scale)
    edges_mel = np.linspace(low, high, record.bands + 2)
    edges_hz = to_hz(edges_mel, scale)
    bins_hz = np.arange(record.fft_samples // 2 + 1) * record.sample_rate_hz / record.fft_samples
    if record.triangles is TriangleSides.MEL:
        edges, places = edges_mel, to_mel(bins_hz, scale)
    else:
        edges, places = edges_hz, bins_hz
    rising = (places - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - places) / np.diff(edges)[1:, None]
    weights = np.maximum(0.0, np.minimum(rising, falling))
    if record.mel_norm is MelNorm.SLANEY:
        weights = weights * (2.0 / (edges_hz[2:] - edges_hz[:-2]))[:, None]
    return weights
