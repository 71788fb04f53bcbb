# SPDX-License-Identifier: Apache-2.0
"""Sections 5 and 6 of docs/frontend.md: from bins to bands, from bands to int8."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables
from tests.frontend.integer_twin.words import Integers, int32, leading_zeros


def filterbank(bins: Integers, tables: MelTables) -> Integers:
    """Section 5: sums [n, bands] of magnitudes or powers [n, bins]."""
    weights = np.array(tables.bin_weights_q24, dtype=np.int64)
    sums = np.zeros((len(bins), tables.bands), dtype=np.int64)
    begin = tables.first_bin
    for segment, end in enumerate(tables.segment_end_bins):
        covered = bins[:, begin:end]
        shares = weights[begin - tables.first_bin : end - tables.first_bin]
        if tables.spectrum_is_power:
            upper = (covered >> 32) @ shares
            lower = (((covered & 0xFFFFFFFF) * shares) >> 8).sum(axis=1)
            rising = (upper << 8) + (lower >> 16)
            falling = covered.sum(axis=1) - rising
        else:
            rising = covered @ shares
            falling = (covered.sum(axis=1) << 24) - rising
        if segment < tables.bands:
            sums[:, segment] += rising
        if segment > 0:
            sums[:, segment - 1] += falling
        begin = end
    assert sums.min(initial=0) >= 0 and sums.max(initial=0) < 2**62
    return sums


def log2_q24(value: NDArray[np.uint64], tables: MelTables) -> Integers:
    """Section 6: log2 of value >= 1."""
    table = np.array(tables.log2_q24, dtype=np.int64)
    upper = leading_zeros((value >> np.uint64(32)).astype(np.int64), 32)
    lower = leading_zeros((value & np.uint64(0xFFFFFFFF)).astype(np.int64), 32)
    zeros = np.where(upper < 32, upper, 32 + lower)
    normalised = value << zeros.astype(np.uint64)
    mantissa = ((normalised >> np.uint64(31)) & np.uint64(0xFFFFFFFF)).astype(np.int64)
    step = mantissa >> 25
    fraction = (mantissa & 0x1FFFFFF) << 7
    rise = ((table[step + 1] - table[step]) * fraction) >> 32
    return ((63 - zeros) << 24) + table[step] + rise


def band_log2(sums: Integers, shift: Integers, tables: MelTables) -> Integers:
    """Section 6: log2 of sums [n, bands] with offset and floor, in real units, Q24."""
    logs = tables.outputs.logs
    assert logs is not None
    bits = tables.sum_shifts * shift[:, None]
    up = np.minimum(bits, logs.span)
    value = sums.astype(np.uint64) >> (bits - up).astype(np.uint64)
    back = (logs.span - up).astype(np.uint64)
    if logs.offsets:
        value = value + (np.array(logs.offsets, dtype=np.uint64) >> back)
    if logs.floors:
        value = np.maximum(value, np.array(logs.floors, dtype=np.uint64) >> back)
    assert value.min(initial=1) >= 1
    return int32(log2_q24(value, tables) - ((tables.sum_bits + up) << 24))


def band_log2_with_gain(sums: Integers, shift: Integers, tables: MelTables) -> Integers:
    """The same of the record's own sums: with its triangles' heights and samples' full scale."""
    logs = tables.outputs.logs
    assert logs is not None
    gains = np.array(logs.gains_q24, dtype=np.int64) if logs.gains_q24 else np.int64(0)
    return int32(band_log2(sums, shift, tables) + gains)


def compress(sums: Integers, shift: Integers, tables: MelTables) -> NDArray[np.int8]:
    """Section 6: int8 [n, bands] of sums [n, bands]."""
    if tables.outputs.linear is not None:
        return linear(sums, shift, tables)
    scale = tables.outputs.log
    assert scale is not None
    multiplier = np.array(scale.multipliers_q24, dtype=np.int64)
    offset = np.array(scale.offsets_q48, dtype=np.int64)
    output = (band_log2(sums, shift, tables) * multiplier + offset) >> 48
    return np.clip(output, -128, 127).astype(np.int8)


def linear(sums: Integers, shift: Integers, tables: MelTables) -> NDArray[np.int8]:
    """Section 6: int8 [n, bands] of sums without a logarithm."""
    scale = tables.outputs.linear
    assert scale is not None
    multiplier = np.array(scale.multipliers, dtype=np.int64)
    product = (sums >> 32) * multiplier
    assert product.max(initial=0) < 2**62
    low = (sums & 0xFFFFFFFF).astype(np.uint64) * multiplier.astype(np.uint64)
    product = product + (low >> np.uint64(32)).astype(np.int64)
    down = np.minimum(scale.shift + tables.sum_shifts * shift[:, None], 63)
    steps = (product >> down) + np.array(scale.offsets_q16, dtype=np.int64)
    return np.clip(steps >> 16, -128, 127).astype(np.int8)
