# SPDX-License-Identifier: Apache-2.0
"""Networks on (1, bands, frames, 1), turned at compile time: compiled C against the interpreter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.engines.builtin.schedule import make_schedule
from generator.model.graph import Graph
from tests.support.model_builder import ModelBuilder
from tests.support.models import patches
from tests.support.network_build import HostNetwork, read_model, run_sanitized
from tests.support.oracle import Oracle, judge_of
from tests.support.single_operator import integers
from tests.support.tail_networks import Tail
from tests.support.turned_networks import BANDS, FRAMES, HEADS, LAYERS, turned_network


def check(model: ModelBuilder, folder: Path, *, bands_first: bool, inputs: int = 2) -> Graph:
    """Every operator that the file has and we compute equals the interpreter's."""
    path = folder / "model.tflite"
    path.write_bytes(model.to_bytes())
    graph = read_model(path, bands_first)
    network, oracle = HostNetwork(graph, folder / "c"), Oracle(graph, path)
    by_index = {one.index: one for one in graph.operators}
    judge = judge_of(graph, path)
    for frames in patches(3 + inputs, graph.frames, graph.bands)[3:]:
        made, expected = network.run(frames), oracle.run(frames)
        for index, values in made.items():
            np.testing.assert_array_equal(values, expected[index], str(by_index[index]))
        judged = judge.taps(frames)
        for index, values in made.items():
            np.testing.assert_array_equal(values, judged[index], str(by_index[index]))
        np.testing.assert_array_equal(network.scores(), judge.scores(frames))
        np.testing.assert_array_equal(network.scores(), oracle.scores())
    return graph


def streamed(graph: Graph) -> list[str]:
    return [one.kind for one in make_schedule(graph).partition.streamed]


@pytest.mark.parametrize("seed", [7, 8, 9])
@pytest.mark.parametrize("name", LAYERS)
def test_each_kind_of_layer(name: str, seed: int, tmp_path: Path) -> None:
    model = turned_network(seed, (name, "convolution"), "mean")
    graph = check(model, tmp_path, bands_first=True)
    assert (graph.frames, graph.bands) == (FRAMES, BANDS)
    assert not any(one.added for one in graph.operators)


@pytest.mark.parametrize("name", HEADS)
def test_each_kind_of_head(name: str, tmp_path: Path) -> None:
    check(turned_network(3, ("convolution",), name), tmp_path, bands_first=True)


@pytest.mark.parametrize("name", ["flatten", "channels_first", "dense", "last"])
def test_dense_weights_are_permuted_and_nothing_is_turned_back(name: str, tmp_path: Path) -> None:
    graph = check(turned_network(4, ("pool",), name), tmp_path, bands_first=True)
    assert not any(one.added for one in graph.operators)


def test_time_streams(tmp_path: Path) -> None:
    model = turned_network(5, ("convolution", "residual", "function"), "mean")
    kinds = streamed(check(model, tmp_path, bands_first=True))
    assert kinds == [one.kind for one in model.operators][: len(kinds)]
    assert kinds[-1] == "LEAKY_RELU"


def test_no_bad_address(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(turned_network(6, ("pool", "residual"), "flatten").to_bytes())
    graph = read_model(path, bands_first=True)
    frames = patches(4, graph.frames, graph.bands)[3]
    expected = Oracle(graph, path).run(frames)
    for index, values in run_sanitized(graph, tmp_path / "s", frames).items():
        np.testing.assert_array_equal(values, expected[index], f"operator {index}")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_a_random_network(seed: int, tmp_path: Path) -> None:
    check(turned_network(seed), tmp_path, bands_first=True)


@pytest.mark.parametrize("bands_first", [True, False])
def test_a_network_that_turns_its_input(bands_first: bool, tmp_path: Path) -> None:
    """Either way the layers' rows become moments, or they are not streamed; never mixed up."""
    model = turned_network(8, ("convolution",), "mean", transposed=True)
    graph = check(model, tmp_path, bands_first=bands_first)
    assert graph.operators[0].kind == "TRANSPOSE"
    assert (graph.frames, graph.bands) == ((BANDS, FRAMES) if bands_first else (FRAMES, BANDS))
    assert streamed(graph)[:2] == ["TRANSPOSE", "CONV_2D"]


ORDERS = [(0, 3, 1, 2), (0, 3, 2, 1), (0, 2, 3, 1), (0, 1, 3, 2), (0, 1, 2, 3), (0, 2, 1, 3)]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("bands_first", [True, False])
def test_any_transpose_at_the_input(
    order: tuple[int, ...], bands_first: bool, tmp_path: Path
) -> None:
    model = ModelBuilder(9, 12)
    shape = tuple((1, 9, 12, 1)[axis] for axis in order)
    Tail(model).add("TRANSPOSE", [model.current, integers("order", order)], [shape])
    model.conv(3, (3, 2)).conv(4, (2, 1), (1, 2)).head(3)
    graph = check(model, tmp_path, bands_first=bands_first)
    assert (graph.frames, graph.bands) == ((12, 9) if bands_first else (9, 12))


@pytest.mark.parametrize("bands_first", [True, False])
def test_channels_first_and_back(bands_first: bool, tmp_path: Path) -> None:
    """NHWC to NCHW and back before the first layer: nothing is left of it."""
    model = ModelBuilder(9, 12)
    tail = Tail(model)
    tail.add("TRANSPOSE", [model.current, integers("order", [0, 3, 1, 2])], [(1, 1, 9, 12)])
    tail.add("TRANSPOSE", [model.current, integers("order", [0, 2, 3, 1])], [(1, 9, 12, 1)])
    graph = check(model.conv(3, (3, 2)).head(3), tmp_path, bands_first=bands_first)
    assert streamed(graph) == ["CONV_2D"]


@pytest.mark.parametrize("bands_first", [True, False])
@pytest.mark.parametrize("before", [True, False])
def test_a_second_reader_of_the_input(before: bool, bands_first: bool, tmp_path: Path) -> None:
    """One branch takes the input as it is, the other one turned; both are flattened and joined."""
    model = ModelBuilder(8, 8)
    entry, tail = model.current, Tail(model)
    order = integers("order", [0, 2, 1, 3])

    def turned() -> int:
        tail.add("TRANSPOSE", [entry, order], [(1, 8, 8, 1)])
        return model.conv(3, (3, 1)).current

    def as_given() -> int:
        model.current = entry
        return model.conv(3, (3, 1)).current

    made = [turned(), as_given()] if before else [as_given(), turned()]
    vectors = []
    for one in made:
        model.current = one
        vectors.append(model.reshape().dense(6).current)
    like = model.tensors[vectors[0]]
    for one in vectors:
        model.tensors[one].scales = like.scales
        model.tensors[one].zero_points = like.zero_points
    tail.add("CONCATENATION", vectors, [(1, 12)], "ConcatenationOptions", Axis=1)
    check(model.dense(3).softmax(), tmp_path, bands_first=bands_first)


def test_a_second_reader_in_the_tail(tmp_path: Path) -> None:
    """The input itself goes to an operator on whole tensors, and turned to a convolution."""
    model = ModelBuilder(8, 6)
    entry, tail = model.current, Tail(model)
    tail.add("TRANSPOSE", [entry, integers("order", [0, 2, 1, 3])], [(1, 6, 8, 1)])
    first = model.conv(1, (3, 1)).reshape().dense(5).current
    model.current = entry
    second = model.reshape().dense(5).current
    tail.add("ADD", [first, second], [(1, 5)], "AddOptions", scale=0.2, zero=1)
    check(model.dense(3).softmax(), tmp_path, bands_first=True)


def test_log_softmax_and_sum_along_axes_that_are_turned(tmp_path: Path) -> None:
    """LOG_SOFTMAX along the channels, which stay, and SUM over bands, which come first."""
    model = ModelBuilder(8, 6).conv(5)
    tail, shape = Tail(model), model.tensors[model.current].shape
    tail.add("LOG_SOFTMAX", [model.current], [shape], scale=1 / 16, zero=127)
    bands = integers("axes", [1])
    tail.add(
        "SUM", [model.current, bands], [(1, 1, *shape[2:])], "ReducerOptions",
        scale=0.4, zero=100, KeepDims=True,
    )  # fmt: skip
    check(model.reshape().dense(3).softmax(), tmp_path, bands_first=True)
