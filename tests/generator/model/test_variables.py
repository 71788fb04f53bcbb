# SPDX-License-Identifier: Apache-2.0
"""Variables of a streaming model, and what they begin with."""

from __future__ import annotations

from pathlib import Path

import flatbuffers
import numpy as np
import pytest
import tflite
from numpy.typing import NDArray

from generator.errors import InputError
from generator.model.options import CallOnceOptions, VariableOptions
from generator.model.tflite_reader import read_tflite
from generator.model.variables import variables_of
from tests.support.tflite_writer import (
    OperatorRecord,
    SubgraphRecord,
    TensorRecord,
    write_model,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "small.tflite"


def with_variable(initial: NDArray[np.int8] | None) -> bytes:
    """Reads a variable of 2 x 3 values, adds the input to it, and writes it back."""

    def handle(builder: flatbuffers.Builder) -> int:
        name = builder.CreateString("history")
        tflite.VarHandleOptionsStart(builder)
        tflite.VarHandleOptionsAddSharedName(builder, name)
        return int(tflite.VarHandleOptionsEnd(builder))

    def call_once(builder: flatbuffers.Builder) -> int:
        tflite.CallOnceOptionsStart(builder)
        tflite.CallOnceOptionsAddInitSubgraphIndex(builder, 1)
        return int(tflite.CallOnceOptionsEnd(builder))

    def add(builder: flatbuffers.Builder) -> int:
        tflite.AddOptionsStart(builder)
        return int(tflite.AddOptionsEnd(builder))

    resource = TensorRecord("handle", (), "RESOURCE")
    values = [
        TensorRecord(name, (2, 3), scales=(0.5,), zero_points=(3,))
        for name in ("input", "old", "new")
    ]
    kinds = tflite.BuiltinOptions
    var_handle = OperatorRecord("VAR_HANDLE", [], [0], kinds.VarHandleOptions, handle)
    main = [
        OperatorRecord("CALL_ONCE", [], [], kinds.CallOnceOptions, call_once),
        var_handle,
        OperatorRecord("READ_VARIABLE", [0], [2]),
        OperatorRecord("ADD", [1, 2], [3], kinds.AddOptions, add),
        OperatorRecord("ASSIGN_VARIABLE", [0, 3], []),
    ]
    start = TensorRecord("start", (2, 3), scales=(0.5,), zero_points=(3,), data=initial)
    init = SubgraphRecord(
        "init", [resource, start], [var_handle, OperatorRecord("ASSIGN_VARIABLE", [0, 1], [])]
    )
    return write_model([resource, *values], main, [1], [3], others=[init])


def test_variables_and_the_subgraph_that_sets_them_are_read(path: Path) -> None:
    initial = np.arange(6, dtype=np.int8).reshape(2, 3)
    path.write_bytes(with_variable(initial))
    graph = read_tflite(path)
    assert [one.kind for one in graph.operators][:2] == ["CALL_ONCE", "VAR_HANDLE"]
    assert graph.operators[0].options == CallOnceOptions(1)
    assert graph.operators[1].options == VariableOptions("/history")
    assert graph.operators[4].data_inputs == (3,)
    (subgraph,) = graph.subgraphs
    assert subgraph.name == "init"
    (variable,) = variables_of(graph)
    assert variable.name == "/history"
    assert variable.shape == (2, 3)
    assert variable.initial is not None
    assert (variable.initial.int8_values() == initial).all()


def test_a_variable_that_nothing_sets_has_no_initial_value(path: Path) -> None:
    path.write_bytes(with_variable(None))
    (variable,) = variables_of(read_tflite(path))
    assert variable.initial is None


def test_a_call_of_no_subgraph_is_refused(path: Path) -> None:
    content = with_variable(None)
    damaged = 0
    for at in range(0, len(content) - 4, 4):
        if content[at : at + 4] == b"\x01\0\0\0":
            path.write_bytes(content[:at] + b"\x09\0\0\0" + content[at + 4 :])
            try:
                read_tflite(path)
            except InputError as error:
                damaged += "calls subgraph 9 of 2" in str(error)
    assert damaged == 1
