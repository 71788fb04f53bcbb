# SPDX-License-Identifier: Apache-2.0
"""Files of the right form that contradict themselves: refused here where LiteRT refuses them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tflite
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from flatbuffers import Builder

from generator.engines.builtin.constraints.weights import sum_multiplier_below_one
from generator.errors import InputError
from generator.model.operator_versions import NEWEST_VERSION
from generator.model.tflite_reader import LARGEST_SCALE, MOST_PARTS, read_tflite
from tests.support import tflite_writer
from tests.support.model_builder import ModelBuilder
from tests.support.network_build import read_model
from tests.support.single_operator import table_of
from tests.support.tflite_writer import OperatorRecord, TensorRecord, write_model


def small_model() -> ModelBuilder:
    return ModelBuilder(8, 8).conv(4, stride=(2, 2)).depthwise(same=False).conv(4, (1, 1)).head(3)


def refused(data: bytes, tmp_path: Path, said: str) -> None:
    """One message of this file."""
    (tmp_path / "m.tflite").write_bytes(data)
    with pytest.raises(InputError, match=said) as caught:
        read_model(tmp_path / "m.tflite")
    assert all(fault.remedy for fault in caught.value.faults)


def litert_takes(data: bytes) -> bool:
    try:
        resolver = OpResolverType.BUILTIN_REF
        Interpreter(model_content=data, experimental_op_resolver_type=resolver).allocate_tensors()
    except (RuntimeError, ValueError):
        return False
    return True


def code_writer(
    version: int = 1, deprecated: int | None = None, code: int | None = None
) -> Callable[[Builder, str], int]:
    """What writes every operator's code with these numbers."""

    def write(builder: Builder, kind: str) -> int:
        own = getattr(tflite.BuiltinOperator, kind)
        old = min(own, 127) if deprecated is None else deprecated
        tflite.OperatorCodeStart(builder)
        tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, old)
        tflite.OperatorCodeAddBuiltinCode(builder, own if code is None else code)
        tflite.OperatorCodeAddVersion(builder, version)
        return int(tflite.OperatorCodeEnd(builder))

    return write


@pytest.mark.parametrize("version", [0, 2, 4, 255])
def test_another_schema_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    monkeypatch.setattr(tflite_writer, "SCHEMA_VERSION", version)
    data = small_model().to_bytes()
    refused(data, tmp_path, f"version {version} of the schema; version 3 can be read")
    assert not litert_takes(data)


@pytest.mark.parametrize("version", [-1, 0, 15, 64])
def test_a_version_that_no_operator_has_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    monkeypatch.setattr(tflite_writer, "_write_code", code_writer(version))
    data = small_model().to_bytes()
    refused(data, tmp_path, f"version {version} of [A-Z_0-9]+; version \\d+ is the newest known")
    assert not litert_takes(data)


def test_the_newest_versions_are_those_of_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    def knows(kind: str, version: int) -> bool:
        monkeypatch.setattr(tflite_writer, "_write_code", code_writer(version))
        tensors = [TensorRecord("a", (1,)), TensorRecord("b", (1,))]
        data = write_model(tensors, [OperatorRecord(kind, [0], [1])], [0], [1])
        try:
            resolver = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
            Interpreter(model_content=data, experimental_op_resolver_type=resolver)
        except (RuntimeError, ValueError) as error:
            return "Didn't find op" not in str(error)
        return True

    wrong = [
        kind
        for kind, newest in NEWEST_VERSION.items()
        if not knows(kind, newest) or knows(kind, newest + 1)
    ]
    assert wrong == []


def test_of_two_codes_the_greater_one_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the interpreter."""
    lesser, greater = tflite.BuiltinOperator.CONV_2D, tflite.BuiltinOperator.NEG
    pairs = ((lesser, greater), (greater, lesser), (greater, 0), (0, greater), (-1, greater))
    for deprecated, code in pairs:
        monkeypatch.setattr(tflite_writer, "_write_code", code_writer(1, deprecated, code))
        tensors = [TensorRecord("a", (4,), "FLOAT32"), TensorRecord("b", (4,), "FLOAT32")]
        data = write_model(tensors, [OperatorRecord("NEG", [0], [1])], [0], [1])
        (tmp_path / "m.tflite").write_bytes(data)
        assert Interpreter(model_content=data)._get_op_details(0)["op_name"] == "NEG"
        assert [one.kind for one in read_tflite(tmp_path / "m.tflite").operators] == ["NEG"]


@pytest.mark.parametrize("zero_points", [(), (0, 0)])
def test_as_many_zero_points_as_scales(tmp_path: Path, zero_points: tuple[int, ...]) -> None:
    model = small_model()
    model.tensors[model.operators[0].outputs[0]].zero_points = zero_points
    data = model.to_bytes()
    refused(data, tmp_path, f"has 1 scales and {len(zero_points)} zero points")
    assert not litert_takes(data)


@pytest.mark.parametrize("how", ["absent", "none"])
@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"])
def test_a_bias_may_be_missing_where_the_interpreter_takes_that(
    tmp_path: Path, kind: str, how: str
) -> None:
    model = small_model()
    for operator in model.operators:
        if operator.kind == kind:
            operator.inputs = [*operator.inputs[:2], *([-1] if how == "none" else [])]
    data = model.to_bytes()
    if litert_takes(data):
        (tmp_path / "m.tflite").write_bytes(data)
        read_model(tmp_path / "m.tflite")
    else:
        refused(data, tmp_path, "it has none, which TensorFlow Lite refuses")


@pytest.mark.parametrize("scale", [3e38, 1.01 * LARGEST_SCALE, 1e-40])
def test_a_scale_that_no_value_has_is_refused(tmp_path: Path, scale: float) -> None:
    model = small_model()
    model.tensors[model.operators[0].outputs[0]].scales = (scale,)
    refused(model.to_bytes(), tmp_path, r"has a scale of \S+: no quantised values have")


@pytest.mark.parametrize(("scale", "taken"), [(20_000.0, True), (1e9, False)])
def test_a_sum_that_aborts_the_interpreter_is_refused(
    tmp_path: Path, scale: float, taken: bool
) -> None:
    """Of one half of its input's scale over 2^20 and more: it ends the whole process."""
    one = TensorRecord("a", (1, 8, 8, 4), "INT8", (scale,), (0,))
    made = TensorRecord("b", (1, 8, 8, 4), "INT8", (0.07,), (0,))
    data = write_model(
        [one, made], [OperatorRecord("ADD", [0, 0], [1], *table_of("AddOptions"))], [0], [1]
    )
    (tmp_path / "m.tflite").write_bytes(data)
    graph = read_tflite(tmp_path / "m.tflite")
    assert (sum_multiplier_below_one(graph, graph.operators[0]) is None) == taken
    if taken:
        assert litert_takes(data)


def model_of_parts(write: Callable[[Builder], list[tuple[str, int]]]) -> bytes:
    """A model of parts that a builder wrote."""
    builder = Builder(1024)
    parts = write(builder)
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, 3)
    for name, offset in parts:
        getattr(tflite, f"ModelAdd{name}")(builder, offset)
    builder.Finish(tflite.ModelEnd(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def offsets(builder: Builder, items: list[int]) -> int:
    builder.StartVector(4, len(items), 4)
    for item in reversed(items):
        builder.PrependUOffsetTRelative(item)
    return int(builder.EndVector())


def shared_buffers(builder: Builder) -> list[tuple[str, int]]:
    vector = builder.CreateByteVector(bytes(400_000))
    buffers = []
    for _ in range(5000):
        tflite.BufferStart(builder)
        tflite.BufferAddData(builder, vector)
        buffers.append(tflite.BufferEnd(builder))
    return [("Buffers", offsets(builder, buffers))]


def tensors_of(builder: Builder, *, names: int, shape: int, count: int) -> list[tuple[str, int]]:
    name = builder.CreateString("n" * names)
    dimensions = builder.CreateNumpyVector(np.ones(shape, np.int32))
    tensors = []
    for _ in range(count):
        tflite.TensorStart(builder)
        tflite.TensorAddName(builder, name)
        tflite.TensorAddShape(builder, dimensions)
        tensors.append(tflite.TensorEnd(builder))
    tflite.BufferStart(builder)
    buffers = offsets(builder, [tflite.BufferEnd(builder)])
    vector = offsets(builder, tensors)
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, vector)
    graphs = offsets(builder, [tflite.SubGraphEnd(builder)])
    return [("Subgraphs", graphs), ("Buffers", buffers)]


def shared_inputs(builder: Builder) -> list[tuple[str, int]]:
    indices = builder.CreateNumpyVector(np.full(100_000, -1, np.int32))
    tflite.OperatorCodeStart(builder)
    codes = offsets(builder, [tflite.OperatorCodeEnd(builder)])
    operators = []
    for _ in range(1000):
        tflite.OperatorStart(builder)
        tflite.OperatorAddInputs(builder, indices)
        operators.append(tflite.OperatorEnd(builder))
    vector = offsets(builder, operators)
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddOperators(builder, vector)
    graphs = offsets(builder, [tflite.SubGraphEnd(builder)])
    return [("OperatorCodes", codes), ("Subgraphs", graphs)]


SHARED: dict[str, tuple[Callable[[Builder], list[tuple[str, int]]], str]] = {
    "buffers": (shared_buffers, "its parts share"),
    "names": (lambda one: tensors_of(one, names=400_000, shape=1, count=5000), "its parts share"),
    "tensors": (
        lambda one: tensors_of(one, names=1, shape=1, count=MOST_PARTS + 1),
        f"no model for a microcontroller has more than {MOST_PARTS}",
    ),
    "shapes": (lambda one: tensors_of(one, names=1, shape=100_000, count=1000), "dimensions"),
    "inputs": (shared_inputs, "has no output|its parts share"),
}


@pytest.mark.parametrize(("write", "said"), SHARED.values(), ids=SHARED.keys())
def test_parts_that_share_their_bytes_do_not_swell(
    tmp_path: Path, write: Callable[[Builder], list[tuple[str, int]]], said: str
) -> None:
    """Half a megabyte whose buffers were one vector took 2 GB."""
    refused(model_of_parts(write), tmp_path, said)
