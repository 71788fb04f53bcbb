# SPDX-License-Identifier: Apache-2.0
"""Sections 5 and 6 of docs/frontend.md: from bins to bands, from bands to int8."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables
from tests.frontend.integer_twin.words import Integers, int32, leading_zeros


def filterbank(magnitudes: Integers, tables: MelTables) -> Integers:
    """Section 5: sums [n, 64] in Q(47 + b)."""
    weights = np.array(tables.bin_weights_q24, dtype=np.int64)
    mel = np.zeros((len(magnitudes), tables.bands), dtype=np.int64)
    begin = tables.first_bin
    for segment, end in enumerate(tables.segment_end_bins):
        covered = magnitudes[:, begin:end]
        rising = covered @ weights[begin - tables.first_bin : end - tables.first_bin]
        if segment < tables.bands:
            mel[:, segment] += rising
        if segment > 0:
            mel[:, segment - 1] += (covered.sum(axis=1) << 24) - rising
        begin = end
    assert mel.max(initial=0) < 2**62
    return mel


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


def compress(mel: Integers, shift: Integers, tables: MelTables) -> NDArray[np.int8]:
    """Section 6: int8 [n, 64]."""
    offset = np.uint64(tables.log_offset) << shift.astype(np.uint64)
    log2 = log2_q24(mel.astype(np.uint64) + offset[:, None], tables)
    log2 = int32(log2 - ((tables.sum_bits + shift[:, None]) << 24))
    output = (log2 * tables.output_multiplier_q24 + tables.output_offset_q48) >> 48
    return np.clip(output, -128, 127).astype(np.int8)
