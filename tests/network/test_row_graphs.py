# SPDX-License-Identifier: Apache-2.0
"""Operators that take rows as they come, all in one graph: nothing of it needs a whole tensor."""

from __future__ import annotations

from pathlib import Path

from generator.engines.builtin.schedule import make_schedule
from tests.support.graph_batch import compile_graphs, fault_of
from tests.support.network_build import read_model
from tests.support.row_networks import rows_network

STREAMED = [
    *("CONV_2D", "PAD", "MAX_POOL_2D", "AVERAGE_POOL_2D", "SUB", "MUL", "PRELU", "SPLIT"),
    *("MAXIMUM", "MINIMUM", "CONCATENATION", "STRIDED_SLICE", "CONV_2D", "DEPTHWISE_CONV_2D"),
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
