# SPDX-License-Identifier: Apache-2.0
"""Pools and functions of one value row by row against the reference interpreter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tflite

from generator.engines.builtin.schedule import make_schedule
from tests.support.computing_cases import SCALES_OF_PRODUCTS
from tests.support.model_builder import NO_ACTIVATION, ModelBuilder
from tests.support.network_build import HostNetwork, read_model, run_sanitized
from tests.support.oracle import Oracle
from tests.support.single_operator import integers, quantised
from tests.support.tail_networks import Tail
from tests.support.tflite_writer import TensorRecord

RELU_N1_TO_1 = tflite.ActivationFunctionType.RELU_N1_TO_1


@pytest.mark.parametrize("kind", ["MAX_POOL_2D", "AVERAGE_POOL_2D"])
@pytest.mark.parametrize(
    ("size", "stride", "activation"),
    [
        ((2, 2), (2, 2), NO_ACTIVATION),
        ((3, 2), (1, 3), NO_ACTIVATION),
        ((1, 4), (3, 1), RELU_N1_TO_1),
        ((5, 1), (4, 2), NO_ACTIVATION),
    ],
)
def test_a_pool_takes_rows_as_they_come(
    tmp_path: Path, kind: str, size: tuple[int, int], stride: tuple[int, int], activation: int
) -> None:
    model = ModelBuilder(13, 11).conv(5, (3, 3), activation=NO_ACTIVATION)
    lengths = [
        (length - one) // step + 1 for length, one, step in zip((13, 11), size, stride, strict=True)
    ]
    fields = {
        "Padding": tflite.Padding.VALID, "FilterHeight": size[0], "FilterWidth": size[1],
        "StrideH": stride[0], "StrideW": stride[1], "FusedActivationFunction": activation,
    }  # fmt: skip
    Tail(model).add(kind, [model.current], [(1, *lengths, 5)], "Pool2DOptions", **fields)
    model.conv(4, (1, 1)).head(3)
    path = tmp_path / "model.tflite"
    path.write_bytes(model.to_bytes())
    graph = read_model(path)
    streamed = [one.kind for one in make_schedule(graph).partition.streamed]
    assert streamed == ["CONV_2D", kind, "CONV_2D"]
    network, oracle = HostNetwork(graph, tmp_path / "c"), Oracle(graph, path)
    frames = np.random.default_rng(5).integers(-128, 128, (13, 11)).astype(np.int8)
    expected = oracle.run(frames)
    for made in (network.run(frames), run_sanitized(graph, tmp_path / "s", frames)):
        for index, values in made.items():
            np.testing.assert_array_equal(values, expected[index], f"operator {index}")


@pytest.mark.parametrize("kind", ["RELU6", "LEAKY_RELU", "HARD_SWISH", "TANH"])
def test_a_function_takes_rows_as_they_come(tmp_path: Path, kind: str) -> None:
    model = ModelBuilder(9, 7).conv(5, (3, 3), activation=NO_ACTIVATION)
    like = model.tensors[model.current]
    scale, zero = (1 / 128, 0) if kind == "TANH" else (like.scales[0] * 1.1, 3)
    options = ("LeakyReluOptions", {"Alpha": 0.2}) if kind == "LEAKY_RELU" else ("", {})
    Tail(model).add(
        kind, [model.current], [like.shape], options[0], scale=scale, zero=zero, **options[1]
    )
    model.conv(4, (3, 3)).head(3)
    path = tmp_path / "model.tflite"
    path.write_bytes(model.to_bytes())
    graph = read_model(path)
    streamed = [one.kind for one in make_schedule(graph).partition.streamed]
    assert streamed == ["CONV_2D", kind, "CONV_2D"]
    frames = np.random.default_rng(5).integers(-128, 128, (9, 7)).astype(np.int8)
    expected = Oracle(graph, path).run(frames)
    for index, values in run_sanitized(graph, tmp_path / "s", frames).items():
        np.testing.assert_array_equal(values, expected[index], f"operator {index}")


@pytest.mark.parametrize("kind", ["ADD", "SUB", "MUL"])
@pytest.mark.parametrize("shape", [(5,), (1, 1, 1, 5), (1,)])
@pytest.mark.parametrize("constant_first", [True, False])
def test_a_constant_of_the_channels_takes_rows_as_they_come(
    tmp_path: Path, kind: str, shape: tuple[int, ...], constant_first: bool
) -> None:
    model = ModelBuilder(9, 7).conv(5, (3, 3), activation=NO_ACTIVATION)
    like = model.tensors[model.current]
    values = np.random.default_rng(3).integers(-128, 128, shape).astype(np.int8)
    constant = quantised("constant", shape, 0.02, -7, values)
    scale = like.scales[0] * (1.5 if kind == "MUL" else 1.2)
    pair: list[int | TensorRecord] = [model.current, constant]
    if constant_first:
        pair.reverse()
    Tail(model).add(
        kind, pair, [like.shape], f"{kind.title()}Options", scale=scale, zero=3,
        FusedActivationFunction=tflite.ActivationFunctionType.RELU,
    )  # fmt: skip
    model.conv(4, (3, 3)).head(3)
    path = tmp_path / "model.tflite"
    path.write_bytes(model.to_bytes())
    graph = read_model(path)
    streamed = [one.kind for one in make_schedule(graph).partition.streamed]
    assert streamed == ["CONV_2D", kind, "CONV_2D"]
    frames = np.random.default_rng(5).integers(-128, 128, (9, 7)).astype(np.int8)
    expected = Oracle(graph, path).run(frames)
    for index, made in run_sanitized(graph, tmp_path / "s", frames).items():
        np.testing.assert_array_equal(made, expected[index], f"operator {index}")


def test_a_product_on_rows_is_the_interpreters_to_the_last_bit(tmp_path: Path) -> None:
    first, second, made, zero, other = SCALES_OF_PRODUCTS[0]
    model = ModelBuilder(4, 64, input_scale=first, input_zero_point=zero)
    telling = quantised("constant", (1,), second, other, np.array([45], dtype=np.int8))
    shape = model.tensors[model.current].shape
    Tail(model).add("MUL", [model.current, telling], [shape], "MulOptions", scale=made, zero=3)
    model.conv(4, (3, 3)).head(3)
    path = tmp_path / "model.tflite"
    path.write_bytes(model.to_bytes())
    graph = read_model(path)
    assert make_schedule(graph).partition.streamed[0].kind == "MUL"
    frames = np.arange(-128, 128).astype(np.int8).reshape(4, 64)
    expected = Oracle(graph, path).run(frames)
    for index, values in run_sanitized(graph, tmp_path / "s", frames).items():
        np.testing.assert_array_equal(values, expected[index], f"operator {index}")


def test_kept_tensors_of_odd_size_lie_where_they_were_planned(tmp_path: Path) -> None:
    model = ModelBuilder(5, 7).conv(3, (3, 3))
    first = model.current
    second = model.conv(3, (1, 1)).current
    tail, order = Tail(model), [0, 3, 1, 2]
    tail.add("TRANSPOSE", [first, integers("one", order)], [(1, 3, 5, 7)])
    one = model.reshape().current
    tail.add("TRANSPOSE", [second, integers("other", order)], [(1, 3, 5, 7)])
    model.reshape()
    model.dense(6)
    other = model.current
    model.current = one
    model.dense(6).add(other).softmax()
    path = tmp_path / "model.tflite"
    path.write_bytes(model.to_bytes())
    graph = read_model(path)
    assert [end.collected.size_bytes % 4 for end in make_schedule(graph).ends] == [1, 1]
    frames = np.random.default_rng(5).integers(-128, 128, (5, 7)).astype(np.int8)
    expected = Oracle(graph, path).run(frames)
    for index, values in run_sanitized(graph, tmp_path / "s", frames).items():
        np.testing.assert_array_equal(values, expected[index], f"operator {index}")
