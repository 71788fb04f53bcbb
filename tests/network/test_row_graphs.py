# SPDX-License-Identifier: Apache-2.0
"""Operators that take rows as they come, all in one graph: nothing of it needs a whole tensor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tflite

from generator.engines.builtin.schedule import make_schedule
from tests.support.graph_batch import compile_graphs, fault_of
from tests.support.model_builder import NO_ACTIVATION, ModelBuilder
from tests.support.network_build import read_model
from tests.support.single_operator import integers, quantised
from tests.support.tail_networks import Tail
from tests.support.tflite_writer import TensorRecord

FRAMES, BANDS = 14, 9
PADDED = (1, 17, 12, 4)
PARTS = (1, 17, 12, 2)


def rows_network() -> ModelBuilder:
    """Borders, pools over them, parts of the channels, pairs, joins, slopes, extremes."""
    model = ModelBuilder(FRAMES, BANDS).conv(4, activation=NO_ACTIVATION)
    tail = Tail(model)
    borders = integers("borders", np.array([[0, 0], [2, 1], [1, 2], [0, 0]]))
    tail.add("PAD", [model.current, borders], [PADDED])
    window = {"Padding": tflite.Padding.SAME, "StrideH": 1, "StrideW": 1}
    padded = model.current
    most = tail.add("MAX_POOL_2D", [padded], [PADDED], "Pool2DOptions",
                    FilterHeight=3, FilterWidth=2, **window)[0]  # fmt: skip
    mean = tail.add("AVERAGE_POOL_2D", [padded], [PADDED], "Pool2DOptions",
                    FilterHeight=2, FilterWidth=3, **window)[0]  # fmt: skip
    tail.add("SUB", [most, mean], [PADDED], "SubOptions", scale=0.05, zero=5)
    tail.add("MUL", [model.current, mean], [PADDED], "MulOptions", scale=0.04, zero=-9)
    slopes = np.random.default_rng(2).integers(-128, 128, (1, 1, 4)).astype(np.int8)
    alpha = quantised("alpha", (1, 1, 4), 0.006, 3, slopes)
    tail.add("PRELU", [model.current, alpha], [PADDED], scale=0.03, zero=2)
    axis = TensorRecord("axis", (), "INT32", data=np.array(3, dtype=np.int32))
    low, high = tail.add("SPLIT", [axis, model.current], [PARTS] * 2, "SplitOptions", NumSplits=2)
    larger = tail.add("MAXIMUM", [low, high], [PARTS])[0]
    smaller = tail.add("MINIMUM", [low, high], [PARTS])[0]
    tail.add("CONCATENATION", [larger, smaller, high], [(1, 17, 12, 6)], "ConcatenationOptions",
             Axis=-1)  # fmt: skip
    bounds = [integers(name, one) for name, one in
              (("b", [0, 0, 11, 1]), ("e", [1, 17, 0, 6]), ("s", [1, 1, -2, 1]))]  # fmt: skip
    tail.add("STRIDED_SLICE", [model.current, *bounds], [(1, 17, 6, 5)], "StridedSliceOptions")
    model.conv(5, (3, 3))
    axes = integers("axes", [1, 2])
    tail.add("REDUCE_MAX", [model.current, axes], [(1, 5)], "ReducerOptions", KeepDims=False)
    return model.dense(3).softmax()


STREAMED = [
    *("CONV_2D", "PAD", "MAX_POOL_2D", "AVERAGE_POOL_2D", "SUB", "MUL", "PRELU", "SPLIT"),
    *("MAXIMUM", "MINIMUM", "CONCATENATION", "STRIDED_SLICE", "CONV_2D"),
]


def test_nothing_needs_a_whole_tensor_and_all_is_the_interpreters(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(rows_network().to_bytes())
    graph = read_model(path)
    partition = make_schedule(graph).partition
    assert [one.kind for one in partition.streamed] == STREAMED
    assert [one.kind for one in partition.reducing] == ["REDUCE_MAX"]
    assert partition.collected == ()
    assert fault_of(compile_graphs([graph], tmp_path)[0], path, seed=4) == ""
