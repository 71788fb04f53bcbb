# SPDX-License-Identifier: Apache-2.0
"""From the bands' sums to features, in float64: logarithms and MFCC."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.record import DctNorm, FrontendRecord, LogKind, Mfcc

Floats = NDArray[np.float64]

FACTORS = {
    LogKind.LN: 1.0,
    LogKind.LOG10: 1.0 / np.log(10.0),
    LogKind.DB_POWER: 10.0 / np.log(10.0),
    LogKind.DB_AMPLITUDE: 20.0 / np.log(10.0),
}
"""Of the natural logarithm."""


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
