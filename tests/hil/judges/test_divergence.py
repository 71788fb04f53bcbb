# SPDX-License-Identifier: Apache-2.0
"""The first difference is found, named and counted; equal means equal in every bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.judges.divergence import compare
from hil.judges.layers import Tensor, assemble_rows, compare_taps


def test_equal_arrays_do_not_diverge() -> None:
    values = np.arange(12, dtype=np.int8).reshape(3, 4)
    assert compare("a", "features", ("frame", "band"), values, values.copy()) is None


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=1, unique=True))
def test_first_and_number_of_differences_are_right(places: list[tuple[int, int]]) -> None:
    want = np.zeros((5, 7), np.int8)
    got = want.copy()
    for place in places:
        got[place] = 3
    found = compare("clip", "features", ("frame", "band"), want, got)
    assert found is not None
    assert (found.count, found.total) == (len(places), 35)
    assert found.place == "frame {}, band {}".format(*min(places))
    assert (found.expected, found.actual, found.largest) == (0, 3, 3)
    assert "(+3)" in str(found)


def test_missing_rows_are_counted_even_if_the_rest_is_equal() -> None:
    want = np.ones((4, 3), np.int8)
    found = compare("clip", "features", ("frame", "band"), want, want[:3])
    assert found is not None
    assert found.count == 3
    assert "shape [4, 3] expected, [3, 3] came" in found.place


def test_floats_are_compared_by_their_bits() -> None:
    zeros = np.array([0.0, 0.0], np.float32)
    signed = np.array([0.0, -0.0], np.float32)
    found = compare("clip", "softmax", ("class",), zeros, signed)
    assert found is not None
    assert found.place == "class 1"
    nan = np.array([np.nan], np.float32)
    assert compare("clip", "softmax", ("class",), nan, nan.copy()) is None


def test_types_that_differ_are_an_error_of_the_caller() -> None:
    with pytest.raises(TypeError, match="int8 against float32"):
        compare("clip", "x", ("",), np.zeros(1, np.int8), np.zeros(1, np.float32))


def test_largest_difference_does_not_overflow_int8() -> None:
    want, got = np.array([-128], np.int8), np.array([127], np.int8)
    found = compare("clip", "x", ("",), want, got)
    assert found is not None
    assert found.largest == 255


def test_rows_are_put_together_in_their_order() -> None:
    tensor = np.arange(24, dtype=np.int8).reshape(1, 4, 3, 2)
    rows = {row: tensor[0, row].tobytes() for row in (2, 0, 3, 1)}
    assert np.array_equal(assemble_rows(rows, tensor), tensor)


def test_missing_row_is_no_whole_tensor() -> None:
    tensor = np.arange(24, dtype=np.int8).reshape(1, 4, 3, 2)
    rows = {row: tensor[0, row].tobytes() for row in (0, 1, 3)}
    actual = {0: assemble_rows(rows, tensor)}
    (found,) = compare_taps("clip", "board", ["CONV_2D"], {0: tensor}, actual)
    assert "operator 0 (CONV_2D)" in str(found)
    assert found.count >= 6


def test_row_beyond_the_tensor_does_not_pass() -> None:
    tensor = np.zeros((1, 2, 2, 1), np.int8)
    rows = {row: bytes(2) for row in range(3)}
    assert compare_taps("c", "s", ["CONV_2D"], {0: tensor}, {0: assemble_rows(rows, tensor)})


def test_layers_are_reported_in_the_order_of_the_network() -> None:
    expected: dict[int, Tensor] = {
        0: np.zeros((1, 2, 2, 1), np.int8),
        1: np.zeros((1, 3), np.float32),
    }
    actual: dict[int, Tensor] = {index: tensor + 1 for index, tensor in expected.items()}
    found = compare_taps("clip", "board", ["CONV_2D", "DEQUANTIZE"], expected, actual)
    assert ["operator 0" in str(found[0]), "operator 1" in str(found[1])] == [True, True]
    assert "row 0, column 0, channel 0" in found[0].place


def test_operator_that_sent_nothing_diverges() -> None:
    expected = {0: np.zeros((1, 3), np.int8)}
    (found,) = compare_taps("clip", "board", ["SOFTMAX"], expected, {})
    assert found.count == 3
