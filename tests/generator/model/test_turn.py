# SPDX-License-Identifier: Apache-2.0
"""Graphs turned round: which tensors lie how, what is added, what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from generator.engines.builtin.schedule import make_schedule
from generator.model.arrangement import Arrangement, own_axes, renamed
from generator.model.graph import Graph
from generator.model.options import ConvolutionOptions, PoolOptions
from generator.model.tflite_reader import read_tflite
from generator.model.turn import turn_graph
from tests.support.model_builder import ModelBuilder
from tests.support.tail_networks import inception, squeeze_and_excite
from tests.support.turned_networks import turned_network


def graph_of(model: ModelBuilder, folder: Path) -> Graph:
    path = folder / "model.tflite"
    path.write_bytes(model.to_bytes())
    return read_tflite(path)


def test_an_arrangement_turns_and_turns_back() -> None:
    values = np.arange(2 * 3 * 5).reshape(1, 2, 3, 5)
    axes = own_axes((1, 2, 3, 5), (0, 2, 1, 3))
    assert axes.turned_shape == (1, 3, 2, 5)
    assert axes.turn(values)[0, 2, 1, 4] == values[0, 1, 2, 4]
    flat = Arrangement((1, 30), (1, 2, 3, 5), (0, 2, 1, 3))
    assert flat.turned_shape == (1, 30)
    assert flat.turn(values.reshape(1, 30)).tolist() == [axes.turn(values).ravel().tolist()]
    for one in (axes, flat):
        given = values.reshape(one.shape)
        np.testing.assert_array_equal(one.turn_back(one.turn(given)), given)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1, 6, 4, 3), own_axes((1, 6, 4, 3), (0, 2, 1, 3))),
        ((6, 4, 1, 3), own_axes((6, 4, 1, 3), (1, 0, 2, 3))),
        ((1, 72), Arrangement((1, 72), (1, 6, 4, 3), (0, 2, 1, 3))),
        ((1, 6, 12), None),
        ((1, 24, 3), None),
        ((1, 2, 3, 12), None),
        ((1, 71), None),
    ],
)
def test_the_same_elements_under_another_shape(
    shape: tuple[int, ...], expected: Arrangement | None
) -> None:
    assert renamed(own_axes((1, 6, 4, 3), (0, 2, 1, 3)), shape) == expected


def test_axes_of_one_element_move_nothing() -> None:
    moved = own_axes((1, 1, 1, 7), (0, 2, 1, 3))
    assert moved.changes_nothing
    assert not own_axes((1, 1, 5, 7), (0, 2, 1, 3)).moves_elements
    assert not own_axes((1, 1, 5, 7), (0, 2, 1, 3)).changes_nothing


@pytest.mark.parametrize("make", [inception, squeeze_and_excite])
def test_frames_first_is_left_alone(make: Callable[[], ModelBuilder], tmp_path: Path) -> None:
    graph = graph_of(make(), tmp_path)
    assert turn_graph(graph, bands_first=False) is graph


def test_what_belongs_to_axes_is_exchanged(tmp_path: Path) -> None:
    given = graph_of(turned_network(7, ("pool", "dilated"), "mean"), tmp_path)
    turned = turn_graph(given, bands_first=True)
    for before, after in zip(given.operators, turned.operators, strict=True):
        assert (before.index, before.kind) == (after.index, after.kind)
        if isinstance(before.options, ConvolutionOptions | PoolOptions):
            assert isinstance(after.options, ConvolutionOptions | PoolOptions)
            assert after.options.stride == before.options.stride[::-1]
            shape = given.tensor_out(before).shape
            assert turned.tensor_out(after).shape == tuple(shape[axis] for axis in (0, 2, 1, 3))
            assert turned.given_shape(after.outputs[0]) == shape
    kernels = [one.tensor_in(one.operators[0], 1).int8_values() for one in (given, turned)]
    np.testing.assert_array_equal(kernels[0].transpose(0, 2, 1, 3), kernels[1])


def test_what_no_rule_turns_is_turned_back_once(tmp_path: Path) -> None:
    given = graph_of(turned_network(7, ("convolution",), "unpack"), tmp_path)
    turned = turn_graph(given, bands_first=True)
    added = [one for one in turned.operators if one.added]
    assert [one.kind for one in added] == ["TRANSPOSE"]
    assert added[0].index == len(given.operators)
    assert turned.tensor_out(added[0]).shape == given.tensor_out(given.operators[1]).shape
    unpack = next(one for one in turned.operators if one.kind == "UNPACK")
    assert unpack.data_inputs == added[0].outputs
    assert unpack.outputs[0] not in turned.arrangements


def test_the_engine_takes_no_graph_that_is_still_to_be_turned(tmp_path: Path) -> None:
    graph = graph_of(ModelBuilder(8, 6, transposed=True).conv(3).head(3), tmp_path)
    with pytest.raises(ValueError, match="turn_graph"):
        make_schedule(graph)
    turned = turn_graph(graph, bands_first=True)
    assert not turned.transposed
    assert turned.takes_bands_first
    assert make_schedule(turned).rings[0].height == 8
