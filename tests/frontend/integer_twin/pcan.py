# SPDX-License-Identifier: Apache-2.0
"""Section 10 of docs/mfcc-pcan.md: noise reduction and PCAN, from the sums of the bands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables
from generator.frontend.pcan_tables import PcanTables
from tests.frontend.integer_twin.mfcc import scale_features
from tests.frontend.integer_twin.sums import log2_q24
from tests.frontend.integer_twin.transform import square_root
from tests.frontend.integer_twin.words import Integers


def pcan(
    sums: Integers, shifts: Integers, tables: MelTables, settings: PcanTables
) -> NDArray[np.int8]:
    """int8 [n, bands] of a clip's sums [n, bands] and block shifts [n], in turn."""
    noise = np.zeros(sums.shape[1], dtype=np.int64)
    odd = np.arange(sums.shape[1]) % 2 == 1
    share = np.where(odd, settings.odd_smoothing_q14, settings.even_smoothing_q14)
    rows = []
    for row, shift in zip(sums, shifts, strict=True):
        twice_root = square_root(row, tables)
        signal = twice_root >> min(settings.root_shift + int(shift), 63)
        fine = signal << settings.smoothing_bits
        assert fine.max(initial=0) < 2**32
        noise = (fine * share + noise * (2**14 - share)) >> 14
        above = np.maximum(fine - noise, 0) >> settings.smoothing_bits
        left = np.maximum(above, (signal * settings.least_q14) >> 14)
        if settings.enabled:
            left = normalise(left, noise, tables, settings)
        rows.append(log_steps(left << settings.correction_bits, tables, settings))
    return scale_features(np.array(rows).reshape(sums.shape), settings.features)


def normalise(left: Integers, noise: Integers, tables: MelTables, settings: PcanTables) -> Integers:
    """PCAN: the gain, the ratio in Q12, and its square or line in Q6."""
    level = (noise << 24) + settings.gain_offset
    log2 = log2_q24(level.astype(np.uint64), tables) - settings.gain_exponent_q24
    power = (settings.gain_bits << 24) - ((log2 * settings.strength_q24) >> 24)
    gain = np.minimum(exp2(np.minimum(power, 15 << 24), settings), 32767)
    ratio = (left * gain) >> settings.ratio_shift
    small = np.minimum(ratio, 8191)
    return np.where(ratio < 8192, (small * small) >> 20, (ratio >> 6) - 64)


def exp2(power: Integers, settings: PcanTables) -> Integers:
    """round(2^power), power in Q24 and below 30."""
    table = np.array(settings.exp2_q30, dtype=np.int64)
    whole, fraction = power >> 24, power & 0xFFFFFF
    step, rest = fraction >> 17, (fraction & 0x1FFFF) << 15
    exact = table[step] + (((table[step + 1] - table[step]) * rest) >> 32)
    shift = np.clip(30 - whole, 1, 31)
    return np.where(whole < -1, 0, (exact + (np.int64(1) << (shift - 1))) >> shift)


def log_steps(value: Integers, tables: MelTables, settings: PcanTables) -> Integers:
    """round(2^log_shift ln(value)), 0 of 0."""
    log2 = log2_q24(np.maximum(value, 1).astype(np.uint64), tables)
    steps = (log2 * settings.log_multiplier_q20 + 2**43) >> 44
    return np.minimum(steps, 65535)
