# SPDX-License-Identifier: Apache-2.0
"""Each kernel in assembly and its portable twin make the same bytes, those of the reference.

The twin runs on this machine, the assembly as it is compiled for each core on an emulated
Cortex-M33, which knows all instructions of the others.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.engines.builtin.fixed_point import Multiplier, multiply
from tests.support.cortex_m33 import CortexM33
from tests.support.kernel_calls import Memory, Words, bytes_of, on_host, on_target

SWAPPED = np.array([0, 2, 1, 3])
GUARD = 0x5A
CASES = 12


def swap(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels 0 1 2 3 of each word as 0 2 1 3, and back."""
    return pixels.reshape(*pixels.shape[:-1], -1, 4)[..., SWAPPED].reshape(pixels.shape)


def extremes(
    random: np.random.Generator, low: int, high: int, shape: tuple[int, ...]
) -> NDArray[np.int64]:
    """Random numbers; in every third draw only the ends of the range."""
    if random.integers(3) == 0:
        return random.choice(np.array([low, high]), shape)
    return random.integers(low, high + 1, shape)


# --- matrix products ---------------------------------------------------------------------------


@dataclass
class Product:
    memory: Memory
    weights: NDArray[np.int64]
    pixels: NDArray[np.int64]
    """[inputs, pixels], u8."""
    channels: list[tuple[int, int, int]]
    """Bias, multiplier, shift."""
    range: tuple[int, int, int]


def draw_product(seed: int, *, relu: bool, in_pairs: bool = True) -> Product:
    random = np.random.default_rng(seed)
    inputs = 2 * int(random.choice([1, 2, 5, 16, 31, 32, 33, 34, 64]))
    outputs, blocks = 2 * int(random.integers(1, 5)), int(random.integers(1, 4))
    width = 4 * blocks
    weights = extremes(random, -128, 127, (outputs, inputs))
    weights[1::2] = np.maximum(weights[1::2], -127)
    weights[1::2] = weights[1::2] * min(1.0, 120 / inputs)  # 256 * 2 * sum in 32 bits
    pixels = extremes(random, 0, 255, (inputs, width))
    sums = weights @ pixels
    channels = []
    for output in range(outputs):
        bias = int(random.integers(-20000, 20000))
        largest = max(int(np.abs(sums[output]).max()) + abs(bias), 1)
        shift = int(random.choice([0, max(largest.bit_length() - 8, 0), 7, 8, 12, 22]))
        channels.append((bias, int(random.integers(1 << 30, 1 << 31)), shift))
    output_range = (0, 0, 255) if relu else tuple(sorted(map(int, random.integers(0, 256, 3))))
    zero, lowest, highest = output_range if relu else (output_range[1], *output_range[0::2])
    columns = np.zeros((blocks, inputs // 2, 4, 2), np.int64)
    for block in range(blocks):
        part = 2 * pixels[:, 4 * block : 4 * block + 4]
        columns[block] = part.reshape(inputs // 2, 2, 4).transpose(0, 2, 1)
    pairs = weights.reshape(-1, 2, inputs)
    if in_pairs:
        packed = bytes_of(pairs[:, 0] + 256 * pairs[:, 1], "<i2")
    else:
        steps = pairs.reshape(-1, 2, inputs // 2, 2).transpose(0, 2, 3, 1)
        packed = bytes_of(steps, "i1")
    requantise = [word for bias, scale, shift in channels for word in (bias * 32 + shift, scale)]
    first = 2 * int(random.integers(0, outputs // 2))
    memory = Memory(
        {
            "columns": bytes_of(columns, "<i2"),
            "weights": packed,
            "requantise": bytes_of(requantise, "<i8").reshape(-1, 8)[:, :4].ravel(),
            "planes": np.full((outputs - first) * width + 8, GUARD, np.uint8),
        },
        [inputs, outputs - first, width, width, "weights", "requantise", zero, lowest, highest],
        [],
        "planes",
        first,
    )
    return Product(memory, weights, pixels, channels, (zero, lowest, highest))


def expected_product(product: Product, *, swapped: bool) -> NDArray[np.uint8]:
    """By the reference's arithmetic, channel by channel."""
    zero, lowest, highest = product.range
    sums = product.weights @ product.pixels
    planes = []
    for (bias, mantissa, shift), row in zip(product.channels, sums, strict=True):
        values = [multiply(int(one) + bias, Multiplier(mantissa, -shift)) + zero for one in row]
        planes.append(np.clip(values, lowest, highest).astype(np.uint8))
    made = np.stack(planes[product.memory.first :])
    return (swap(made) if swapped else made).ravel()


@pytest.mark.parametrize(
    ("function", "relu", "in_pairs"),
    [
        ("pointwise_relu_row_u8", True, True),
        ("pointwise_relu_swapped_row_u8", True, True),
        ("pointwise_linear_row_u8", False, True),
        ("pointwise_plain_row_u8", False, False),
    ],
)
def test_matrix_products(
    host: ctypes.CDLL, target: CortexM33, function: str, relu: bool, in_pairs: bool
) -> None:
    for seed in range(4 * CASES):
        product = draw_product(seed, relu=relu, in_pairs=in_pairs)
        expected = expected_product(product, swapped="swapped" in function)
        for made in (
            on_host(host, function, product.memory),
            on_target(target, function, product.memory),
        ):
            np.testing.assert_array_equal(made[:-8], expected, f"seed {seed}")
            assert np.all(made[-8:] == GUARD), f"seed {seed}: written after the planes"


# --- 3x3 filters with scaled taps ----------------------------------------------------------------


def draw_filters(random: np.random.Generator, count: int) -> tuple[NDArray[np.int64], Words]:
    """Taps [channel, row, column], and the words of each struct scaled_3x3."""
    taps = extremes(random, -128, 127, (count, 3, 3))
    words: list[int] = []
    for channel in taps:
        shift = int(random.choice([0, 5, 7, 8, 11]))
        if shift == 0:  # only constants have it in practice: no taps
            channel[:] = 0
        factor = 1 << (13 - shift)
        addend = (1 << (11 - shift)) + ((1 << 11) if shift else 0)
        (l0, m0, r0), (l1, m1, r1), (l2, m2, r2) = (channel * factor).tolist()
        halves = [(l0, m0), (l1, m1), (l2, m2), (r1, r0), (addend, r2)]
        words += [low & 0xFFFF | (high & 0xFFFF) << 16 for low, high in halves]
        words += [int(random.integers(-9000, 9000)) * factor & 0xFFFF_FFFF]
        words += [int(random.integers(1 << 30, 1 << 31))]
    return taps, words


def scaled_outputs(
    windows: NDArray[np.int64], words: Words, taps: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Of windows [channel, output, row, column]: the reference's two rounding steps."""
    made = np.zeros(windows.shape[:2], np.uint8)
    for channel, values in enumerate(windows):
        start, multiplier = words[7 * channel + 5], words[7 * channel + 6]
        shift = 11 - ((words[7 * channel + 4] & 0x7FF) or 1 << 11).bit_length() + 1
        factor = 1 << (13 - shift)
        bias = int(np.int32(np.uint32(start))) // factor
        sums = (values * taps[channel]).sum(axis=(1, 2))
        scaled = [multiply(int(one) + bias, Multiplier(multiplier, -shift)) for one in sums]
        made[channel] = np.clip(scaled, 0, 255)
    return made


def draw_depthwise(
    seed: int, stride: int
) -> tuple[Memory, NDArray[np.uint8], NDArray[np.int64], int]:
    """The call, its outputs [channel, pixel], the places of the columns, and the channels."""
    random = np.random.default_rng(seed)
    channels, width = 2 * int(random.integers(1, 5)), 4 * int(random.integers(1, 6))
    inputs, first = channels + 2 * int(random.integers(0, 3)), 0
    if inputs > channels:
        first = 2 * int(random.integers(0, (inputs - channels) // 2 + 1))
    taps, words = draw_filters(random, first + channels)
    width_in = width * stride
    planes = extremes(random, 0, 255, (3, channels, width_in)).astype(np.uint8)
    missing = [(), (), (0,), (2,), (0, 1), (1, 2), (0, 2)][int(random.integers(7))]
    rows: list[int | str] = []
    for row in range(3):
        rows += ["border", 0] if row in missing else [f"row{row}", width_in]
    padded = np.zeros((3, channels, width_in + 2), np.int64)
    padded[:, :, 1:-1] = planes
    padded[list(missing)] = 0
    left = 0 if stride == 1 else 1
    windows = np.stack(
        [padded[:, :, left + stride * x : left + stride * x + 3] for x in range(width)], axis=2
    ).transpose(1, 2, 0, 3)
    columns = np.full(4 * inputs * (width // 4), GUARD * 0x101, "<i2")
    memory = Memory(
        {
            **{f"row{row}": swap(planes[row]).ravel() for row in range(3)},
            "border": np.zeros(width_in, np.uint8),
            "parameters": bytes_of(np.array(words, np.uint32), "<u4"),
            "columns": bytes_of(columns, "<i2"),
        },
        [channels, inputs, width, "parameters"],
        rows,
        "columns",
        first,
    )
    made = scaled_outputs(windows, words[7 * first :], taps[first:])
    pixel, channel = np.meshgrid(np.arange(width), first + np.arange(channels))
    places = (pixel // 4) * 4 * inputs + channel // 2 * 8 + pixel % 4 * 2 + channel % 2
    return memory, made, places, inputs * width


@pytest.mark.parametrize("stride", [1, 2])
def test_depthwise_filters(host: ctypes.CDLL, target: CortexM33, stride: int) -> None:
    function = f"depthwise_scaled_s{stride}_row_u8"
    for seed in range(4 * CASES):
        memory, outputs, places, count = draw_depthwise(seed, stride)
        for made in (on_host(host, function, memory), on_target(target, function, memory)):
            columns = made.view("<i2")
            np.testing.assert_array_equal(columns[places], 2 * outputs.astype(int), f"seed {seed}")
            untouched = np.setdiff1d(np.arange(count), places)
            assert np.all(columns[untouched] == GUARD * 0x101), f"seed {seed}"


@pytest.mark.parametrize("swapped", [False, True])
def test_the_convolution_of_one_plane(host: ctypes.CDLL, target: CortexM33, swapped: bool) -> None:
    function = f"convolution_scaled_s2_{'swapped_' if swapped else ''}row_u8"
    for seed in range(2 * CASES):
        random = np.random.default_rng(seed)
        outputs, width = 2 * int(random.integers(1, 5)), 4 * int(random.integers(1, 6))
        first = 2 * int(random.integers(0, 3))
        taps, words = draw_filters(random, first + outputs)
        steps = extremes(random, 0, 255, (width + 1, 3, 2))
        windows = np.concatenate([steps[:-1], steps[1:, :, :1]], axis=2)
        memory = Memory(
            {
                "columns": bytes_of(steps, "<i2"),
                "parameters": bytes_of(np.array(words, np.uint32), "<u4"),
                "planes": np.full(outputs * width + 8, GUARD, np.uint8),
            },
            [outputs, width, width, "parameters"],
            [],
            "planes",
            first,
        )
        every = np.broadcast_to(windows, (outputs, *windows.shape))
        expected = scaled_outputs(every, words[7 * first :], taps[first:])
        expected = (swap(expected) if swapped else expected).ravel()
        for made in (on_host(host, function, memory), on_target(target, function, memory)):
            np.testing.assert_array_equal(made[:-8], expected, f"seed {seed}")
            assert np.all(made[-8:] == GUARD)


# --- sums of two rows ----------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [1, -1])
def test_sums_of_rows(host: ctypes.CDLL, target: CortexM33, sign: int) -> None:
    """The input with the larger scale has the shift 0."""
    for seed in range(4 * CASES):
        random = np.random.default_rng(seed)
        channels, width = int(random.integers(1, 7)), 4 * int(random.integers(1, 5))
        rows = extremes(random, 0, 255, (2, channels * width)).astype(np.uint8)
        zeros = [int(one) for one in random.integers(0, 256, 2)]
        scales = [Multiplier(1 << 30, 0), Multiplier(int(random.integers(1 << 30, 1 << 31)), 0)]
        scales[1] = Multiplier(scales[1].mantissa, -int(random.integers(0, 8)))
        if random.integers(2):
            scales.reverse()
        result = Multiplier(int(random.integers(1 << 30, 1 << 31)), -int(random.integers(15, 24)))
        lowest, zero, highest = sorted(int(one) for one in random.integers(0, 256, 3))
        words: list[int | str] = [channels, width - int(random.integers(0, 4)), width, sign]
        words += [*zeros, *(one.mantissa for one in scales), *(one.shift for one in scales)]
        words += [result.mantissa, result.shift, zero, lowest, highest]
        memory = Memory(
            {
                "first": rows[0],
                "second": rows[1],
                "planes": np.full(channels * width + 8, GUARD, np.uint8),
            },
            words,
            ["first", width, "second", width],
            "planes",
        )
        terms = [
            [multiply((int(one) - zeros[i]) << 20, scales[i]) for one in rows[i]] for i in (0, 1)
        ]
        sums = [multiply(a + sign * b, result) + zero for a, b in zip(*terms, strict=True)]
        expected = np.clip(sums, lowest, highest).reshape(channels, width)[:, : int(words[1])]
        for made in (
            on_host(host, "add_combine_row_u8", memory),
            on_target(target, "add_combine_row_u8", memory),
        ):
            planes = made[:-8].reshape(channels, width)[:, : int(words[1])]
            np.testing.assert_array_equal(planes, expected, f"seed {seed}")
            assert np.all(made[-8:] == GUARD), f"seed {seed}: written after the planes"
