# SPDX-License-Identifier: Apache-2.0
"""From a band's logarithm, or its sum, to the model's int8: a multiplier and an offset a band.

q = round((value - mean) / deviation / scale) + zero point. The logarithm's base, its reference and
the band's gain are in the same two numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from generator.errors import Fault
from generator.frontend.dct_tables import LOG_FACTORS
from generator.frontend.feature_scale import each, normalisation_faults, zero_in_steps
from generator.frontend.filter_bank import FilterBank
from generator.frontend.log_tables import LogTables, log_faults, make_log_tables, one_or_all
from generator.frontend.logarithm import LOG2_BITS
from generator.frontend.record import FrontendRecord, LogKind, Spectrum
from generator.frontend.rounding import round_half_away, shown_up
from generator.frontend.sum_levels import band_gains, exp2_within, sum_bits
from generator.frontend.transform_tables import transform_noise

MULTIPLIER_BITS = 24
OFFSET_BITS = LOG2_BITS + MULTIPLIER_BITS
FINEST_OCTAVE = 128
"""Steps of the model's scale that an octave may have: the multiplier is an int32 in Q24, and the
square root's and the logarithm's errors, 2.3e-5 octaves, stay below 0.003 of a step."""
LARGEST_OFFSET = 1 << 62
"""2^14 steps. An octave has less than 2^7 of them, and log2 is within 109: beyond it every value
is at the same end of int8, with a smaller offset too."""

LINEAR_BITS = 16
"""Binary point of what a multiplied sum is added up in."""
LINEAR_LIMIT = 1 << 46
LEAST_MULTIPLIER_BITS = 16
"""Of the smallest band's multiplier, so that its rounding is 2^-9 of a step at most."""
MOST_NOISE_STEPS = 0.25

_LOWEST = -128.0
"""A value that is rounded to less is the same to int8."""


@dataclass(frozen=True, slots=True)
class LogOutput:
    """Constants of `log_output.c`: one for all bands, or one a band."""

    multipliers_q24: tuple[int, ...]
    offsets_q48: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LinearOutput:
    """Constants of `linear_output.c`: one for all bands, or one a band."""

    multipliers: tuple[int, ...]
    """Of 32 bits; a sum times it, divided by 2^32, is in Q(LINEAR_BITS + shift)."""
    offsets_q16: tuple[int, ...]
    shift: int
    """At block shift 0; each bit of block shift adds sum_shifts."""


@dataclass(frozen=True, slots=True)
class OutputTables:
    """What is between the sums and the model's int8, or the DCT."""

    logs: LogTables | None
    """None: no logarithm of a sum is taken."""
    log: LogOutput | None
    """None: MFCCs, PCAN or no logarithm."""
    linear: LinearOutput | None
    """None: not the sums themselves."""

    @property
    def arrays(self) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
        """C type, name and values of each table: of what differs from band to band."""
        arrays: list[tuple[str, str, tuple[int, ...]]] = []
        if self.logs is not None:
            arrays += [
                ("uint64_t", "mel_log_offsets", self.logs.offsets),
                ("uint64_t", "mel_log_floors", self.logs.floors),
                ("int32_t", "mel_log_gains_q24", self.logs.gains_q24),
            ]
        if self.log is not None:
            arrays += [
                ("int32_t", "mel_output_multipliers_q24", self.log.multipliers_q24),
                ("int64_t", "mel_output_offsets_q48", self.log.offsets_q48),
            ]
        if self.linear is not None:
            arrays += [
                ("uint32_t", "mel_linear_multipliers", self.linear.multipliers),
                ("int64_t", "mel_linear_offsets_q16", self.linear.offsets_q16),
            ]
        return tuple(array for array in arrays if len(array[2]) > 1)


def make_output_tables(
    record: FrontendRecord, bank: FilterBank, scale: float, zero_point: int
) -> OutputTables:
    """Return the constants for a model whose input is int8 (scale, zero_point)."""
    if record.pcan is not None:
        return OutputTables(None, None, None)
    if record.mfcc is not None:
        return OutputTables(make_log_tables(record, bank), None, None)
    if record.log is LogKind.NONE:
        return OutputTables(None, None, make_linear_output(record, bank, scale, zero_point))
    logs = make_log_tables(record, bank, rail_sums(record, scale, zero_point))
    return OutputTables(logs, make_log_output(record, bank, scale, zero_point), None)


def make_log_output(
    record: FrontendRecord, bank: FilterBank, scale: float, zero_point: int
) -> LogOutput:
    """Return the constants of log2 in Q24 to int8."""
    zeros = _zeros(record, scale, zero_point)
    octaves = [math.log2(gain / record.log_reference) for gain in band_gains(record, bank)]
    multipliers, offsets = [], []
    for octave, zero, above in zip(_octaves(record, scale), zeros, octaves, strict=True):
        offset = round_half_away((octave * above + zero + 0.5) * 2.0**OFFSET_BITS)
        multipliers.append(round_half_away(octave * 2**MULTIPLIER_BITS))
        offsets.append(min(max(offset, -LARGEST_OFFSET), LARGEST_OFFSET))
    return LogOutput(one_or_all(multipliers), one_or_all(offsets))


def make_linear_output(
    record: FrontendRecord, bank: FilterBank, scale: float, zero_point: int
) -> LinearOutput:
    """Return the constants of sums to int8."""
    steps = _linear_steps(record, bank, scale)
    bits = 32 - _bits_of(max(steps))
    offsets = []
    for zero in _zeros(record, scale, zero_point):
        offset = round_half_away((zero + 0.5) * 2.0**LINEAR_BITS)
        offsets.append(min(max(offset, -LINEAR_LIMIT), LINEAR_LIMIT))
    return LinearOutput(
        multipliers=one_or_all([min(round(step * 2.0**bits), 2**32 - 1) for step in steps]),
        offsets_q16=one_or_all(offsets),
        shift=sum_bits(record) + bits - 32 - LINEAR_BITS,
    )


def rail_sums(record: FrontendRecord, scale: float, zero_point: int) -> tuple[float, ...]:
    """Return the sum of each band, in the record's unit, that is the model's least value."""
    pairs = zip(_octaves(record, scale), _zeros(record, scale, zero_point), strict=True)
    rails = (exp2_within((_LOWEST - zero) / octave) for octave, zero in pairs)
    return tuple(record.log_reference * rail for rail in rails)


def output_faults(
    record: FrontendRecord, bank: FilterBank, scale: float, zero_point: int
) -> list[Fault]:
    """What of the levels, mean and deviation is not computed for a model of that input.

    Of MFCCs the levels alone, of PCAN nothing: they have their own scales.
    """
    if record.pcan is not None:
        return []
    if record.mfcc is not None:
        return log_faults(record, bank)
    if faults := normalisation_faults(record, scale):
        return faults
    if record.log is LogKind.NONE:
        return _linear_faults(record, bank, scale, zero_point)
    finest = max(_octaves(record, scale))
    if finest >= FINEST_OCTAVE:
        what = (
            f"scale {scale:.3g} divides an octave of {log_words(record)} into {finest:.3g} steps: "
            f"fewer than {FINEST_OCTAVE} are computed"
        )
        least = scale * finest / FINEST_OCTAVE
        remedy = (
            f"quantise the model with calibration data of {log_words(record)} features: a scale "
            f"above {shown_up(least)}"
        )
        return [Fault("model input", what, remedy)]
    return log_faults(record, bank, rail_sums(record, scale, zero_point))


def log_words(record: FrontendRecord) -> str:
    """Return the record's logarithm in words: "ln(mel + 0.0001)", "10 log10(mel power)"."""
    inner = "mel power" if record.spectrum is Spectrum.POWER else "mel"
    if record.log_offset:
        inner = f"{inner} + {record.log_offset:g}"
    names = {
        LogKind.NONE: "",
        LogKind.LN: "ln",
        LogKind.LOG10: "log10",
        LogKind.DB_POWER: "10 log10",
        LogKind.DB_AMPLITUDE: "20 log10",
    }
    return f"{names[record.log]}({inner})" if names[record.log] else inner


def _linear_faults(
    record: FrontendRecord, bank: FilterBank, scale: float, zero_point: int
) -> list[Fault]:
    """Where a step of the model is below the noise of the sums, or below their integers."""
    steps = _linear_steps(record, bank, scale)
    if _bits_of(min(steps)) < _bits_of(max(steps)) - 32 + LEAST_MULTIPLIER_BITS:
        what = "the bands' deviations differ by more than a factor of 65536"
        return [Fault("deviation", what, "give those of training")]
    noise = _linear_noise(record, bank, steps, _zeros(record, scale, zero_point))
    shift = sum_bits(record) - _bits_of(max(steps)) - LINEAR_BITS
    if noise <= MOST_NOISE_STEPS and shift >= 0:
        return []
    what = (
        f"scale {scale:.3g} is below the noise of a transform of {record.fft_samples} in a loud "
        f"frame, for sums without a logarithm ({noise:.2g} steps)"
    )
    return [Fault("model input", what, "train with a logarithm, or with a larger deviation")]


def _linear_noise(
    record: FrontendRecord, bank: FilterBank, steps: Sequence[float], zeros: Sequence[float]
) -> float:
    """RMS noise of a full-scale frame's sums, in steps, at the largest value that int8 shows."""
    noise, worst = transform_noise(record), 0.0
    for band, (step, zero) in enumerate(zip(steps, zeros, strict=True)):
        weights = bank.triangle(band)
        weight = math.sqrt(sum(w * w for w in weights))
        if record.spectrum is Spectrum.POWER:
            shown = max(127.0 - zero, 0.0) / step
            weight = 2.0 * math.sqrt(shown) + noise * sum(weights)
        worst = max(worst, step * noise * weight)
    return worst


def _octaves(record: FrontendRecord, scale: float) -> list[float]:
    """What an octave is to each band, in steps."""
    octave = LOG_FACTORS[record.log]
    return [octave / (deviation * scale) for deviation in each(record, "deviation")]


def _linear_steps(record: FrontendRecord, bank: FilterBank, scale: float) -> list[float]:
    """What a sum of 1, in the device's unit, is to each band, in steps."""
    pairs = zip(band_gains(record, bank), each(record, "deviation"), strict=True)
    return [gain / (deviation * scale) for gain, deviation in pairs]


def _zeros(record: FrontendRecord, scale: float, zero_point: int) -> list[float]:
    """Where a value of 0 is in each band's int8."""
    pairs = zip(each(record, "mean"), each(record, "deviation"), strict=True)
    return [zero_in_steps(mean, deviation, scale, zero_point) for mean, deviation in pairs]


def _bits_of(value: float) -> int:
    """The least n with value < 2^n."""
    return math.frexp(value)[1]
