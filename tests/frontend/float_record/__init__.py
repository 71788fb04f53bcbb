# SPDX-License-Identifier: Apache-2.0
"""The formula of a front-end's record in float64: what "1 step" and "equal" refer to.

Written from the sources that each function names. It shares no number with generator.frontend;
`tests/frontend/test_float_record.py` holds it against librosa and tf.signal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.record import FrontendRecord, Spectrum
from tests.frontend.float_record.framing import frames, window
from tests.frontend.float_record.mel_bank import mel_matrix
from tests.frontend.float_record.outputs import logarithms, mfcc
from tests.frontend.float_record.pcan import pcan

Floats = NDArray[np.float64]

__all__ = ["band_sums", "features", "of_sums", "real_features", "to_int8"]


def band_sums(record: FrontendRecord, samples: NDArray[np.int16]) -> Floats:
    """Sums of the mel bands, [frames, bands], of a clip; no frame is gated."""
    windowed = frames(record, samples) * window(record)
    spectrum = np.abs(np.fft.rfft(windowed, n=record.fft_samples, axis=1))
    if record.spectrum is Spectrum.POWER:
        spectrum = spectrum**2
    sums: Floats = spectrum @ mel_matrix(record).T
    return sums


def of_sums(record: FrontendRecord, sums: Floats) -> Floats:
    """Features [frames, bands or coefficients] of a clip's sums [frames, bands], in turn."""
    if record.pcan is not None:
        return pcan(record, record.pcan, sums)
    values = logarithms(record, sums)
    return values if record.mfcc is None else mfcc(record.mfcc, values)


def real_features(record: FrontendRecord, samples: NDArray[np.int16]) -> Floats:
    """Features [frames, bands or coefficients], before mean and deviation."""
    return of_sums(record, band_sums(record, samples))


def to_int8(
    record: FrontendRecord, values: Floats, scale: float, zero_point: int
) -> NDArray[np.int8]:
    """Features as a model's input holds them: (value - mean) / deviation, rounded to nearest."""
    normal = (values - np.array(record.mean)) / np.array(record.deviation)
    return np.clip(np.rint(normal / scale) + zero_point, -128, 127).astype(np.int8)


def features(
    record: FrontendRecord, samples: NDArray[np.int16], scale: float, zero_point: int
) -> NDArray[np.int8]:
    """int8 [frames, bands or coefficients] of a clip, no frame gated."""
    return to_int8(record, real_features(record, samples), scale, zero_point)
