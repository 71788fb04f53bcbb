# SPDX-License-Identifier: Apache-2.0
"""Sections 3 and 4 of docs/frontend.md: the transform, and what becomes of its bins."""

from __future__ import annotations

import numpy as np

from generator.frontend.mel_tables import MelTables
from generator.frontend.transform_tables import circle_q31
from tests.frontend.integer_twin.words import Integers, int32, leading_zeros


def complex_transform(windowed: Integers, tables: MelTables) -> Integers:
    """Section 3.1: [n, L, 2] (real, imaginary), the transform of L values divided by L."""
    points = tables.cfft_points
    z = windowed.reshape(-1, points, 2)
    twiddles = np.array(circle_q31(points, range(3 * points // 4)), np.int64).reshape(-1, 2)
    if _is_power_of_four(points):
        z = _radix4(z, twiddles, 1)
    else:
        halves = _halve(z, twiddles)
        z = _radix4(halves.reshape(-1, points // 2, 2), twiddles, 2).reshape(-1, points, 2)
        z = int32(z << 1)
    digits = points.bit_length() - 1
    order = [int(f"{index:0{digits}b}"[::-1], 2) for index in range(points)]
    return z[:, order]


def _is_power_of_four(points: int) -> bool:
    return points.bit_length() % 2 == 1


def _halve(z: Integers, twiddles: Integers) -> Integers:
    """Sums of two in the first half, turned differences in the second: [n, 2, L/2, 2]."""
    z = z >> 2
    half = z.shape[1] // 2
    first, second = z[:, :half], z[:, half:]
    difference = first - second
    cosine, sine = twiddles[:half, 0], twiddles[:half, 1]
    real, imaginary = difference[..., 0], difference[..., 1]
    turned = np.stack(
        [
            _upper_rounded(real * cosine) + _upper_rounded(imaginary * sine),
            _upper_rounded(imaginary * cosine) + _upper_rounded(-real * sine),
        ],
        axis=-1,
    )
    return int32(np.stack([first + second, turned << 1], axis=1))


def _upper_rounded(product: Integers) -> Integers:
    return (product + (1 << 31)) >> 32


def _radix4(z: Integers, twiddles: Integers, step: int) -> Integers:
    """Stages of four, without the order of the bins; `step`: of the twiddles in the table."""
    points = z.shape[1]
    z = _radix4_stage(z >> 4, points, twiddles[::step], kept_shift=0, left=True)
    span = points // 4
    while span > 4:
        z = _radix4_stage(z, span, twiddles[::step], kept_shift=2, left=False)
        span //= 4
    return _radix4_last(z)


def _radix4_stage(
    z: Integers, span: int, twiddles: Integers, kept_shift: int, left: bool
) -> Integers:
    """One decimation-in-frequency stage over groups of `span`."""
    points, quarter = z.shape[1], span // 4
    groups = z.reshape(len(z), points // span, 4, quarter, 2)
    a, b, c, d = (groups[:, :, leg] for leg in range(4))
    step = np.arange(quarter) * (points // span)
    plus, minus = a + c, a - c
    cross = b + d
    swapped = _turn_quarter(b - d)  # -j (b - d)
    out = np.empty_like(groups)
    out[:, :, 0] = int32(plus + cross) >> kept_shift
    out[:, :, 1] = _turn(plus - cross, twiddles[2 * step], left)
    out[:, :, 2] = _turn(minus + swapped, twiddles[step], left)
    out[:, :, 3] = _turn(minus - swapped, twiddles[3 * step], left)
    return int32(out).reshape(z.shape)


def _turn_quarter(z: Integers) -> Integers:
    return np.stack([z[..., 1], -z[..., 0]], axis=-1)


def _turn(z: Integers, twiddle: Integers, left: bool) -> Integers:
    """z (cos - j sin): each product cut to its upper word, the sums doubled (first) or halved."""
    int32(z)
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
    groups = z.reshape(len(z), z.shape[1] // 4, 4, 2)
    a, b, c, d = (groups[:, :, leg] for leg in range(4))
    swapped = _turn_quarter(b - d)
    out = [a + b + c + d, a - b + c - d, a - c + swapped, a - c - swapped]
    return int32(np.stack(out, axis=2)).reshape(z.shape)


def split(z: Integers, tables: MelTables) -> tuple[Integers, Integers]:
    """Section 3.2: real and imaginary parts of bins split_first_bin ... L - it, others 0."""
    points = tables.cfft_points
    bins = np.arange(tables.split_first_bin, points // 2)
    low, high = z[:, bins], z[:, points - bins]
    twiddles = np.array(tables.split_twiddles_q31, dtype=np.int64).reshape(-1, 2)
    cosine, sine = twiddles[: len(bins), 0], twiddles[: len(bins), 1]
    even_real = int32(int32(low[..., 0] + high[..., 0]) + 1 >> 1)
    even_imaginary = int32(int32(low[..., 1] - high[..., 1]) + 1 >> 1)
    odd_real = int32(low[..., 1] + high[..., 1])
    odd_imaginary = int32(high[..., 0] - low[..., 0])
    turned_real = _upper_rounded(odd_real * cosine + odd_imaginary * sine)
    turned_imaginary = _upper_rounded(odd_imaginary * cosine - odd_real * sine)
    real = np.zeros((len(z), points + 1), dtype=np.int64)
    imaginary = np.zeros_like(real)
    for sign, where in ((-1, points - bins), (1, bins)):
        real[:, where] = int32(even_real + sign * turned_real)
        imaginary[:, where] = int32(even_imaginary + sign * turned_imaginary)
    real[:, points // 2] = z[:, points // 2, 0]
    imaginary[:, points // 2] = -z[:, points // 2, 1]
    return real, imaginary


def powers(z: Integers, tables: MelTables) -> Integers:
    """Section 4: [n, L + 1], below 2^62."""
    real, imaginary = split(z, tables)
    power: Integers = real * real + imaginary * imaginary
    assert power.max(initial=0) < 2**62
    return power


def magnitudes(z: Integers, tables: MelTables) -> Integers:
    """Section 4: [n, L + 1], twice the root of the power."""
    return square_root(powers(z, tables), tables)


def square_root(value: Integers, tables: MelTables) -> Integers:
    """Section 4: twice the square root of 0 <= value < 2^62."""
    assert value.min(initial=0) >= 0 and value.max(initial=0) < 2**62
    table = np.array(tables.sqrt_q30, dtype=np.int64)
    zeros = leading_zeros(value, 64) & ~np.int64(1)
    shifted = (value.astype(np.uint64) << zeros.astype(np.uint64)) >> np.uint64(32)
    normalised = np.where(value == 0, 1 << 30, shifted.astype(np.int64))
    step = (normalised >> 24) - 64
    fraction = (normalised & 0xFFFFFF) << 8
    root = table[step] + (((table[step + 1] - table[step]) * fraction) >> 32)
    return np.where(value == 0, 0, (root << 1) >> np.maximum((zeros >> 1) - 1, 0))
