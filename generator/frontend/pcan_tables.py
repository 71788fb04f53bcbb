# SPDX-License-Identifier: Apache-2.0
"""Constants of noise reduction and PCAN, from the record: docs/mfcc-pcan.md has their integers."""

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
from generator.frontend.record import FrontendRecord, LogKind, MelNorm, Pcan, Spectrum
from generator.frontend.rounding import round_half_away

SHARE_BITS = 14
RATIO_BITS = 12
"""Of signal times gain."""
OUTPUT_BITS = 6
"""Of PCAN's output, and of the signal's unit below the root of a band's sum: N / 2^6."""
LEVEL_BITS = 24
"""Added to the noise estimate for the gain, so that the offset keeps its precision."""
LOG_MULTIPLIER_BITS = 20
SAMPLE_BITS = 15
EXP2_TABLE_BITS = 7
Q24 = 24

INT16_FULL_SCALE = 32768.0
LEAST_FFT_SAMPLES = 64

RANGES: dict[str, tuple[float, float]] = {
    "smoothing_bits": (0, 10),
    "even_smoothing": (0.0, 1.0),
    "odd_smoothing": (0.0, 1.0),
    "min_signal_remaining": (0.0, 1.0),
    "strength": (0.0, 2.0),
    "offset": (0.01, 1e6),
    "log_shift": (0, 12),
}
"""Least and greatest of what is taken. A signal is below 2^21.6: 10 more bits still are 32."""
MOST_GAIN_BITS = 31

MOST_STEPS = 255.0
"""Of the model's scale in one step of the output."""


@dataclass(frozen=True, slots=True)
class PcanTables:
    """Constants of `noise_reduction.c`, `pcan.c` and `pcan_output.c`."""

    enabled: bool
    root_shift: int
    """From twice the root of a sum at block shift 0 to the signal's unit."""
    correction_bits: int
    """log2(fft_samples) - 6: from the signal's unit to the root of the sum."""
    smoothing_bits: int
    even_smoothing_q14: int
    odd_smoothing_q14: int
    least_q14: int
    gain_offset: int
    gain_exponent_q24: int
    """Binary point of what the gain's logarithm is taken of."""
    strength_q24: int
    gain_bits: int
    ratio_shift: int
    log_multiplier_q20: int
    """2^log_shift ln 2."""
    exp2_q30: tuple[int, ...]
    """2^0 ... 2^1 in 128 steps."""
    features: FeatureScale


def make_pcan_tables(
    record: FrontendRecord, settings: Pcan, sum_bits: int, scale: float, zero_point: int
) -> PcanTables:
    """Return the constants for sums of power in Q(sum_bits), samples of full scale 1.

    Raises `ValueError` where the unit of the sums is odd, or coarser than the signal's.
    """
    correction = _correction_bits(record)
    root_shift = 1 + sum_bits // 2 + correction - SAMPLE_BITS
    if root_shift < 0 or sum_bits % 2:
        raise ValueError(f"a root of sums in Q{sum_bits} has no whole bits in the signal's unit")
    level_bits = settings.smoothing_bits - correction + LEVEL_BITS
    pairs = list(zip(each(record, "mean"), each(record, "deviation"), strict=True))
    steps = 2**EXP2_TABLE_BITS
    return PcanTables(
        enabled=settings.enabled,
        root_shift=root_shift,
        correction_bits=correction,
        smoothing_bits=settings.smoothing_bits,
        even_smoothing_q14=_share_q14(settings.even_smoothing),
        odd_smoothing_q14=_share_q14(settings.odd_smoothing),
        least_q14=_share_q14(settings.min_signal_remaining),
        gain_offset=round_half_away(settings.offset * 2.0**level_bits),
        gain_exponent_q24=level_bits << Q24,
        strength_q24=round_half_away(settings.strength * 2.0**Q24),
        gain_bits=settings.gain_bits,
        ratio_shift=settings.gain_bits - correction - RATIO_BITS,
        log_multiplier_q20=round_half_away(
            math.log(2.0) * 2.0 ** (settings.log_shift + LOG_MULTIPLIER_BITS)
        ),
        exp2_q30=tuple(round_half_away(2.0 ** (30.0 + i / steps)) for i in range(steps + 1)),
        features=make_feature_scale(
            [settings.output_scale / (deviation * scale) for _, deviation in pairs],
            [zero_in_steps(mean, deviation, scale, zero_point) for mean, deviation in pairs],
            0,
        ),
    )


def _correction_bits(record: FrontendRecord) -> int:
    return record.fft_samples.bit_length() - 1 - OUTPUT_BITS


def _share_q14(share: float) -> int:
    return math.floor(share * 2.0**SHARE_BITS)


def pcan_faults(record: FrontendRecord, scale: float | None = None) -> list[Fault]:
    """A fault for each key that cannot be followed beside `pcan`; with a scale, also of its steps.

    What is beside it must be as in TFLite Micro's front-end: nothing says what else would mean.
    """
    settings = record.pcan
    if settings is None:
        return []
    faults = [
        Fault(f"pcan: {key}", f"{getattr(settings, key):g} is out of range", _give(least, most))
        for key, (least, most) in RANGES.items()
        if not least <= getattr(settings, key) <= most
    ]
    if record.fft_samples < LEAST_FFT_SAMPLES:
        what = f"a transform of {record.fft_samples} before noise reduction"
        faults.append(Fault("fft_samples", what, f"give {LEAST_FFT_SAMPLES} or more"))
    else:
        least_bits = _correction_bits(record) + RATIO_BITS
        if not least_bits <= settings.gain_bits <= MOST_GAIN_BITS:
            what = f"{settings.gain_bits} is out of range"
            faults.append(Fault("pcan: gain_bits", what, _give(least_bits, MOST_GAIN_BITS)))
    if settings.output_scale <= 0.0:
        what = f"{settings.output_scale:g} is not above 0"
        faults.append(Fault("pcan: output_scale", what, "give the real value of one step"))
    faults += _companion_faults(record)
    if faults or scale is None:
        return faults
    faults += normalisation_faults(record, scale)
    return faults or _coarseness_faults(record, settings, scale)


def _coarseness_faults(record: FrontendRecord, settings: Pcan, scale: float) -> list[Fault]:
    """A fault where one step of PCAN's output is more than all of int8."""
    largest = settings.output_scale / (min(each(record, "deviation")) * scale)
    if largest <= MOST_STEPS:
        return []
    what = f"one step of {settings.output_scale:g} is {largest:.3g} steps of the model's input"
    return [Fault("pcan: output_scale", what, "give that of training")]


def _companion_faults(record: FrontendRecord) -> list[Fault]:
    """What pcan does not go together with."""
    faults = []
    if record.mfcc is not None:
        what = "is beside pcan: which of the two the features are is not said"
        faults.append(Fault("mfcc", what, "give one of them"))
    if record.log is not LogKind.NONE:
        what = f"{record.log} beside pcan, which has its own logarithm (log_shift)"
        faults.append(Fault("log", what, "give log: none"))
    wanted = {
        "spectrum": (Spectrum.POWER, "noise reduction takes the root of summed powers"),
        "sample_full_scale": (INT16_FULL_SCALE, "its offset and steps are those of int16 samples"),
        "mel_norm": (MelNorm.NONE, "its offset and steps are those of triangles of peak 1"),
        "log_offset": (0.0, "it would be added before a logarithm that pcan does not take"),
        "log_floor": (0.0, "it is of a logarithm that pcan does not take"),
        "log_reference": (1.0, "it is of a logarithm that pcan does not take"),
        "lowest_log": (None, "it is of a logarithm that pcan does not take"),
    }
    for key, (only, why) in wanted.items():
        if (value := getattr(record, key)) != only:
            shown = "null" if only is None else f"{only:g}" if isinstance(only, float) else only
            faults.append(Fault(key, f"{value} beside pcan: {why}", f"give {shown}"))
    return faults


def _give(least: float, most: float) -> str:
    return f"give {least:g} to {most:g}"
