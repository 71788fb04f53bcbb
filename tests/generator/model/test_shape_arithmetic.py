# SPDX-License-Identifier: Apache-2.0
"""Shapes that a graph computes are constants: a Flatten without a fixed batch is a RESHAPE."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from generator.model.graph import Graph
from generator.model.tflite_reader import read_tflite
from tests.support.model_builder import ModelBuilder
from tests.support.single_operator import integers, table_of
from tests.support.tflite_writer import OperatorRecord, TensorRecord


def flatten_of_any_batch(model: ModelBuilder) -> None:
    """SHAPE, STRIDED_SLICE, PACK and RESHAPE, as Keras writes Flatten()."""
    source = model.current
    rank = len(model.tensors[source].shape)
    count = int(np.prod(model.tensors[source].shape))

    def operate(kind: str, inputs: list[int], made: TensorRecord, *options: object) -> int:
        output = model._add(made)
        model.operators.append(OperatorRecord(kind, inputs, [output], *options))  # type: ignore[arg-type]
        return output

    shape = operate("SHAPE", [source], TensorRecord("shape", (rank,), "INT32"))
    bounds = [model._add(integers(name, [value])) for name, value in zip("bes", (0, 1, 1),
                                                                         strict=True)]  # fmt: skip
    batch = operate(
        "STRIDED_SLICE",
        [shape, *bounds],
        TensorRecord("batch", (), "INT32"),
        *table_of("StridedSliceOptions", ShrinkAxisMask=1),
    )
    rest = model._add(TensorRecord("rest", (), "INT32", data=np.array(count, dtype=np.int32)))
    packed = operate(
        "PACK",
        [batch, rest],
        TensorRecord("packed", (2,), "INT32"),
        *table_of("PackOptions", ValuesCount=2, Axis=0),
    )
    like = model.tensors[source]
    flat = TensorRecord("flat", (1, count), "INT8", like.scales, like.zero_points)
    model.current = operate("RESHAPE", [source, packed], flat)


def graph_of(model: ModelBuilder, folder: Path) -> Graph:
    path = folder / "model.tflite"
    path.write_bytes(model.to_bytes())
    return read_tflite(path)


def test_a_flatten_of_any_batch_is_a_reshape(tmp_path: Path) -> None:
    model = ModelBuilder(8, 6).conv(4)
    flatten_of_any_batch(model)
    graph = graph_of(model.dense(3).softmax(), tmp_path)
    assert [one.kind for one in graph.operators] == [
        "CONV_2D",
        "RESHAPE",
        "FULLY_CONNECTED",
        "SOFTMAX",
    ]
    assert [one.index for one in graph.operators] == [0, 4, 5, 6]
    assert graph.tensor_in(graph.operators[1], 1).int32_values().tolist() == [1, 8 * 6 * 4]


def test_a_shape_that_contradicts_itself_stays_as_it_is(tmp_path: Path) -> None:
    model = ModelBuilder(8, 6).conv(4)
    flatten_of_any_batch(model)
    begin = model.operators[2].inputs[1]
    model.tensors[begin] = integers("b", [9])
    graph = graph_of(model.dense(3).softmax(), tmp_path)
    assert [one.kind for one in graph.operators][1:3] == ["STRIDED_SLICE", "PACK"]


def test_a_graph_without_shapes_is_untouched(tmp_path: Path) -> None:
    graph = graph_of(ModelBuilder(8, 6).conv(4).head(3), tmp_path)
    assert graph.operators[0].kind == "CONV_2D"
    assert len(graph.operators) == 5
