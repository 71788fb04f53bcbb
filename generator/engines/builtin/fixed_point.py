# SPDX-License-Identifier: Apache-2.0
"""Fixed-point arithmetic exactly as the TFLite reference kernels do it.

A positive real multiplier r is stored as a 31-bit integer m and a shift s: r = m * 2^(s-31), with m
in [2^30, 2^31). Applying it to an accumulator rounds twice: once when the high half of the product
is taken, once when that is shifted right. The C twin of these definitions is
`firmware_templates/network/kernels/requantise.h`; both stand side by side in docs/adr/0002.
Source: TensorFlow Lite, kernels/internal/{common.h, quantization_util.cc}.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from generator.model.graph import Quantisation
from generator.model.options import Activation

INT8_MIN, INT8_MAX = -128, 127
SMALLEST_SHIFT = -31
"""Multipliers below 2^-32 become zero."""


@dataclass(frozen=True, slots=True)
class Multiplier:
    """The real number mantissa * 2^(shift - 31)."""

    mantissa: int
    """0, or in [2^30, 2^31)."""
    shift: int
    """Positive: to the left, before the multiplication. Negative: to the right, after it."""


def quantise_multiplier(real: float) -> Multiplier:
    """The nearest Multiplier to a positive real number (`QuantizeMultiplier`)."""
    if real == 0.0:
        return Multiplier(0, 0)
    fraction, shift = math.frexp(real)
    mantissa = math.floor(fraction * (1 << 31) + 0.5)
    if mantissa == 1 << 31:
        mantissa //= 2
        shift += 1
    return Multiplier(0, 0) if shift < SMALLEST_SHIFT else Multiplier(mantissa, shift)


def doubling_high_multiply(a: int, b: int) -> int:
    """Round(a * b / 2^31), halves up (`SaturatingRoundingDoublingHighMul`).

    The reference rounds by truncating a nudged quotient; that is the same for either sign. Its only
    saturating case, both operands -2^31, cannot occur with a positive mantissa.
    """
    return (a * b + (1 << 30)) >> 31


def rounding_shift_right(value: int, bits: int) -> int:
    """Round(value / 2^bits), halves away from zero (`RoundingDivideByPOT`)."""
    remainder = value & ((1 << bits) - 1)
    threshold = (((1 << bits) - 1) >> 1) + (1 if value < 0 else 0)
    return (value >> bits) + (1 if remainder > threshold else 0)


def multiply(value: int, multiplier: Multiplier) -> int:
    """value * multiplier, rounded twice (`MultiplyByQuantizedMultiplier`)."""
    left, right = max(multiplier.shift, 0), max(-multiplier.shift, 0)
    return rounding_shift_right(doubling_high_multiply(value << left, multiplier.mantissa), right)


def convolution_multipliers(
    source: Quantisation, weights: Quantisation, target: Quantisation, channels: int
) -> tuple[Multiplier, ...]:
    """One per output channel; the scales' product is taken in double precision."""
    scales = weights.scales if len(weights.scales) == channels else weights.scales * channels
    return tuple(
        quantise_multiplier(source.scale * scale / target.scale) for scale in scales[:channels]
    )


def dense_scales(
    source: Quantisation, weights: Quantisation, target: Quantisation, channels: int
) -> tuple[float, ...]:
    """FULLY_CONNECTED's real multipliers, one per output."""
    scales = weights.scales if len(weights.scales) == channels else weights.scales * channels
    return tuple(source.scale * scale / target.scale for scale in scales[:channels])


def multiply_real(value: int, real: float) -> int:
    """round(value * real), halves away from zero: the interpreter's FULLY_CONNECTED does just this.

    Its other operators take MultiplyByQuantizedMultiplier; this one multiplies doubles and rounds
    once (measured with LiteRT 2.3; docs/adr/0002).
    """
    product = abs(value * real)
    whole = math.floor(product)
    rounded = whole + 1 if product - whole >= 0.5 else whole
    return -rounded if value < 0 else rounded


@dataclass(frozen=True, slots=True)
class WideMultiplier:
    """The real number mantissa / 2^shift, wide enough to stand for a double."""

    mantissa: int
    shift: int
    """1..62."""

    def multiply(self, value: int) -> int:
        """value * multiplier, rounded once, halves away from zero (`requantise_once_s32` in C)."""
        product = value * self.mantissa
        return (product + (1 << (self.shift - 1)) - (1 if product < 0 else 0)) >> self.shift


WIDE_BITS = 62
DOUBLE_BITS = 53
LARGEST_OUTPUT_SPAN = 256


def wide_multiplier(real: float, limit: int) -> WideMultiplier | None:
    """A multiplier that equals `multiply_real` for all |value| <= limit whose result is in range.

    Both are monotone, so it is enough to compare them where the result steps. A product that the
    double rounds up to a tie needs a mantissa a little off the nearest. None where none agrees.
    """
    if multiply_real(limit, real) == 0:
        return WideMultiplier(0, 1)
    fraction, exponent = math.frexp(real)
    bits = min(WIDE_BITS - limit.bit_length(), WIDE_BITS + exponent)
    nearest = math.floor(math.ldexp(fraction, bits) + 0.5)
    nudges = [1 << bit for bit in range(max(bits - DOUBLE_BITS, 0) + 2)]
    for nudge in (0, *nudges, *(-nudge for nudge in nudges)):
        candidate = WideMultiplier(nearest + nudge, bits - exponent)
        if _agrees(candidate, real, limit):
            return candidate
    return None


def _agrees(candidate: WideMultiplier, real: float, limit: int) -> bool:
    for step in range(1, LARGEST_OUTPUT_SPAN + 1):
        edge = math.floor((step - 0.5) / real)
        for value in range(max(edge - 1, 0), min(edge + 3, limit + 1)):
            for signed in (value, -value):
                if candidate.multiply(signed) != multiply_real(signed, real):
                    return False
    return True


def product_multiplier(
    first: Quantisation, second: Quantisation, target: Quantisation
) -> Multiplier:
    """MUL's, and PRELU's for negative values: product and quotient are taken in float32."""
    product = np.float32(first.scale) * np.float32(second.scale)
    return quantise_multiplier(float(product / np.float32(target.scale)))


def matrix_product_multiplier(
    first: Quantisation, second: Quantisation, target: Quantisation
) -> Multiplier:
    """BATCH_MATMUL's: the product is taken in float32, the quotient in double precision."""
    product = float(np.float32(first.scale) * np.float32(second.scale))
    return quantise_multiplier(product / target.scale)


def quotient_multiplier(source: Quantisation, target: Quantisation) -> Multiplier:
    """A change of scale whose quotient is taken in float32, as RELU and PRELU do."""
    return quantise_multiplier(float(np.float32(source.scale) / np.float32(target.scale)))


def mean_multiplier(source: Quantisation, target: Quantisation, count: int) -> Multiplier:
    """MEAN over `count` elements: 1/count is folded into the mantissa, truncated."""
    rescale = quantise_multiplier(source.scale / target.scale)
    bits = min(count.bit_length() - 1, 32, 31 + rescale.shift)
    return Multiplier((rescale.mantissa << bits) // count, rescale.shift - bits)


ADD_LEFT_SHIFT = 20
"""ADD brings its inputs to a common scale with this many bits to spare."""


@dataclass(frozen=True, slots=True)
class AddScaling:
    """ADD: (a << 20) * first + (b << 20) * second, times result; each product rounded twice."""

    first: Multiplier
    second: Multiplier
    result: Multiplier


def add_scaling(first: Quantisation, second: Quantisation, target: Quantisation) -> AddScaling:
    """The multipliers of an ADD: inputs over twice the larger scale."""
    twice_larger = 2.0 * max(first.scale, second.scale)
    return AddScaling(
        quantise_multiplier(first.scale / twice_larger),
        quantise_multiplier(second.scale / twice_larger),
        quantise_multiplier(twice_larger / ((1 << ADD_LEFT_SHIFT) * target.scale)),
    )


def activation_range(activation: Activation, target: Quantisation) -> tuple[int, int]:
    """The int8 clamp of a fused activation (`CalculateActivationRangeQuantized`)."""

    def stored(real: float) -> int:
        quotient = float(np.float32(real) / np.float32(target.scale))
        return target.zero_point + int(math.copysign(math.floor(abs(quotient) + 0.5), quotient))

    lowest, highest = INT8_MIN, INT8_MAX
    if activation in (Activation.RELU, Activation.RELU6):
        lowest = max(lowest, stored(0.0))
    if activation is Activation.RELU6:
        highest = min(highest, stored(6.0))
    if activation is Activation.RELU_N1_TO_1:
        lowest, highest = max(lowest, stored(-1.0)), min(highest, stored(1.0))
    return lowest, highest


SOFTMAX_DIFFERENCE_INTEGER_BITS = 5
"""exp() takes its argument in Q5.26."""


@dataclass(frozen=True, slots=True)
class SoftmaxScaling:
    """How SOFTMAX turns a difference of two int8 logits into exp()'s argument."""

    multiplier: Multiplier
    """Greater than one: its shift is to the left."""
    smallest_difference: int
    """Logits further below the maximum than this count as probability 0."""


def softmax_scaling(logits: Quantisation, beta: float) -> SoftmaxScaling:
    """`PreprocessSoftmaxScaling` and `CalculateInputRadius`."""
    fraction_bits = 31 - SOFTMAX_DIFFERENCE_INTEGER_BITS
    real = min(beta * logits.scale * (1 << fraction_bits), (1 << 31) - 1.0)
    multiplier = quantise_multiplier(real)
    largest = ((1 << SOFTMAX_DIFFERENCE_INTEGER_BITS) - 1) * (1 << fraction_bits)
    return SoftmaxScaling(multiplier, -(largest // (1 << max(multiplier.shift, 0))))


LARGEST_EXPONENT = 88.0
"""exp() of it is still a float32; its reciprocal gives a score of 0 as any greater one's does."""

SCORE_STEPS = 256


def sigmoid_table(logits: Quantisation) -> tuple[int, ...]:
    """LOGISTIC's int8 score for each int8 logit, from -128 to 127 (`LUTPopulateInt8`).

    The reference kernel fills such a table in float32 when the model is loaded, with the C
    library's expf; here each step is rounded to float32 in turn, and so is the exponential.
    """
    one, scale = np.float32(1.0), np.float32(logits.scale)
    scores = []
    for stored in range(INT8_MIN, INT8_MAX + 1):
        real = float(scale * np.float32(stored - logits.zero_point))
        exponential = np.float32(math.exp(min(-real, LARGEST_EXPONENT)))
        share = float(one / (one + exponential) * np.float32(SCORE_STEPS))
        scores.append(min(math.floor(share + 0.5) + INT8_MIN, INT8_MAX))
    return tuple(scores)
