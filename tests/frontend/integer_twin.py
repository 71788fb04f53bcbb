# SPDX-License-Identifier: Apache-2.0
"""docs/frontend.md in numpy: every integer step of the front-end, section by section.

Written from the document, not from the C. It equals the C bit for bit, which proves the document
complete. All arithmetic is in int64 with the range of the narrower type asserted, so that nothing
wraps unseen. Frames are vectorised: the first axis counts them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables

Integers = NDArray[np.int64]

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1
FRAME, HOP, FIRST, WINDOW = 512, 160, 56, 400
GATE_THRESHOLD_RMS = 2
GATE_HANGOVER_HOPS = 40


def mel_frames(frames: NDArray[np.int16], tables: MelTables) -> NDArray[np.int8]:
    """Return int8 [n, 64] for int16 frames [n, 512]."""
    windowed, shift = window(frames, tables)
    magnitudes = spectrum_magnitudes(cfft_256(windowed, tables), tables)
    mel = filterbank(magnitudes, tables)
    return compress(mel, shift, tables)


def window(frames: NDArray[np.int16], tables: MelTables) -> tuple[Integers, Integers]:
    """Section 2: the windowed frames [n, 512] in Q(30 + b) and the block shifts b [n]."""
    half = np.array(tables.window_q31, dtype=np.int64)
    weights = np.zeros(FRAME, dtype=np.int64)
    weights[FIRST + 1 : FIRST + 201] = half
    weights[FIRST + 201 : FIRST + WINDOW] = half[:199][::-1]
    products = _int32((frames.astype(np.int64) * weights) >> 16)
    bits = np.bitwise_or.reduce(products ^ (products >> 31), axis=1)
    shift = _leading_zeros(bits, 32) - 2
    windowed = products << shift[:, None]
    assert np.abs(windowed).max(initial=0) <= 2**30
    return windowed, shift


def cfft_256(windowed: Integers, tables: MelTables) -> Integers:
    """Section 3.1: [n, 256, 2] (real, imaginary), the transform divided by 256."""
    z = windowed.reshape(-1, 256, 2)
    twiddles = np.array(tables.cfft_twiddles_q31, dtype=np.int64).reshape(-1, 2)
    z = _radix4_stage(z >> 4, 256, twiddles, kept_shift=0, left=True)
    for span in (64, 16):
        z = _radix4_stage(z, span, twiddles, kept_shift=2, left=False)
    z = _radix4_last(z)
    order = [int(f"{index:08b}"[::-1], 2) for index in range(256)]
    return z[:, order]


def _radix4_stage(
    z: Integers, span: int, twiddles: Integers, kept_shift: int, left: bool
) -> Integers:
    """One decimation-in-frequency stage over groups of `span`."""
    quarter = span // 4
    groups = z.reshape(len(z), 256 // span, 4, quarter, 2)
    a, b, c, d = (groups[:, :, leg] for leg in range(4))
    step = np.arange(quarter) * (256 // span)
    plus, minus = a + c, a - c
    cross = b + d
    swapped = _turn_quarter(b - d)  # -j (b - d)
    out = np.empty_like(groups)
    out[:, :, 0] = (plus + cross) >> kept_shift
    out[:, :, 1] = _turn(plus - cross, twiddles[2 * step], left)
    out[:, :, 2] = _turn(minus + swapped, twiddles[step], left)
    out[:, :, 3] = _turn(minus - swapped, twiddles[3 * step], left)
    return _int32(out).reshape(z.shape)


def _turn_quarter(z: Integers) -> Integers:
    return np.stack([z[..., 1], -z[..., 0]], axis=-1)


def _turn(z: Integers, twiddle: Integers, left: bool) -> Integers:
    """z (cos - j sin): each product cut to its upper word, the sums doubled (first) or halved."""
    _int32(z)
    cosine, sine = twiddle[:, 0], twiddle[:, 1]
    real, imaginary = z[..., 0], z[..., 1]
    turned = np.stack(
        [
            ((real * cosine) >> 32) + ((imaginary * sine) >> 32),
            ((imaginary * cosine) >> 32) - ((real * sine) >> 32),
        ],
        axis=-1,
    )
    return turned << 1 if left else turned >> 1


def _radix4_last(z: Integers) -> Integers:
    groups = z.reshape(len(z), 64, 4, 2)
    a, b, c, d = (groups[:, :, leg] for leg in range(4))
    swapped = _turn_quarter(b - d)
    out = [a + b + c + d, a - b + c - d, a - c + swapped, a - c - swapped]
    return _int32(np.stack(out, axis=2)).reshape(z.shape)


def spectrum_magnitudes(z: Integers, tables: MelTables) -> Integers:
    """Sections 3.2 and 4: [n, 257] magnitudes of bins split_first_bin ... 256 - it, others 0."""
    bins = np.arange(tables.split_first_bin, 129)
    low, high = z[:, bins], z[:, 256 - bins]
    twiddles = np.array(tables.split_twiddles_q31, dtype=np.int64).reshape(-1, 2)
    cosine, sine = twiddles[:, 0], twiddles[:, 1]
    even_real = _int32(_int32(low[..., 0] + high[..., 0]) + 1 >> 1)
    even_imaginary = _int32(_int32(low[..., 1] - high[..., 1]) + 1 >> 1)
    odd_real = _int32(low[..., 1] + high[..., 1])
    odd_imaginary = _int32(high[..., 0] - low[..., 0])
    half = np.int64(1 << 31)
    turned_real = (odd_real * cosine + odd_imaginary * sine + half) >> 32
    turned_imaginary = (odd_imaginary * cosine - odd_real * sine + half) >> 32
    magnitudes = np.zeros((len(z), 257), dtype=np.int64)
    for sign, where in ((-1, 256 - bins), (1, bins)):
        real = _int32(even_real + sign * turned_real)
        imaginary = _int32(even_imaginary + sign * turned_imaginary)
        magnitudes[:, where] = square_root(real * real + imaginary * imaginary, tables)
    return magnitudes


def square_root(value: Integers, tables: MelTables) -> Integers:
    """Section 4: twice the square root of 0 <= value < 2^62."""
    assert value.min(initial=0) >= 0 and value.max(initial=0) < 2**62
    table = np.array(tables.sqrt_q30, dtype=np.int64)
    zeros = _leading_zeros(value, 64) & ~np.int64(1)
    shifted = (value.astype(np.uint64) << zeros.astype(np.uint64)) >> np.uint64(32)
    normalised = np.where(value == 0, 1 << 30, shifted.astype(np.int64))
    step = (normalised >> 24) - 64
    fraction = (normalised & 0xFFFFFF) << 8
    root = table[step] + (((table[step + 1] - table[step]) * fraction) >> 32)
    return np.where(value == 0, 0, (root << 1) >> np.maximum((zeros >> 1) - 1, 0))


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
    upper = _leading_zeros((value >> np.uint64(32)).astype(np.int64), 32)
    lower = _leading_zeros((value & np.uint64(0xFFFFFFFF)).astype(np.int64), 32)
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
    log2 = _int32(log2 - ((tables.sum_bits + shift[:, None]) << 24))
    output = (log2 * tables.output_multiplier_q24 + tables.output_offset_q48) >> 48
    return np.clip(output, -128, 127).astype(np.int8)


def split_frames(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Section 1: all frames of a clip, [n, 512], gated or not."""
    count = 1 + (len(samples) - FRAME) // HOP if len(samples) >= FRAME else 0
    starts = np.arange(count) * HOP
    return samples[starts[:, None] + np.arange(FRAME)]


def gate_open(samples: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Section 7: for each frame of the clip, whether the gate is open at its end."""
    count = len(split_frames(samples))
    hops = samples[32 : 32 + HOP * (count + 2)].astype(np.int64).reshape(-1, HOP)
    scatter = HOP * (hops**2).sum(axis=1) - hops.sum(axis=1) ** 2
    loud = scatter >= (GATE_THRESHOLD_RMS * HOP) ** 2
    still_open, decisions = 0, []
    for is_loud in loud:
        still_open = GATE_HANGOVER_HOPS + 1 if is_loud else max(still_open - 1, 0)
        decisions.append(still_open > 0)
    return np.array(decisions[2 : 2 + count], dtype=np.bool_)


def features(samples: NDArray[np.int16], tables: MelTables) -> NDArray[np.int8]:
    """The frames, int8 [n, 64], that the front-end gives for a clip."""
    frames = split_frames(samples)
    if len(frames) == 0:
        return np.zeros((0, tables.bands), dtype=np.int8)
    return mel_frames(frames[gate_open(samples)], tables)


def _leading_zeros(value: Integers, width: int) -> Integers:
    """Zero bits above the highest one of a non-negative number in a word of `width` bits."""
    length = np.zeros(np.shape(value), dtype=np.int64)
    rest = np.array(value, dtype=np.int64)
    for step in (32, 16, 8, 4, 2, 1):
        large = rest >= (1 << step)
        length += np.where(large, step, 0)
        rest = np.where(large, rest >> step, rest)
    return width - (length + (rest > 0))


def _int32(value: Integers) -> Integers:
    assert value.min(initial=0) >= INT32_MIN and value.max(initial=0) <= INT32_MAX
    return value
