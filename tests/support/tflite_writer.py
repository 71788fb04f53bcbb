# SPDX-License-Identifier: Apache-2.0
"""Records of the .tflite schema to a file, without TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
import tflite
from numpy.typing import NDArray

BUFFER_ALIGNMENT = 16
SCHEMA_VERSION = 3


@dataclass
class TensorRecord:
    """A tensor to be written; `data` makes it a constant."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "INT8"
    scales: tuple[float, ...] = ()
    zero_points: tuple[int, ...] = ()
    axis: int = 0
    data: NDArray[Any] | None = None
    is_state: bool = False
    """It keeps its value from one run to the next."""


@dataclass
class OperatorRecord:
    """An operator to be written; `options` writes its options table and returns its offset."""

    kind: str
    inputs: list[int]
    outputs: list[int]
    options_type: int = 0
    options: Callable[[flatbuffers.Builder], int] | None = None
    intermediates: Sequence[int] = ()


@dataclass
class SubgraphRecord:
    """A graph of the file beside the main one."""

    name: str
    tensors: Sequence[TensorRecord]
    operators: Sequence[OperatorRecord]
    inputs: Sequence[int] = ()
    outputs: Sequence[int] = ()


def write_model(
    tensors: Sequence[TensorRecord],
    operators: Sequence[OperatorRecord],
    inputs: Sequence[int],
    outputs: Sequence[int],
    *,
    metadata: Mapping[str, bytes] | None = None,
    others: Sequence[SubgraphRecord] = (),
) -> bytes:
    """The .tflite file of a graph, and of `others` that its operators call by 1, 2, ..."""
    builder = flatbuffers.Builder(1024)
    records = [SubgraphRecord("main", tensors, operators, inputs, outputs), *others]
    kinds = sorted({operator.kind for record in records for operator in record.operators})
    codes = [_write_code(builder, kind) for kind in kinds]
    buffers = [_write_buffer(builder, b"")]
    subgraphs = []
    for record in records:
        written = []
        for tensor in record.tensors:
            buffer = 0
            if tensor.data is not None:
                data = np.ascontiguousarray(tensor.data).tobytes()
                buffers.append(_write_buffer(builder, data))
                buffer = len(buffers) - 1
            written.append(_write_tensor(builder, tensor, buffer))
        calls = [_write_operator(builder, one, kinds) for one in record.operators]
        subgraphs.append(_write_subgraph(builder, record, written, calls))
    entries = []
    for name, content in (metadata or {}).items():
        buffers.append(_write_buffer(builder, content))
        entries.append(_write_metadata(builder, name, len(buffers) - 1))
    vectors = [_offsets(builder, items) for items in (codes, subgraphs, buffers)]
    if entries:
        vectors.append(_offsets(builder, entries))
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, SCHEMA_VERSION)
    tflite.ModelAddOperatorCodes(builder, vectors[0])
    tflite.ModelAddSubgraphs(builder, vectors[1])
    tflite.ModelAddBuffers(builder, vectors[2])
    if entries:
        tflite.ModelAddMetadata(builder, vectors[3])
    builder.Finish(tflite.ModelEnd(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _offsets(builder: flatbuffers.Builder, items: Sequence[int]) -> int:
    builder.StartVector(4, len(items), 4)
    for item in reversed(items):
        builder.PrependUOffsetTRelative(item)
    return int(builder.EndVector())


def _numbers(builder: flatbuffers.Builder, values: Sequence[float], dtype: type) -> int:
    return int(builder.CreateNumpyVector(np.array(values, dtype=dtype)))


def _write_code(builder: flatbuffers.Builder, kind: str) -> int:
    code = getattr(tflite.BuiltinOperator, kind)
    tflite.OperatorCodeStart(builder)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, min(code, 127))
    tflite.OperatorCodeAddBuiltinCode(builder, code)
    tflite.OperatorCodeAddVersion(builder, 1)
    return int(tflite.OperatorCodeEnd(builder))


def _write_buffer(builder: flatbuffers.Builder, data: bytes) -> int:
    vector = 0
    if data:
        builder.StartVector(1, len(data), BUFFER_ALIGNMENT)
        builder.head = builder.head - len(data)
        builder.Bytes[builder.Head() : builder.Head() + len(data)] = data
        vector = builder.EndVector()
    tflite.BufferStart(builder)
    if data:
        tflite.BufferAddData(builder, vector)
    return int(tflite.BufferEnd(builder))


def _write_metadata(builder: flatbuffers.Builder, name: str, buffer: int) -> int:
    text = builder.CreateString(name)
    tflite.MetadataStart(builder)
    tflite.MetadataAddName(builder, text)
    tflite.MetadataAddBuffer(builder, buffer)
    return int(tflite.MetadataEnd(builder))


def _write_tensor(builder: flatbuffers.Builder, tensor: TensorRecord, buffer: int) -> int:
    name = builder.CreateString(tensor.name)
    shape = _numbers(builder, tensor.shape, np.int32)
    quantisation = 0
    if tensor.scales:
        scales = _numbers(builder, tensor.scales, np.float32)
        zeros = _numbers(builder, tensor.zero_points, np.int64)
        tflite.QuantizationParametersStart(builder)
        tflite.QuantizationParametersAddScale(builder, scales)
        tflite.QuantizationParametersAddZeroPoint(builder, zeros)
        tflite.QuantizationParametersAddQuantizedDimension(builder, tensor.axis)
        quantisation = tflite.QuantizationParametersEnd(builder)
    tflite.TensorStart(builder)
    tflite.TensorAddShape(builder, shape)
    tflite.TensorAddType(builder, getattr(tflite.TensorType, tensor.dtype))
    tflite.TensorAddBuffer(builder, buffer)
    tflite.TensorAddName(builder, name)
    tflite.TensorAddIsVariable(builder, tensor.is_state)
    if quantisation:
        tflite.TensorAddQuantization(builder, quantisation)
    return int(tflite.TensorEnd(builder))


def _write_operator(
    builder: flatbuffers.Builder, operator: OperatorRecord, kinds: list[str]
) -> int:
    inputs = _numbers(builder, operator.inputs, np.int32)
    outputs = _numbers(builder, operator.outputs, np.int32)
    options = operator.options(builder) if operator.options else 0
    within = _numbers(builder, operator.intermediates, np.int32) if operator.intermediates else 0
    tflite.OperatorStart(builder)
    tflite.OperatorAddOpcodeIndex(builder, kinds.index(operator.kind))
    tflite.OperatorAddInputs(builder, inputs)
    tflite.OperatorAddOutputs(builder, outputs)
    if operator.options:
        tflite.OperatorAddBuiltinOptionsType(builder, operator.options_type)
        tflite.OperatorAddBuiltinOptions(builder, options)
    if operator.intermediates:
        tflite.OperatorAddIntermediates(builder, within)
    return int(tflite.OperatorEnd(builder))


def _write_subgraph(
    builder: flatbuffers.Builder,
    record: SubgraphRecord,
    tensors: Sequence[int],
    operators: Sequence[int],
) -> int:
    vectors = [
        _offsets(builder, tensors),
        _numbers(builder, record.inputs, np.int32),
        _numbers(builder, record.outputs, np.int32),
        _offsets(builder, operators),
    ]
    name = builder.CreateString(record.name)
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, vectors[0])
    tflite.SubGraphAddInputs(builder, vectors[1])
    tflite.SubGraphAddOutputs(builder, vectors[2])
    tflite.SubGraphAddOperators(builder, vectors[3])
    tflite.SubGraphAddName(builder, name)
    return int(tflite.SubGraphEnd(builder))
