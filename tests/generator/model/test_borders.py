# SPDX-License-Identifier: Apache-2.0
"""A PAD before convolutions with VALID padding is a part of their windows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.model.graph import Graph
from generator.model.options import Borders, ConvolutionOptions, Padding
from generator.model.tflite_reader import read_tflite
from tests.support.model_builder import ModelBuilder

ZERO = 17


def patch() -> ModelBuilder:
    return ModelBuilder(8, 6, input_zero_point=ZERO)


def graph_of(model: ModelBuilder, folder: Path) -> Graph:
    path = folder / "model.tflite"
    path.write_bytes(model.to_bytes())
    return read_tflite(path)


def padding_of(graph: Graph, operator: int) -> Padding | Borders:
    return graph.operators[operator].options_of(ConvolutionOptions).padding


def test_a_pad_is_its_readers_border(tmp_path: Path) -> None:
    model = patch().pad((2, 0), (1, 1)).conv(4, same=False).pad((0, 1), (2, 1))
    graph = graph_of(model.depthwise(stride=(2, 2), same=False).head(3), tmp_path)
    convolution, depthwise = graph.operators[:2]
    assert [one.kind for one in (convolution, depthwise)] == ["CONV_2D", "DEPTHWISE_CONV_2D"]
    assert (convolution.index, depthwise.index) == (1, 3), "they keep their numbers"
    assert convolution.inputs[0] == graph.inputs[0]
    assert depthwise.data_inputs == convolution.outputs
    assert padding_of(graph, 0) == Borders((2, 1), (0, 1))
    assert padding_of(graph, 1) == Borders((0, 2), (1, 1))


def test_two_readers_take_the_border_each(tmp_path: Path) -> None:
    model = patch().pad((1, 1), (1, 1))
    padded = model.current
    first = model.conv(4, same=False).current
    model.current = padded
    graph = graph_of(model.conv(4, same=False).add(first).head(3), tmp_path)
    assert [one.kind for one in graph.operators[:3]] == ["CONV_2D", "CONV_2D", "ADD"]
    assert padding_of(graph, 0) == padding_of(graph, 1) == Borders((1, 1), (1, 1))


def test_a_stated_zero_is_a_border_too(tmp_path: Path) -> None:
    model = patch().pad((1, 1), (0, 2), value=ZERO).conv(4, same=False)
    graph = graph_of(model.head(3), tmp_path)
    assert padding_of(graph, 0) == Borders((1, 0), (1, 2))


def other_value() -> ModelBuilder:
    return patch().pad((1, 1), (1, 1), value=ZERO + 1).conv(4, same=False).head(3)


def channels_too() -> ModelBuilder:
    return patch().pad((1, 1), (1, 1), channels=(0, 1)).conv(4, same=False).head(3)


def wider_than_the_window() -> ModelBuilder:
    return patch().pad((3, 0), (1, 1)).conv(4, same=False).head(3)


def same_padding_besides() -> ModelBuilder:
    return patch().pad((1, 1), (1, 1)).conv(4).head(3)


def another_reader() -> ModelBuilder:
    model = patch().conv(4).pad((1, 1), (1, 1))
    padded = model.current
    return model.conv(4).conv(4, (1, 1)).add(padded).head(3)


def one_reader_of_two() -> ModelBuilder:
    model = patch().pad((1, 1), (1, 1))
    padded = model.current
    first = model.conv(4, same=False).current
    model.current = padded
    return model.conv(4, stride=(1, 1), same=True).conv(4, same=False).add(first).head(3)


def other_scale() -> ModelBuilder:
    model = patch().pad((1, 1), (1, 1))
    model.tensors[model.current].scales = (0.5,)
    return model.conv(4, same=False).head(3)


def pads_the_output() -> ModelBuilder:
    model = patch().pad((1, 1), (1, 1))
    model.outputs = [model.current]
    return model.conv(4, same=False)


@pytest.mark.parametrize(
    "build",
    [
        other_value,
        channels_too,
        wider_than_the_window,
        same_padding_besides,
        another_reader,
        one_reader_of_two,
        other_scale,
        pads_the_output,
    ],
)
def test_any_other_pad_stays(build: Callable[[], ModelBuilder], tmp_path: Path) -> None:
    kinds = [one.kind for one in graph_of(build(), tmp_path).operators]
    assert "PAD" in kinds or "PADV2" in kinds
    assert all(not isinstance(padding, Borders) for padding in paddings(build(), tmp_path))


def paddings(model: ModelBuilder, folder: Path) -> list[Padding | Borders]:
    options = [one.options for one in graph_of(model, folder).operators]
    return [one.padding for one in options if isinstance(one, ConvolutionOptions)]
