# SPDX-License-Identifier: Apache-2.0
"""Section 2 of docs/frontend.md: pre-emphasis, window and block shift."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables
from tests.frontend.integer_twin.words import Integers, int32, leading_zeros


def pre_emphasis(samples: NDArray[np.int16], tables: MelTables) -> Integers:
    """Section 2.1: int16 as they are; with pre-emphasis, Q30."""
    now = samples.astype(np.int64)
    if not tables.pre_emphasis_q31:
        return now
    before = np.concatenate([np.zeros(1, dtype=np.int64), now])[: len(now)]
    return int32((now << 15) - ((before * tables.pre_emphasis_q31) >> 16))


def window_weights(tables: MelTables) -> Integers:
    """[fft_samples]: the table with its mirror image in its place, zeros around it."""
    table = np.array(tables.window_q31, dtype=np.int64)
    length, mirror = tables.window_samples, tables.window_mirror
    n = np.arange(length)
    folded = np.minimum(n, mirror - n)
    weights = np.zeros(tables.fft_samples, dtype=np.int64)
    weights[tables.window_start : tables.window_start + length] = table[folded]
    return weights


def window(frames: NDArray[np.int16] | Integers, tables: MelTables) -> tuple[Integers, Integers]:
    """Section 2.2: the windowed frames [n, fft_samples] in Q(P + b), the block shifts b [n]."""
    padding = tables.fft_samples - frames.shape[1]
    values = np.pad(frames.astype(np.int64), ((0, 0), (0, padding)))
    products = values * window_weights(tables)
    if tables.pre_emphasis_q31:
        products = int32((products + (1 << 31)) >> 32)
    else:
        products = int32(products >> 16)
    bits = np.bitwise_or.reduce(products ^ (products >> 31), axis=1)
    shift = leading_zeros(bits, 32) - 2
    assert shift.min(initial=0) >= 0
    windowed = products << shift[:, None]
    assert np.abs(windowed).max(initial=0) <= 2**30
    return windowed, shift
