# SPDX-License-Identifier: Apache-2.0
"""Levels of the bands' sums: their unit on the device, and what the record adds or holds up.

On the device a sum is of triangles with peak 1 and of samples with full scale 1. The record's own
sum is that times a band's gain: the triangle's height and the samples' full scale.
"""

from __future__ import annotations

import math

from generator.frontend.dct_tables import LOG_FACTORS
from generator.frontend.filter_bank import FilterBank
from generator.frontend.record import FrontendRecord, LogKind, Spectrum
from generator.frontend.transform_tables import magnitude_bits, power_bits, transform_noise

BIN_WEIGHT_BITS = 24

SUM_LIMIT = 1 << 62
"""No bank has a sum from here on: docs/frontend.md, Headroom."""

NOISE_MARGIN = 1.5
"""Of the transform's RMS noise: the least sum of magnitudes that is resolved."""
POWER_NOISE_MARGIN = 4.0
"""The same of powers, for the root of the sum: noise is felt twice as much in a power."""


def sum_shifts(record: FrontendRecord) -> int:
    """Return by how many bits a sum's binary point moves with each bit of the block shift."""
    return 2 if record.spectrum is Spectrum.POWER else 1


def sum_bits(record: FrontendRecord) -> int:
    """Return the binary point of a sum at block shift 0; powers are kept in their own unit."""
    if record.spectrum is Spectrum.POWER:
        return power_bits(record)
    return magnitude_bits(record) + BIN_WEIGHT_BITS


def sum_bound(record: FrontendRecord, bank: FilterBank) -> int:
    """Return a number that no integer sum of this bank exceeds, in any frame."""
    if record.spectrum is Spectrum.POWER:
        return SUM_LIMIT
    widest = max(sum(bank.triangle(band)) for band in range(record.bands))
    return min(SUM_LIMIT, (math.ceil(widest) + 1) << (32 + BIN_WEIGHT_BITS))


def band_gains(record: FrontendRecord, bank: FilterBank) -> tuple[float, ...]:
    """Return the record's sum over the device's, for each band."""
    full_scale = math.pow(record.sample_full_scale, sum_shifts(record))
    return tuple(height * full_scale for height in bank.heights)


def exp2_within(exponent: float) -> float:
    """Return 2^exponent; 0 or infinity beyond what is a level of anything."""
    if abs(exponent) > 1000.0:
        return math.inf if exponent > 0.0 else 0.0
    return math.pow(2.0, exponent)


def held_up_to(record: FrontendRecord) -> float:
    """Return the sum that smaller ones become, in the record's unit: log_floor and lowest_log.

    The logarithm rises, so that a least logarithm is the logarithm of a least sum.
    """
    if record.log is LogKind.NONE or record.lowest_log is None:
        return record.log_floor
    octaves = record.lowest_log / LOG_FACTORS[record.log]
    return max(record.log_floor, record.log_reference * exp2_within(octaves))


def least_resolved(record: FrontendRecord) -> float:
    """Return the least sum, in the device's unit, that is told from the transform's noise.

    In a frame of full scale; a quiet frame's block shift divides its noise.
    """
    noise = transform_noise(record)
    if record.spectrum is Spectrum.POWER:
        return (POWER_NOISE_MARGIN * noise) ** 2
    return NOISE_MARGIN * noise
