# SPDX-License-Identifier: Apache-2.0
"""From the bands' sums to features, in float64: logarithms, MFCC, noise reduction and PCAN."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.record import DctNorm, FrontendRecord, LogKind, Mfcc, Pcan, Spectrum

Floats = NDArray[np.float64]

FACTORS = {
    LogKind.LN: 1.0,
    LogKind.LOG10: 1.0 / np.log(10.0),
    LogKind.DB_POWER: 10.0 / np.log(10.0),
    LogKind.DB_AMPLITUDE: 20.0 / np.log(10.0),
}
"""Of the natural logarithm."""

LARGEST_GAIN = 32767.0
"""PCAN's gain is a number of 16 bits, with `gain_bits` of fraction."""
LARGEST_OUTPUT = 65535.0


def logarithms(record: FrontendRecord, sums: Floats) -> Floats:
    """Of sums [frames, bands]: offset, floor, reference, lowest value, in this order.

    librosa.power_to_db is 10 log10(max(amin, sum)) - 10 log10(ref); tf.signal's example is
    ln(sum + offset).
    """
    values = np.maximum(sums + record.log_offset, record.log_floor)
    if record.log is not LogKind.NONE:
        with np.errstate(divide="ignore"):
            values = FACTORS[record.log] * np.log(values / record.log_reference)
    return values if record.lowest_log is None else np.maximum(values, record.lowest_log)


def mfcc(settings: Mfcc, values: Floats) -> Floats:
    """DCT-II of values [frames, bands]: scipy.fft.dct and librosa.feature.mfcc (its lifter)."""
    bands = values.shape[1]
    k = settings.first + np.arange(settings.coefficients)
    cosines = np.cos(np.pi * k[:, None] * (2 * np.arange(bands) + 1) / (2 * bands))
    norms = np.full(len(k), 2.0 if settings.norm is DctNorm.NONE else np.sqrt(2.0 / bands))
    if settings.norm is DctNorm.ORTHO:
        norms[k == 0] = np.sqrt(1.0 / bands)
    if settings.lifter > 0:
        norms *= 1.0 + settings.lifter / 2.0 * np.sin(np.pi * (k + 1) / settings.lifter)
    coefficients: Floats = values @ (cosines * norms[:, None]).T
    return coefficients


def pcan(record: FrontendRecord, settings: Pcan, sums: Floats) -> Floats:
    """TensorFlow Lite's microfrontend (noise_reduction.c, pcan_gain_control.c, log_scale.c).

    Its formulas, without the fixed point between them: a band's signal is the root of its sum of
    powers; the noise estimate follows it, each band from 0 at the clip's begin. The output is a
    whole number of 16 bits, as there; in the real unit of `output_scale`.
    """
    signals = np.sqrt(sums) if record.spectrum is Spectrum.POWER else sums
    even = np.arange(sums.shape[1]) % 2 == 0
    smoothing = np.where(even, settings.even_smoothing, settings.odd_smoothing)
    noise, rows = np.zeros(sums.shape[1]), []
    for signal in signals:
        noise = smoothing * signal + (1.0 - smoothing) * noise
        left = np.maximum(signal - noise, settings.min_signal_remaining * signal)
        rows.append(_gained(record, settings, left, noise) if settings.enabled else left)
    values = np.log(np.maximum(np.array(rows).reshape(sums.shape), 1.0))
    steps = np.minimum(np.rint(2.0**settings.log_shift * values), LARGEST_OUTPUT)
    return steps * settings.output_scale


def _gained(record: FrontendRecord, settings: Pcan, left: Floats, noise: Floats) -> Floats:
    """A quiet band's square, a loud one straight: x^2 / 4 up to 2, then x - 1.

    There it has 6 bits of fraction and is then multiplied as the signals are, by fft_samples / 2^6
    (correction_bits): in all by fft_samples.
    """
    largest = LARGEST_GAIN / 2.0**settings.gain_bits
    gain = np.minimum((noise + settings.offset) ** -settings.strength, largest)
    ratio = left * gain
    return record.fft_samples * np.where(ratio < 2.0, ratio**2 / 4.0, ratio - 1.0)
