# SPDX-License-Identifier: Apache-2.0
"""Noise reduction and PCAN in float64: docs/mfcc-pcan.md, section 10.1.

As TensorFlow Lite's microfrontend has them (noise_reduction.c, pcan_gain_control.c, log_scale.c;
Wang et al., Trainable frontend for robust and far-field keyword spotting, 2017). Where it keeps
whole numbers that are felt in the features, the formula does so too: the signal, the noise
estimate, the gain and PCAN's output are cut there. Its transform, root, power and logarithm are
approximate; here they are exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.record import FrontendRecord, Pcan

Floats = NDArray[np.float64]

SHARE = 2.0**14
"""Shares are multiples of 1 / SHARE, rounded down."""
RATIO, OUTPUT = 2.0**12, 2.0**6
"""Of PCAN's input and output: steps of 1."""
LARGEST_GAIN, LARGEST_STEP = 32767.0, 65535.0


def pcan(record: FrontendRecord, settings: Pcan, sums: Floats) -> Floats:
    """Features [frames, bands] of the power sums of a clip, samples in steps of int16."""
    unit = record.fft_samples / 64.0
    bands = np.arange(sums.shape[1])
    smoothing = _share(np.where(bands % 2, settings.odd_smoothing, settings.even_smoothing))
    least = _share(np.array(settings.min_signal_remaining))
    estimate_steps = 2.0**settings.smoothing_bits
    noise, rows = np.zeros(len(bands)), []
    for signal in np.floor(np.sqrt(sums) / unit):
        mixed = smoothing * signal + (1.0 - smoothing) * noise
        noise = np.floor(mixed * estimate_steps) / estimate_steps
        above = np.floor(signal - np.minimum(noise, signal))
        left = np.maximum(above, np.floor(least * signal))
        if settings.enabled:
            left = _normalised(settings, left, noise, unit)
        rows.append(np.floor(left * unit))
    values = np.array(rows).reshape(sums.shape)
    steps = np.rint(2.0**settings.log_shift * np.log(np.maximum(values, 1.0)))
    return np.minimum(steps, LARGEST_STEP) * settings.output_scale


def _share(value: Floats) -> Floats:
    cut: Floats = np.floor(value * SHARE) / SHARE
    return cut


def _normalised(settings: Pcan, left: Floats, noise: Floats, unit: float) -> Floats:
    """In steps of 1 / 64: a quiet ratio's square, x^2 / 4 up to 2, then x - 1."""
    gain_steps = 2.0**settings.gain_bits
    gain = np.rint(gain_steps * (noise * unit + settings.offset) ** -settings.strength)
    gain = np.minimum(gain, LARGEST_GAIN) / gain_steps
    ratio = np.floor(left * unit * gain * RATIO) / RATIO
    shrunk = np.where(ratio < 2.0, ratio**2 / 4.0, ratio - 1.0)
    cut: Floats = np.floor(shrunk * OUTPUT)
    return cut
