# SPDX-License-Identifier: Apache-2.0
"""From a .tflite file to a Graph; with tflite_options the only module that knows the parser.

The parser trusts its input: it follows whatever offset it reads. So each vector's length is held
against the file's size before it is walked, each index against the table that it points into, and
whatever the parser still raises becomes a fault of the file.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tflite

from generator.errors import Fault, InputError
from generator.model.graph import Graph, Operator, Quantisation, Tensor
from generator.model.tflite_options import OPERATOR_NAMES, SCHEMAS, Schema, enum_names

FILE_IDENTIFIER = b"TFL3"
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_RANK = 8
PLACEHOLDER_FOR_GREATER_OP_CODES = 127
"""Operator codes above this stand in the wider field only (schema version 3a)."""

ITEM_BYTES = {
    "FLOAT32": 4, "FLOAT16": 2, "INT32": 4, "UINT8": 1, "INT64": 8, "BOOL": 1, "INT16": 2,
    "COMPLEX64": 8, "INT8": 1, "FLOAT64": 8, "COMPLEX128": 16, "UINT64": 8, "UINT32": 4,
    "UINT16": 2,
}  # fmt: skip

KERAS_SUFFIXES = {
    "relu", "relu6", "bn", "conv2d", "depthwise", "matmul", "biasadd", "mean", "transpose",
    "fusedbatchnormv3", "readvariableop",
}  # fmt: skip
"""What Keras appends to a layer's name to name its inner operations."""

CONVERT_AGAIN = "convert the model again; the file is not a complete .tflite"


class _MalformedError(Exception):
    """The file contradicts itself."""


def read_tflite(path: Path) -> Graph:
    """Read a model and check that its file is sound; an engine checks whether it can run it.

    Raises InputError for a file that cannot be read, is no .tflite, or contradicts itself.
    """
    data = _read_bytes(path)
    where = path.name
    if len(data) < 8 or data[4:8] != FILE_IDENTIFIER:
        raise InputError(
            [Fault(where, "not a .tflite file (no TFL3 identifier)", "give a TensorFlow Lite file")]
        )
    try:
        return _parse(data, path.stem)
    except _MalformedError as malformed:
        raise InputError([Fault(where, str(malformed), CONVERT_AGAIN)]) from None
    except Exception as error:  # the parser raises whatever its blind reads run into
        what = f"truncated or damaged: it points at what is not within its {len(data)} bytes"
        raise InputError([Fault(where, what, CONVERT_AGAIN)]) from error


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            what = f"{size} bytes: larger than any microcontroller's flash"
            raise InputError([Fault(str(path), what, "give a model below 64 MiB")])
        return path.read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise InputError([Fault(str(path), what, "check the path given as MODEL")]) from error


def _parse(data: bytes, name: str) -> Graph:
    model = tflite.Model.GetRootAs(bytearray(data), 0)
    subgraph_count = _bounded(model.SubgraphsLength(), 4, data, "subgraphs")
    if subgraph_count != 1:
        raise _MalformedError(f"{subgraph_count} subgraphs: exactly one is understood")
    subgraph = model.Subgraphs(0)
    buffers = _buffers(model, data)
    tensors = tuple(
        _tensor(index, subgraph.Tensors(index), buffers, data)
        for index in range(_bounded(subgraph.TensorsLength(), 4, data, "tensors"))
    )
    kinds = _operator_kinds(model, data)
    operators = tuple(
        _operator(index, subgraph.Operators(index), kinds, tensors, data)
        for index in range(_bounded(subgraph.OperatorsLength(), 4, data, "operators"))
    )
    inputs = _indices(subgraph.InputsLength, subgraph.Inputs, len(tensors), data, "model inputs")
    outputs = _indices(
        subgraph.OutputsLength, subgraph.Outputs, len(tensors), data, "model outputs"
    )
    if not operators:
        raise _MalformedError("the model has no operators")
    return Graph(name, hashlib.sha256(data).hexdigest(), tensors, operators, inputs, outputs)


def _bounded(count: int, item_bytes: int, data: bytes, what: str) -> int:
    """A vector of `count` items must fit into the file that holds it."""
    if count < 0 or count * item_bytes > len(data):
        raise _MalformedError(
            f"{count} {what} in a file of {len(data)} bytes: truncated or damaged"
        )
    return count


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "replace")


def _buffers(model: Any, data: bytes) -> tuple[bytes, ...]:
    def contents() -> Iterator[bytes]:
        for index in range(_bounded(model.BuffersLength(), 4, data, "buffers")):
            buffer = model.Buffers(index)
            count = _bounded(buffer.DataLength(), 1, data, f"bytes of buffer {index}")
            yield np.asarray(buffer.DataAsNumpy()).tobytes() if count else b""

    return tuple(contents())


TENSOR_TYPES = enum_names(tflite.TensorType)


def _tensor(index: int, record: Any, buffers: tuple[bytes, ...], data: bytes) -> Tensor:
    where = f"tensor {index}"
    rank = _bounded(record.ShapeLength(), 4, data, f"dimensions of {where}")
    if rank > MAX_RANK:
        raise _MalformedError(f"{where} has {rank} dimensions")
    shape = tuple(int(record.Shape(axis)) for axis in range(rank))
    dtype = TENSOR_TYPES.get(record.Type(), f"type {record.Type()}")
    buffer_index = record.Buffer()
    if buffer_index >= len(buffers):
        raise _MalformedError(f"{where} points at buffer {buffer_index} of {len(buffers)}")
    contents = buffers[buffer_index] or None
    if contents is not None:
        expected = math.prod(shape) * ITEM_BYTES.get(dtype, 1)
        if min(shape, default=1) < 0 or len(contents) != expected:
            raise _MalformedError(
                f"{where} of shape {list(shape)} and type {dtype} needs {expected} bytes of data, "
                f"the file has {len(contents)}"
            )
    return Tensor(
        index, _text(record.Name()), shape, dtype, _quantisation(record, where, data), contents
    )


def _quantisation(record: Any, where: str, data: bytes) -> Quantisation | None:
    quantisation = record.Quantization()
    if quantisation is None:
        return None
    scale_count = _bounded(quantisation.ScaleLength(), 4, data, f"scales of {where}")
    zero_count = _bounded(quantisation.ZeroPointLength(), 8, data, f"zero points of {where}")
    if scale_count == 0:
        return None
    if zero_count not in (0, scale_count):
        raise _MalformedError(f"{where} has {scale_count} scales and {zero_count} zero points")
    scales = tuple(float(np.float32(quantisation.Scale(i))) for i in range(scale_count))
    if not all(math.isfinite(scale) and scale > 0.0 for scale in scales):
        raise _MalformedError(f"{where} has a scale that is not a positive number")
    zero_points = tuple(int(quantisation.ZeroPoint(i)) for i in range(zero_count))
    return Quantisation(
        scales, zero_points or (0,) * scale_count, int(quantisation.QuantizedDimension())
    )


def _operator_kinds(model: Any, data: bytes) -> tuple[str, ...]:
    def kinds() -> Iterator[str]:
        for index in range(_bounded(model.OperatorCodesLength(), 4, data, "operator codes")):
            record = model.OperatorCodes(index)
            code = record.DeprecatedBuiltinCode()
            if code >= PLACEHOLDER_FOR_GREATER_OP_CODES or code == 0:
                code = max(code, record.BuiltinCode())
            kind = OPERATOR_NAMES.get(code, f"operator code {code}")
            yield f"CUSTOM {_text(record.CustomCode())}".strip() if kind == "CUSTOM" else kind

    return tuple(kinds())


def _indices(
    length: Callable[[], int], item: Callable[[int], int], limit: int, data: bytes, what: str
) -> tuple[int, ...]:
    count = _bounded(length(), 4, data, what)
    indices = tuple(int(item(position)) for position in range(count))
    if any(not -1 <= index < limit for index in indices):
        raise _MalformedError(f"{what} name a tensor that does not exist")
    return indices


def _operator(
    index: int, record: Any, kinds: tuple[str, ...], tensors: tuple[Tensor, ...], data: bytes
) -> Operator:
    where = f"operator {index}"
    code_index = record.OpcodeIndex()
    if code_index >= len(kinds):
        raise _MalformedError(f"{where} has operator code {code_index} of {len(kinds)}")
    inputs = _indices(record.InputsLength, record.Inputs, len(tensors), data, f"inputs of {where}")
    outputs = _indices(
        record.OutputsLength, record.Outputs, len(tensors), data, f"outputs of {where}"
    )
    if not outputs or min(outputs) < 0:
        raise _MalformedError(f"{where} has no output")
    kind = kinds[code_index]
    name = _short_name(tensors[outputs[0]].name)
    schema = SCHEMAS.get(kind, Schema())
    options = _options(kind, schema, record)
    data_inputs = inputs[slice(*schema.data_inputs)]
    return Operator(index, kind, inputs, outputs, data_inputs, options, name)


def _short_name(tensor_name: str) -> str:
    """The most telling part of a converter's concatenated tensor name."""
    first = tensor_name.split(";", maxsplit=1)[0]
    parts = [part for part in first.split("/") if part]
    while len(parts) > 1 and parts[-1].lower() in KERAS_SUFFIXES:
        parts.pop()
    return "/".join(parts[-2:]) if parts else "unnamed"


def _options(kind: str, schema: Schema, record: Any) -> object:
    if schema.read is None:
        return None
    union = record.BuiltinOptions()
    if record.BuiltinOptionsType() != schema.union_type or union is None:
        raise _MalformedError(f"a {kind} operator has no options")
    table = schema.table()
    table.Init(union.Bytes, union.Pos)
    return schema.read(table)
