# SPDX-License-Identifier: Apache-2.0
"""Tables of the MFCCs: cosines of the DCT-II, and what each coefficient is to the model."""

from __future__ import annotations

import math
from dataclasses import dataclass

from generator.errors import Fault
from generator.frontend.feature_scale import (
    FeatureScale,
    each,
    make_feature_scale,
    normalisation_faults,
    zero_in_steps,
)
from generator.frontend.record import DctNorm, FrontendRecord, LogKind, Mfcc
from generator.frontend.rounding import round_half_away

COSINE_BITS = 24
SUM_BITS = 16
"""Of a coefficient before its multiplier: 256 bands within 112 octaves are below 2^15."""

LOG_FACTORS = {
    LogKind.LN: math.log(2.0),
    LogKind.LOG10: math.log10(2.0),
    LogKind.DB_POWER: 10.0 * math.log10(2.0),
    LogKind.DB_AMPLITUDE: 20.0 * math.log10(2.0),
}
"""What one octave is to each logarithm."""

LIFTERS = (1.0, 1e6)

OCTAVE_ERROR = 1.2e-5
"""Largest error of the integer logarithm of a band, in octaves."""
MOST_STEPS_OF_ERROR = 0.05
"""Of the model's scale, that all bands' logarithms together may give a coefficient."""


@dataclass(frozen=True, slots=True)
class DctTables:
    """Constants of `dct.c` and `mfcc_output.c`."""

    first: int
    cosines_q24: tuple[int, ...]
    """cos(2 pi i / (4 bands)), i = 0 ... 2 bands: half a turn."""
    features: FeatureScale


def dct_norms(settings: Mfcc, bands: int) -> tuple[float, ...]:
    """Return the factor of each coefficient: scale of the DCT times librosa's lifter."""
    norms = []
    for k in range(settings.first, settings.first + settings.coefficients):
        norm = 2.0 if settings.norm is DctNorm.NONE else math.sqrt(2.0 / bands)
        if settings.norm is DctNorm.ORTHO and k == 0:
            norm = math.sqrt(1.0 / bands)
        if settings.lifter > 0.0:
            turn = math.sin(math.pi * (k + 1) / settings.lifter)
            norm *= 1.0 + settings.lifter / 2.0 * turn
        norms.append(norm)
    return tuple(norms)


def make_dct_tables(
    record: FrontendRecord, settings: Mfcc, scale: float, zero_point: int
) -> DctTables:
    """Return the MFCC constants for a model whose input is int8 (scale, zero_point)."""
    bands = record.bands
    factors = _steps_an_octave(record, settings, scale)
    octaves = math.log2(record.log_reference)
    zeros = []
    for i, (mean, deviation) in enumerate(_normalisation(record)):
        zero = zero_in_steps(mean, deviation, scale, zero_point)
        if settings.first + i == 0:
            zero -= factors[i] * bands * octaves
        zeros.append(zero)
    cosines = (math.cos(math.pi * i / (2 * bands)) for i in range(2 * bands + 1))
    return DctTables(
        first=settings.first,
        cosines_q24=tuple(round_half_away(cosine * 2**COSINE_BITS) for cosine in cosines),
        features=make_feature_scale(factors, zeros, SUM_BITS),
    )


def _normalisation(record: FrontendRecord) -> list[tuple[float, float]]:
    return list(zip(each(record, "mean"), each(record, "deviation"), strict=True))


def _steps_an_octave(record: FrontendRecord, settings: Mfcc, scale: float) -> list[float]:
    """What one octave of one band, at a cosine of 1, is to each coefficient, in steps."""
    octave = LOG_FACTORS[record.log]
    norms = dct_norms(settings, record.bands)
    pairs = zip(norms, _normalisation(record), strict=True)
    return [octave * norm / (deviation * scale) for norm, (_, deviation) in pairs]


def mfcc_faults(record: FrontendRecord, scale: float | None = None) -> list[Fault]:
    """A fault for each key of `mfcc` that cannot be followed; with a scale, also of its numbers."""
    settings = record.mfcc
    if settings is None:
        return []
    faults = []
    last = settings.first + settings.coefficients
    if settings.first < 0:
        faults.append(Fault("mfcc: first", f"{settings.first} is negative", "give 0 or 1"))
    if settings.coefficients < 1:
        what = f"{settings.coefficients} coefficients"
        faults.append(Fault("mfcc: coefficients", what, "give at least 1"))
    elif last > record.bands:
        what = f"coefficients {settings.first} to {last - 1} of {record.bands} bands"
        remedy = f"give first + coefficients of at most {record.bands}: a DCT has one a band"
        faults.append(Fault("mfcc: coefficients", what, remedy))
    least, most = LIFTERS
    if settings.lifter != 0.0 and not least <= settings.lifter <= most:
        what = f"{settings.lifter:g} is out of range"
        faults.append(Fault("mfcc: lifter", what, f"give {least:g} to {most:g}, or 0 for none"))
    if record.log is LogKind.NONE:
        remedy = f"give log: {LogKind.LN} or another of {', '.join(LOG_FACTORS)}"
        faults.append(Fault("mfcc", "a DCT of sums without a logarithm", remedy))
    if faults or scale is None:
        return faults
    faults += normalisation_faults(record, scale)
    return faults or _fineness_faults(record, settings, scale)


def _fineness_faults(record: FrontendRecord, settings: Mfcc, scale: float) -> list[Fault]:
    """A fault where the errors of the bands' logarithms are felt in a step of the model."""
    finest = max(abs(steps) for steps in _steps_an_octave(record, settings, scale))
    error = finest * record.bands * OCTAVE_ERROR
    if error <= MOST_STEPS_OF_ERROR:
        return []
    least = scale * error / MOST_STEPS_OF_ERROR
    what = (
        f"scale {scale:.3g}: the logarithms' error of {OCTAVE_ERROR:g} octaves in "
        f"{record.bands} bands is {error:.2g} of its steps"
    )
    return [Fault("mfcc", what, f"quantise the model's input with a scale of {least:.2g} or more")]
