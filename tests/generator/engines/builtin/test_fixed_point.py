# SPDX-License-Identifier: Apache-2.0
"""The fixed-point arithmetic, against rounding done with fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from generator.engines.builtin.fixed_point import (
    Multiplier,
    activation_range,
    add_scaling,
    dense_scales,
    doubling_high_multiply,
    mean_multiplier,
    multiply,
    multiply_real,
    quantise_multiplier,
    rounding_shift_right,
    softmax_scaling,
    wide_multiplier,
)
from generator.model.graph import Quantisation
from generator.model.options import Activation

INT32 = st.integers(-(1 << 31), (1 << 31) - 1)
MANTISSA = st.integers(1 << 30, (1 << 31) - 1)


def half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def half_away(value: Fraction) -> int:
    return half_up(value) if value >= 0 else -half_up(-value)


def reference_high_multiply(a: int, b: int) -> int:
    """The reference's way: a nudged quotient, truncated towards zero."""
    product = a * b
    nudged = product + ((1 << 30) if product >= 0 else 1 - (1 << 30))
    return nudged // (1 << 31) if nudged >= 0 else -(-nudged // (1 << 31))


@given(INT32, MANTISSA)
def test_high_multiply_rounds_halves_up_whatever_the_sign(a: int, b: int) -> None:
    assert doubling_high_multiply(a, b) == half_up(Fraction(a * b, 1 << 31))
    assert doubling_high_multiply(a, b) == reference_high_multiply(a, b)


@pytest.mark.parametrize("odd", [-5, -3, -1, 1, 3, 5])
def test_high_multiply_at_exact_halves(odd: int) -> None:
    a, b = odd, 1 << 30  # a * b / 2^31 = odd / 2
    assert doubling_high_multiply(a, b) == (odd + 1) // 2
    assert doubling_high_multiply(a, b) == reference_high_multiply(a, b)


@given(INT32, st.integers(0, 31))
def test_shift_right_rounds_halves_away_from_zero(value: int, bits: int) -> None:
    assert rounding_shift_right(value, bits) == half_away(Fraction(value, 1 << bits))


@given(st.floats(1e-9, 1e6, allow_nan=False))
def test_a_multiplier_is_the_nearest_of_31_bits(real: float) -> None:
    multiplier = quantise_multiplier(real)
    stored = Fraction(multiplier.mantissa) * Fraction(2) ** (multiplier.shift - 31)
    assert 1 << 30 <= multiplier.mantissa < 1 << 31
    assert abs(stored / Fraction(real) - 1) <= Fraction(1, 1 << 31)


def test_multipliers_at_the_edges() -> None:
    assert quantise_multiplier(0.0) == Multiplier(0, 0)
    assert quantise_multiplier(1.0) == Multiplier(1 << 30, 1)
    assert quantise_multiplier(math.nextafter(1.0, 0.0)) == Multiplier(1 << 30, 1)
    assert quantise_multiplier(2.0**-40) == Multiplier(0, 0)
    assert quantise_multiplier(2.0**-32) == Multiplier(1 << 30, -31)


@given(st.integers(-(1 << 24), 1 << 24), st.floats(1e-6, 0.99))
def test_multiply_is_near_the_real_product(value: int, real: float) -> None:
    assert abs(multiply(value, quantise_multiplier(real)) - value * real) <= 1.0


@given(st.floats(1e-7, 0.9), st.integers(1, (1 << 31) - 1), st.data())
def test_a_wide_multiplier_equals_the_rounded_double(
    real: float, limit: int, data: st.DataObject
) -> None:
    wide = wide_multiplier(real, limit)
    assume(wide is not None)  # there are numbers such as 0.7, whose doubles go both ways at ties
    assert wide is not None
    assert wide.mantissa * limit < 1 << 63
    reach = min(limit, math.floor(250.0 / real))
    value = data.draw(st.integers(-reach, reach))
    assert wide.multiply(value) == multiply_real(value, real)


@pytest.mark.parametrize("bits", range(1, 12))
def test_a_wide_multiplier_at_ties(bits: int) -> None:
    wide = wide_multiplier(2.0**-bits, 1 << 20)
    assert wide is not None
    for half in (-5, -3, -1, 1, 3, 5):
        value = half << (bits - 1)
        assert (
            wide.multiply(value) == half_away(Fraction(half, 2)) == multiply_real(value, 2.0**-bits)
        )


def test_a_wide_multiplier_follows_a_product_that_rounds_up_to_a_tie() -> None:
    assert Fraction(0.3) * 5 < Fraction(3, 2) == Fraction(0.3 * 5)
    wide = wide_multiplier(0.3, 100)
    assert wide is not None
    assert (
        (wide.multiply(5), wide.multiply(-5))
        == (2, -2)
        == (
            multiply_real(5, 0.3),
            multiply_real(-5, 0.3),
        )
    )


def test_a_wide_multiplier_exists_for_scales_as_models_have_them() -> None:
    random = np.random.default_rng(3)
    scales = random.uniform(0.001, 0.2, (500, 3)).astype(np.float32)
    for source, weights, target in scales.tolist():
        assert wide_multiplier(source * weights / target, 1 << 24) is not None


def test_a_wide_multiplier_of_almost_nothing() -> None:
    wide = wide_multiplier(1e-30, 1000)
    assert wide is not None
    assert [wide.multiply(value) for value in (-1000, 0, 1000)] == [0, 0, 0]


def test_dense_scales_take_the_products_in_double_precision() -> None:
    source, target = Quantisation((float(np.float32(0.1)),), (0,)), Quantisation((0.05,), (0,))
    one = Quantisation((float(np.float32(0.003)),), (0,))
    assert dense_scales(source, one, target, 2) == (source.scale * one.scale / target.scale,) * 2
    two = Quantisation((0.25, 0.5), (0, 0))
    assert dense_scales(source, two, target, 2) == (
        source.scale * 0.25 / target.scale,
        source.scale * 0.5 / target.scale,
    )


def test_mean_folds_the_count_truncated() -> None:
    source, target = Quantisation((0.5,), (0,)), Quantisation((0.25,), (0,))
    # 2.0 is 2^30 * 2^(2 - 31); of 96 elements six bits are taken: 2^36 / 96 = 715827882.67
    assert mean_multiplier(source, target, 96) == Multiplier(715827882, 2 - 6)
    assert mean_multiplier(source, target, 1) == Multiplier(1 << 30, 2)


def test_add_brings_the_larger_scale_to_one_half() -> None:
    one, two = Quantisation((0.25,), (0,)), Quantisation((0.5,), (0,))
    scaling = add_scaling(one, two, two)
    assert scaling.first == quantise_multiplier(0.25)
    assert scaling.second == quantise_multiplier(0.5)
    assert scaling.result == quantise_multiplier(1.0 / (0.5 * (1 << 20)))


@pytest.mark.parametrize(
    ("activation", "zero_point", "scale", "expected"),
    [
        (Activation.NONE, 5, 0.1, (-128, 127)),
        (Activation.RELU, -128, 0.1, (-128, 127)),
        (Activation.RELU, 5, 0.1, (5, 127)),
        (Activation.RELU6, -128, 0.1, (-128, -68)),
        (Activation.RELU6, -128, 0.01, (-128, 127)),
        (Activation.RELU_N1_TO_1, 3, 0.1, (-7, 13)),
    ],
)
def test_activation_range(
    activation: Activation, zero_point: int, scale: float, expected: tuple[int, int]
) -> None:
    assert activation_range(activation, Quantisation((scale,), (zero_point,))) == expected


def test_softmax_scaling_reaches_from_one_step_to_the_cutoff() -> None:
    scaling = softmax_scaling(Quantisation((0.125,), (0,)), 1.0)
    assert multiply(-1, scaling.multiplier) == -(1 << 26) // 8
    # The reference takes the shift alone for the multiplier, which is up to twice as much.
    assert scaling.smallest_difference == -31 * 8 // 2
