# SPDX-License-Identifier: Apache-2.0
"""Functions of one int8 value as tables of 256, by the reference kernels' own arithmetic.

Some kernels fill such a table themselves, in float32, when a model is loaded; others compute each
value in fixed point. Either way there are only 256 results. Source: TensorFlow Lite, kernels/
{activations.cc, elementwise.cc, internal/common.h, internal/reference/*.h}.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from generator.engines.builtin.fixed_point import (
    INT8_MAX,
    INT8_MIN,
    Multiplier,
    multiply,
    quantise_multiplier,
    quotient_multiplier,
    rounding_shift_right,
)
from generator.model.graph import Quantisation

ByteTable = tuple[int, ...]
"""Results for -128, -127 ... 127."""

INT16_MAX = (1 << 15) - 1
INT16_MIN = -(1 << 15)
EVERY_BYTE = range(INT8_MIN, INT8_MAX + 1)


def table_of(function: Callable[[int], int]) -> ByteTable:
    """The results of a function of an int8 value, clamped to int8."""
    return tuple(min(max(function(value), INT8_MIN), INT8_MAX) for value in EVERY_BYTE)


def float_table(
    source: Quantisation, target: Quantisation, transform: Callable[[np.float32], float]
) -> ByteTable:
    """`LUTPopulate<int8_t>`: every step is rounded to float32; halves go away from zero."""
    scale, inverse = np.float32(source.scale), np.float32(1.0) / np.float32(target.scale)

    def result(value: int) -> int:
        real = np.float32(scale * np.float32(value - source.zero_point))
        scaled = float(np.float32(np.float32(transform(real)) * inverse))
        rounded = math.copysign(math.floor(abs(scaled) + 0.5), scaled)
        return int(min(max(rounded + target.zero_point, INT8_MIN), INT8_MAX))

    with np.errstate(over="ignore"):
        return table_of(result)


def tanh_table(source: Quantisation, target: Quantisation) -> ByteTable:
    """TANH."""
    return float_table(source, target, lambda real: math.tanh(float(real)))


def elu_table(source: Quantisation, target: Quantisation) -> ByteTable:
    """ELU."""
    return float_table(
        source, target, lambda real: math.expm1(float(real)) if real < 0 else float(real)
    )


def gelu_table(source: Quantisation, target: Quantisation, *, approximate: bool) -> ByteTable:
    """GELU, by tanh (approximate) or by erfc."""

    def by_erfc(real: np.float32) -> float:
        share = np.float32(math.erfc(float(real * np.float32(-math.sqrt(0.5)))))
        return float(np.float32(0.5) * real * share)

    def by_tanh(real: np.float32) -> float:
        cube = np.float32(0.044715) * real * real * real
        inner = np.float32(math.sqrt(2.0 / math.pi)) * (real + cube)
        return float(
            np.float32(0.5) * real * (np.float32(1.0) + np.float32(math.tanh(float(inner))))
        )

    return float_table(source, target, by_tanh if approximate else by_erfc)


def relu_table(
    source: Quantisation, target: Quantisation, lowest: float, highest: float | None
) -> ByteTable:
    """RELU, RELU6, RELU_N1_TO_1, RELU_0_TO_1: rescaled, then clamped between two real numbers."""
    multiplier = quotient_multiplier(source, target)

    def stored(real: float) -> int:
        quotient = float(np.float32(real) / np.float32(target.scale))
        return target.zero_point + int(math.copysign(math.floor(abs(quotient) + 0.5), quotient))

    least = max(INT8_MIN, stored(lowest))
    most = INT8_MAX if highest is None else min(INT8_MAX, stored(highest))

    def result(value: int) -> int:
        scaled = target.zero_point + multiply(value - source.zero_point, multiplier)
        return min(max(scaled, least), most)

    return table_of(result)


def requantise_table(source: Quantisation, target: Quantisation) -> ByteTable:
    """QUANTIZE from int8 to int8."""
    multiplier = quantise_multiplier(source.scale / target.scale)
    return table_of(
        lambda value: target.zero_point + multiply(value - source.zero_point, multiplier)
    )


def leaky_relu_table(source: Quantisation, target: Quantisation, alpha: float) -> ByteTable:
    """LEAKY_RELU with any alpha, negative ones too."""
    product = float(np.float32(np.float32(source.scale) * np.float32(alpha)))
    slope = float(np.float32(product) / np.float32(target.scale))
    negative = quantise_multiplier(abs(slope))
    positive = quotient_multiplier(source, target)

    def result(value: int) -> int:
        real = value - source.zero_point
        if real >= 0:
            return target.zero_point + multiply(real, positive)
        scaled = multiply(real, negative)
        return target.zero_point + (-scaled if slope < 0 else scaled)

    return table_of(result)


HARD_SWISH_FINEST_SHIFT = -15
"""Of what brings HARD_SWISH's int16 values to the output; the reference shifts no further."""


def hard_swish_multiplier(source: Quantisation, target: Quantisation) -> Multiplier:
    """What brings HARD_SWISH's fine input to the output's scale: it must not be above one."""
    return quantise_multiplier(float(_fine_scale(source) / np.float32(target.scale)))


def _fine_scale(source: Quantisation) -> np.float32:
    return np.float32(1.0 / 128.0) * np.float32(source.scale)


def hard_swish_table(source: Quantisation, target: Quantisation) -> ByteTable:
    """HARD_SWISH, in int16 fixed point."""
    fine_scale = _fine_scale(source)
    to_output = hard_swish_multiplier(source, target)
    to_share = quantise_multiplier(float(fine_scale / (np.float32(3.0) / np.float32(32768.0))))
    output_factor, share_factor = _to_16_bits(to_output), _to_16_bits(to_share)

    def result(value: int) -> int:
        fine = (value - source.zero_point) * 128
        unscaled = _multiply_16(fine, output_factor)
        share = fine
        if to_share.shift > 0:
            share = _saturated(share << (to_share.shift - 1))
        share = _multiply_16(share, share_factor)
        if to_share.shift > 0:
            share = _saturated(share << 1)
        elif to_share.shift < 0:
            share = rounding_shift_right(share, -to_share.shift)
        share = (share + (1 << 15)) >> 1
        product = share * unscaled
        truncated = abs(product) >> 15
        scaled = -truncated if product < 0 else truncated
        return target.zero_point + rounding_shift_right(scaled, -to_output.shift)

    return table_of(result)


def _to_16_bits(multiplier: Multiplier) -> int:
    """`DownScaleInt32ToInt16Multiplier`."""
    if multiplier.mantissa >= (1 << 31) - (1 << 15):
        return INT16_MAX
    return (multiplier.mantissa + (1 << 15)) >> 16


def _multiply_16(a: int, b: int) -> int:
    """`SaturatingRoundingDoublingHighMul` of int16: the quotient is truncated after a nudge."""
    product = a * b
    nudged = product + ((1 << 14) if product >= 0 else 1 - (1 << 14))
    return nudged >> 15 if nudged >= 0 else -(-nudged >> 15)


def _saturated(value: int) -> int:
    return min(max(value, INT16_MIN), INT16_MAX)
