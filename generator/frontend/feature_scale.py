# SPDX-License-Identifier: Apache-2.0
"""The last step of a feature: a multiplier and an offset into the model's int8, one a feature.

q = round((value - mean) / deviation / scale) + zero point is a line over the value that the device
has, in some binary point: q = floor(value · multiplier + offset), the half of the rounding in the
offset.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from generator.errors import Fault
from generator.frontend.record import FrontendRecord
from generator.frontend.rounding import round_half_away

MULTIPLIER_BITS = 30
"""A multiplier is at most 2^30: times a value of 31 bits and an offset of 61, 63 bits hold all."""
OFFSET_BITS = 61
MOST_FRACTION_BITS = 40

MOST_STEPS = 1_000_000.0
"""Of the model's scale between a mean and zero: the line keeps 2^-16 of a step."""

LEAST_STEP = 1e-9
"""Of a value before mean and deviation; finer ones are no numbers of any sound."""


@dataclass(frozen=True, slots=True)
class FeatureScale:
    """q = (value · multipliers[i] + offsets[i]) >> shift."""

    multipliers: tuple[int, ...]
    offsets: tuple[int, ...]
    shift: int


def make_feature_scale(
    factors: Sequence[float], zeros: Sequence[float], value_bits: int
) -> FeatureScale:
    """Return the integers of q = round(value · factor + zero), value in Q(value_bits), 31 bits.

    `factors`: steps of the model a unit of the value; `zeros`: where a value of 0 lies, in steps.
    """
    fraction_bits = min(
        MOST_FRACTION_BITS,
        MULTIPLIER_BITS - _bits_above(factors),
        OFFSET_BITS - value_bits - _bits_above([abs(zero) + 1.0 for zero in zeros]),
    )
    shift = value_bits + fraction_bits
    return FeatureScale(
        multipliers=tuple(round_half_away(factor * 2.0**fraction_bits) for factor in factors),
        offsets=tuple(round_half_away((zero + 0.5) * 2.0**shift) for zero in zeros),
        shift=shift,
    )


def _bits_above(values: Sequence[float]) -> int:
    """The least n with every |value| <= 2^n."""
    largest = max((abs(value) for value in values), default=0.0)
    return math.ceil(math.log2(largest)) if largest > 0.0 else -MOST_FRACTION_BITS


def each(record: FrontendRecord, key: str) -> tuple[float, ...]:
    """Return `mean` or `deviation` for every feature, whether one number is given or a list."""
    value = getattr(record, key)
    return value if isinstance(value, tuple) else (value,) * record.features


def zero_in_steps(mean: float, deviation: float, scale: float, zero_point: int) -> float:
    """Return where a value of 0 is in the model's int8, in steps."""
    return zero_point - mean / (deviation * scale)


def normalisation_faults(record: FrontendRecord, scale: float | None = None) -> list[Fault]:
    """A fault where mean and deviation do not fit the features; with a scale, also the integers."""
    faults = []
    for key in ("mean", "deviation"):
        if len(numbers := each(record, key)) != record.features:
            what = f"{len(numbers)} numbers for {record.features} features"
            faults.append(Fault(key, what, "give one number, or one for each feature"))
    if any(deviation <= 0.0 for deviation in each(record, "deviation")):
        faults.append(Fault("deviation", "a deviation is not above 0", "give those of training"))
    if faults or scale is None:
        return faults
    finest = min(each(record, "deviation")) * scale
    if finest < LEAST_STEP:
        what = f"a step of the model is {finest:.3g} of a value"
        remedy = f"give the deviation of training: steps of {LEAST_STEP:g} or more are computed"
        return [Fault("deviation", what, remedy)]
    pairs = zip(each(record, "mean"), each(record, "deviation"), strict=True)
    furthest = max(abs(mean / (deviation * scale)) for mean, deviation in pairs)
    if furthest > MOST_STEPS:
        what = f"a mean is {furthest:.3g} steps of the model's scale away from 0"
        remedy = f"give mean and deviation of training: up to {MOST_STEPS:.0f} steps are computed"
        faults.append(Fault("mean", what, remedy))
    return faults
