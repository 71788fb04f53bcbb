# SPDX-License-Identifier: Apache-2.0
"""Constants of a band's logarithm: what is added to its sum, and what the sum is held up to.

The C adds them in the unit of the frame's sums, which moves with the block shift. They are printed
in the unit of the quietest frames, and shifted to the right for the louder ones; where that unit
would not leave room for them in 64 bits, the sums of quieter frames are shifted to the right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from generator.errors import Fault
from generator.frontend.filter_bank import FilterBank
from generator.frontend.logarithm import LOG2_BITS
from generator.frontend.record import FrontendRecord, Spectrum
from generator.frontend.rounding import round_half_away, shown_up
from generator.frontend.sum_levels import (
    band_gains,
    held_up_to,
    least_resolved,
    sum_bits,
    sum_bound,
    sum_shifts,
)

LARGEST_SHIFT = 30
"""Of a block: that of a frame of zeros."""

LEVEL_BITS = 34
"""Significant bits of an offset or a floor: 2^-34 of it is less than a step of log2 in Q24."""


@dataclass(frozen=True, slots=True)
class LogTables:
    """Constants of `band_log2.h`."""

    span: int
    """Bits of block shift (times sum_shifts) up to which a sum keeps its own unit."""
    level_bits: int
    """Binary point of offsets and floors: sum_bits + span."""
    is_aligned: bool
    """Quieter frames than that occur: their sums are shifted to the right."""
    offsets: tuple[int, ...]
    """Added to a sum, in Q(level_bits): one for all bands, or one a band; empty: none."""
    floors: tuple[int, ...]
    """A smaller sum becomes this, likewise."""
    gains_q24: tuple[int, ...]
    """log2 of the record's sum over the device's, likewise; empty: 1, or no MFCCs ask for it."""


def make_log_tables(
    record: FrontendRecord, bank: FilterBank, rails: Sequence[float] = ()
) -> LogTables:
    """Return the constants; `rails`: sums, a band each, that the model's least value stands for.

    A rail holds up a sum only where nothing of the record does that is resolved: below it every
    value is the same to the model.
    """
    gains = band_gains(record, bank)
    offsets, floors = levels(record, gains, rails)
    bits, most = sum_bits(record), LARGEST_SHIFT * sum_shifts(record)
    span = min(most, _span(max(offsets), max(floors), bits, sum_bound(record, bank)))
    unit = Fraction(2) ** (bits + span)
    return LogTables(
        span=span,
        level_bits=bits + span,
        is_aligned=span < most,
        offsets=one_or_all([_level(value, unit) for value in offsets]) if any(offsets) else (),
        floors=one_or_all([max(1, _level(value, unit)) for value in floors]) if any(floors) else (),
        gains_q24=()
        if record.mfcc is None or set(gains) == {1.0}
        else one_or_all([round_half_away(math.log2(gain) * 2**LOG2_BITS) for gain in gains]),
    )


def levels(
    record: FrontendRecord, gains: Sequence[float], rails: Sequence[float] = ()
) -> tuple[list[float], list[float]]:
    """Return what is added to each band's sum, and what it is held up to, in the device's unit.

    A floor that the offset alone keeps is 0.
    """
    held = held_up_to(record)
    least = least_resolved(record)
    offsets, floors = [], []
    for band, gain in enumerate(gains):
        offset, floor = record.log_offset / gain, held / gain
        if rails and max(offset, floor) < least:
            floor = max(floor, rails[band] / gain)
        offsets.append(offset)
        floors.append(floor if floor > offset else 0.0)
    if any(floors):
        floors = [max(pair) for pair in zip(floors, offsets, strict=True)]
    return offsets, floors


def one_or_all(values: Sequence[int]) -> tuple[int, ...]:
    """Return one value where all are the same."""
    return tuple(values[:1]) if len(set(values)) == 1 else tuple(values)


def log_faults(
    record: FrontendRecord, bank: FilterBank, rails: Sequence[float] = ()
) -> list[Fault]:
    """What of the levels is not computed: sums below the transform's noise, or above all sums."""
    gains = band_gains(record, bank)
    offsets, floors = levels(record, gains, rails)
    bits = sum_bits(record)
    if _span(max(offsets), max(floors), bits, sum_bound(record, bank)) < 0:
        key = "log_offset" if max(offsets) >= max(floors) else "log_floor"
        if key == "log_floor" and held_up_to(record) > record.log_floor:
            key = "lowest_log"
        what = f"{getattr(record, key):g} is beyond the sum of any sound: every value is the same"
        return [Fault(key, what, "give the value of training, with its sample_full_scale")]
    least = least_resolved(record)
    if min(map(max, zip(offsets, floors, strict=True))) >= least:
        return []
    needed = least * max(gains)
    stated = record.log_offset or held_up_to(record)
    what = (
        f"{stated:g} is below {shown_up(needed)}, the noise of a transform of "
        f"{record.fft_samples} in a loud frame"
        if stated
        else "0: the logarithm of a silent band has no value that a transform can tell"
    )
    names = "powers" if record.spectrum is Spectrum.POWER else "magnitudes"
    remedy = (
        f"give log_offset or log_floor of at least {shown_up(needed)} (of summed {names}), or a "
        "lowest_log that is no lower, and train with it"
    )
    return [Fault("log_offset" if record.log_offset else "log_floor", what, remedy)]


def _level(value: float, unit: Fraction) -> int:
    """A level in integer units, of LEVEL_BITS significant bits."""
    mantissa, exponent = math.frexp(value)
    shortened = math.ldexp(round_half_away(mantissa * 2**LEVEL_BITS), exponent - LEVEL_BITS)
    return int(Fraction(shortened) * unit)


def _span(offset: float, floor: float, bits: int, bound: int) -> int:
    """The largest span for which a sum and its offset, and a floor, are below 2^64."""
    if math.isinf(offset) or math.isinf(floor):
        return -1
    room = (1 << 64) - 1
    spans = [4 * LARGEST_SHIFT]
    for level, left in ((offset, room - bound), (floor, room)):
        if level > 0.0:
            # 2^-20 of it for the rounding to LEVEL_BITS
            most = Fraction(left) / (Fraction(level) * (1 + Fraction(1, 1 << 20)))
            spans.append(_whole_log2(most) - bits)
    return min(spans)


def _whole_log2(value: Fraction) -> int:
    """The largest n with 2^n <= value."""
    n = value.numerator.bit_length() - value.denominator.bit_length()
    return n if Fraction(2) ** n <= value else n - 1
