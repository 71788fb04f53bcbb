# SPDX-License-Identifier: Apache-2.0
"""What waits for a patch's last frame: counted from windows, and seen in the interpreter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from generator.engines.builtin.cost.last_frame import (
    first_rows_that_wait,
    products_after_last_frame,
)
from generator.engines.builtin.partition import make_partition
from generator.model.graph import Graph
from tests.support.model_builder import ModelBuilder
from tests.support.models import OWN_MODEL, patches
from tests.support.network_build import read_model
from tests.support.networks import residual_network
from tests.support.oracle import Oracle


def same_model() -> ModelBuilder:
    return ModelBuilder(12, 6).conv(4).depthwise(stride=(2, 2)).conv(5).head(3)


def causal_model() -> ModelBuilder:
    model = ModelBuilder(12, 6).pad((2, 0), (1, 1)).conv(4, same=False)
    model.pad((1, 0), (0, 1)).depthwise(stride=(2, 2), same=False)
    return model.pad((2, 0), (1, 1)).conv(5, same=False).head(3)


def read(model: ModelBuilder, path: Path) -> Graph:
    path.write_bytes(model.to_bytes())
    return read_model(path)


def test_more_rows_wait_below_each_border_that_lies_below(tmp_path: Path) -> None:
    graph = read(same_model(), tmp_path / "model.tflite")
    convolution, depthwise, last, mean, dense = graph.operators[:5]
    assert products_after_last_frame(graph) == {
        convolution.index: 2 * 6 * 4 * 9,
        depthwise.index: 2 * 3 * 4 * 9,
        last.index: 3 * 3 * 5 * 4 * 9,
        dense.index: 5 * 3,
    }
    assert mean.kind == "MEAN", "adds its rows up as they come"


def test_without_one_a_single_row_of_each_waits(tmp_path: Path) -> None:
    graph = read(causal_model(), tmp_path / "model.tflite")
    assert list(products_after_last_frame(graph).values()) == [
        6 * 4 * 9,
        3 * 4 * 9,
        3 * 5 * 4 * 9,
        5 * 3,
    ]


def test_of_the_shipped_model() -> None:
    """Two rows at the third, fifth and last pointwise convolution, one at the others."""
    counts = products_after_last_frame(read_model(OWN_MODEL))
    pointwise = {2: 131_072, 4: 262_144, 6: 786_432, 8: 524_288, 10: 1_572_864}
    assert {index: counts[index] for index in pointwise} == pointwise
    assert sum(counts.values()) == 3_454_464


@pytest.mark.parametrize("build", [same_model, causal_model, residual_network])
def test_those_rows_and_no_others_change_with_the_last_frame(
    build: Callable[[], ModelBuilder], tmp_path: Path
) -> None:
    path = tmp_path / "model.tflite"
    graph = read(build(), path)
    first, oracle = first_rows_that_wait(graph), Oracle(graph, path)
    frames = patches(4, graph.frames, graph.bands)[3]
    other = frames.copy()
    other[-1] = -1 - other[-1]
    before = {index: values.copy() for index, values in oracle.run(frames).items()}
    after = oracle.run(other)
    for operator in make_partition(graph).streamed:
        shape = graph.tensor_out(operator).shape
        made, changed = (one[operator.index].reshape(shape) for one in (before, after))
        rows = np.nonzero((made != changed).any(axis=(0, 2, 3)))[0]
        assert rows.min() == first[operator.outputs[0]], str(operator)
