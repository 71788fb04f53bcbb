# SPDX-License-Identifier: Apache-2.0
"""Streaming models: variables outlive a patch, and begin again with a clip."""

from __future__ import annotations

from pathlib import Path

import flatbuffers
import numpy as np
import pytest
import tflite

from generator.errors import InputError
from generator.model.graph import Graph
from tests.support.lstm_cases import lstm_network
from tests.support.model_builder import ModelBuilder
from tests.support.network_build import HostNetwork, read_model, run_sanitized
from tests.support.oracle import Oracle, judge_of
from tests.support.single_operator import integers, table_of
from tests.support.tflite_writer import OperatorRecord, SubgraphRecord, TensorRecord, write_model

KEPT = 2
START = 5


def handle_options(builder: flatbuffers.Builder) -> int:
    name = builder.CreateString("history")
    tflite.VarHandleOptionsStart(builder)
    tflite.VarHandleOptionsAddSharedName(builder, name)
    return int(tflite.VarHandleOptionsEnd(builder))


def streaming_model(*, assigns_first: bool, sets_start: bool = True) -> bytes:
    """The last two frames of a patch are put before the next one's.

    `assigns_first`: the variable is written while what was read of it is still needed.
    """
    model = ModelBuilder(3, 8)
    entry, operators = model.current, model.operators
    like = model.tensors[entry]

    def tensor(name: str, *shape: int) -> int:
        return model._add(TensorRecord(name, shape, "INT8", like.scales, like.zero_points))

    handle = model._add(TensorRecord("handle", (), "RESOURCE"))
    var_handle = OperatorRecord(
        "VAR_HANDLE", [], [handle], tflite.BuiltinOptions.VarHandleOptions, handle_options
    )
    old, whole = tensor("old", 1, KEPT, 8, 1), tensor("whole", 1, KEPT + 3, 8, 1)
    last = tensor("last", 1, KEPT, 8, 1)
    source = entry if assigns_first else whole
    rows = model.tensors[source].shape[1]
    bounds = [model._add(integers(name, one)) for name, one in
              (("b", [0, rows - KEPT, 0, 0]), ("e", [1, rows, 8, 1]), ("s", [1] * 4))]  # fmt: skip
    cut = OperatorRecord(
        "STRIDED_SLICE", [source, *bounds], [last], *table_of("StridedSliceOptions")
    )
    assign = OperatorRecord("ASSIGN_VARIABLE", [handle, last], [])
    join = OperatorRecord("CONCATENATION", [old, entry], [whole], *table_of("ConcatenationOptions",
                                                                         Axis=1))  # fmt: skip
    read = OperatorRecord("READ_VARIABLE", [handle], [old])
    if sets_start:
        once = table_of("CallOnceOptions", InitSubgraphIndex=1)
        operators.append(OperatorRecord("CALL_ONCE", [], [], *once))
    operators += [var_handle, read]
    operators += [cut, assign, join] if assigns_first else [join, cut, assign]
    model.current = whole
    model.conv(4, (3, 3), same=False).head(3)
    init = SubgraphRecord(
        "init",
        [
            TensorRecord("handle", (), "RESOURCE"),
            TensorRecord("start", (1, KEPT, 8, 1), "INT8", like.scales, like.zero_points,
                         data=np.full((1, KEPT, 8, 1), START, dtype=np.int8)),
        ],
        [
            OperatorRecord("VAR_HANDLE", [], [0], tflite.BuiltinOptions.VarHandleOptions,
                           handle_options),
            OperatorRecord("ASSIGN_VARIABLE", [0, 1], []),
        ],
    )  # fmt: skip
    others = [init] if sets_start else []
    return write_model(model.tensors, operators, [entry], [model.current], others=others)


def patches(graph: Graph, count: int) -> list[np.ndarray]:
    random = np.random.default_rng(7)
    shape = (count, graph.frames, graph.bands)
    return list(random.integers(-128, 128, shape).astype(np.int8))


@pytest.mark.parametrize("assigns_first", [False, True])
def test_variables_outlive_a_patch(tmp_path: Path, assigns_first: bool) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(streaming_model(assigns_first=assigns_first))
    graph = read_model(path)
    network = HostNetwork(graph, tmp_path / "c")
    for _ in range(2):  # a clip each
        oracle = Oracle(graph, path)
        network.reset()
        for patch in patches(graph, 4):
            made, expected = network.run(patch), oracle.run(patch)
            for index, values in made.items():
                np.testing.assert_array_equal(values, expected[index], str(graph.operators[index]))
    first = Oracle(graph, path).run(patch)
    for index, values in run_sanitized(graph, tmp_path / "s", patch).items():
        np.testing.assert_array_equal(values, first[index], str(graph.operators[index]))


def test_a_variable_is_copied_only_where_it_must_be(tmp_path: Path) -> None:
    steps = {}
    for assigns_first in (False, True):
        path = tmp_path / f"{assigns_first}.tflite"
        path.write_bytes(streaming_model(assigns_first=assigns_first, sets_start=True))
        plan = HostNetwork(read_model(path), tmp_path / str(assigns_first)).plan
        steps[assigns_first] = [step.comment[0].split()[1] for step in plan.tail.steps]
    assert "READ_VARIABLE" not in steps[False]
    assert "READ_VARIABLE" in steps[True]


def test_a_variable_that_nothing_sets_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(streaming_model(assigns_first=False, sets_start=False))
    with pytest.raises(InputError, match="nothing sets it"):
        read_model(path)


def test_an_lstm_begins_every_patch_at_rest(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(lstm_network().to_bytes())
    graph = read_model(path)
    network, judge = HostNetwork(graph, tmp_path / "c"), judge_of(graph, path)
    first, second = np.random.default_rng(4).integers(-128, 128, (2, 12, 8)).astype(np.int8)
    heard = []
    for frames in (first, second, first):
        network.run(frames)
        heard.append(network.scores())
        np.testing.assert_array_equal(judge.scores(frames), heard[-1])
    np.testing.assert_array_equal(heard[0], heard[2])
    assert not np.array_equal(heard[0], heard[1])
