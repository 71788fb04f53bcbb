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
from flatbuffers.number_types import Int32Flags

from generator.errors import Fault, InputError
from generator.model.borders import with_borders
from generator.model.dilation import with_dilation
from generator.model.ends import with_int8_ends
from generator.model.graph import Graph, Operator, Quantisation, Subgraph, Tensor
from generator.model.model_file import read_model_file
from generator.model.operator_versions import NEWEST_VERSION
from generator.model.options import CallOnceOptions, ControlFlowOptions
from generator.model.shape_arithmetic import without_shape_arithmetic
from generator.model.tflite_options import (
    OPERATOR_NAMES,
    MalformedError,
    enum_names,
    read_options,
    schema_of,
)

MAX_RANK = 8
SCHEMA_VERSION = 3
"""All that there are since 2017."""

MOST_PARTS = 20_000
"""Tensors, operators or buffers: the largest model that runs here has some hundred."""

WIDE_CODE_SLOT = 10
"""Of `builtin_code` in the table of an operator's code."""

MOST_SUBGRAPHS = 100
MOST_SHARED = 2
"""How often over the bytes of a file may be walked; a converter's own are walked less than once."""

SMALLEST_SCALE = 2.0**-126
"""Below are float32's numbers of fewer digits."""

LARGEST_SCALE = 1e9
"""Values of such a scale have no fractions that audio could have: its features are below 1000."""

ITEM_BYTES = {
    "FLOAT32": 4, "FLOAT16": 2, "INT32": 4, "UINT8": 1, "INT64": 8, "BOOL": 1, "INT16": 2,
    "COMPLEX64": 8, "INT8": 1, "FLOAT64": 8, "COMPLEX128": 16, "UINT64": 8, "UINT32": 4,
    "UINT16": 2, "BFLOAT16": 2,
}  # fmt: skip

PACKED_ITEMS = {"INT4": 2}
"""Elements in a byte."""

KERAS_SUFFIXES = {
    "relu", "relu6", "bn", "conv2d", "depthwise", "matmul", "biasadd", "mean", "transpose",
    "fusedbatchnormv3", "readvariableop",
}  # fmt: skip
"""What Keras appends to a layer's name to name its inner operations."""

WITHOUT_OUTPUT = ("CALL_ONCE", "ASSIGN_VARIABLE")
"""Kinds that may make no tensor: they change variables."""

CONVERT_AGAIN = "convert the model again; the file is not a complete .tflite"


def read_tflite(path: Path) -> Graph:
    """Read a model and check that its file is sound; an engine checks whether it can run it.

    Raises InputError for a file that cannot be read, is no .tflite, or contradicts itself.
    """
    data = read_model_file(path)
    where = path.name
    try:
        graph = _parse(data, path.stem)
    except MalformedError as malformed:
        raise InputError([Fault(where, str(malformed), CONVERT_AGAIN)]) from None
    except Exception as error:  # the parser raises whatever its blind reads run into
        what = f"truncated or damaged: it points at what is not within its {len(data)} bytes"
        raise InputError([Fault(where, what, CONVERT_AGAIN)]) from error
    return with_int8_ends(with_borders(with_dilation(without_shape_arithmetic(graph))))


class _File:
    """The bytes of a file, and how many of them were walked: each is one vector's alone.

    Vectors that share their bytes make more of a file than is in it.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._walked = 0

    def __len__(self) -> int:
        return self._size

    def walk(self, count: int) -> None:
        """Count so many bytes; raises MalformedError where they cannot all be in the file."""
        self._walked += count
        if self._walked > MOST_SHARED * self._size:
            what = f"its parts share their {self._size} bytes: together they have more"
            raise MalformedError(what)


def _parse(content: bytes, name: str) -> Graph:
    model = tflite.Model.GetRootAs(content, 0)
    if model.Version() != SCHEMA_VERSION:
        what = f"version {model.Version()} of the schema; version {SCHEMA_VERSION} can be read"
        raise MalformedError(what)
    data = _File(len(content))
    buffers = _buffers(model, data)
    kinds = _operator_kinds(model, data)
    count = _bounded(model.SubgraphsLength(), 4, data, "subgraphs", MOST_SUBGRAPHS)
    subgraphs = tuple(
        _subgraph(model.Subgraphs(index), kinds, buffers, data) for index in range(count)
    )
    if not subgraphs or not subgraphs[0].operators:
        raise MalformedError("the model has no operators")
    _check_calls(subgraphs)
    main = subgraphs[0]
    return Graph(
        name,
        hashlib.sha256(content).hexdigest(),
        main.tensors,
        main.operators,
        main.inputs,
        main.outputs,
        _metadata(model, buffers, data),
        subgraphs[1:],
    )


def _subgraph(
    record: Any, kinds: tuple[str, ...], buffers: tuple[bytes, ...], data: _File
) -> Subgraph:
    tensors = tuple(
        _tensor(index, record.Tensors(index), buffers, data)
        for index in range(_bounded(record.TensorsLength(), 4, data, "tensors", MOST_PARTS))
    )
    operators = tuple(
        _operator(index, record.Operators(index), kinds, tensors, data)
        for index in range(_bounded(record.OperatorsLength(), 4, data, "operators", MOST_PARTS))
    )
    inputs = _indices(record.InputsLength, record.Inputs, len(tensors), data, "model inputs")
    outputs = _indices(record.OutputsLength, record.Outputs, len(tensors), data, "model outputs")
    return Subgraph(_text(record.Name(), data), tensors, operators, inputs, outputs)


def _check_calls(subgraphs: tuple[Subgraph, ...]) -> None:
    for operator in (one for subgraph in subgraphs for one in subgraph.operators):
        called: tuple[int, ...] = ()
        if isinstance(operator.options, CallOnceOptions):
            called = (operator.options.subgraph,)
        elif isinstance(operator.options, ControlFlowOptions):
            called = operator.options.subgraphs
        for number in called:
            if not 0 <= number < len(subgraphs):
                what = f"calls subgraph {number} of {len(subgraphs)}"
                raise MalformedError(f"{operator} {what}")


def _bounded(count: int, item_bytes: int, data: _File, what: str, most: int | None = None) -> int:
    """A vector of `count` items must fit into the file that holds it, beside all others."""
    if count < 0 or count * item_bytes > len(data):
        raise MalformedError(f"{count} {what} in a file of {len(data)} bytes: truncated or damaged")
    if most is not None and count > most:
        raise MalformedError(f"{count} {what}: no model for a microcontroller has more than {most}")
    data.walk(count * item_bytes)
    return count


def _text(raw: bytes | None, data: _File) -> str:
    data.walk(len(raw or b""))
    return (raw or b"").decode("utf-8", "replace")


def _buffers(model: Any, data: _File) -> tuple[bytes, ...]:
    def contents() -> Iterator[bytes]:
        for index in range(_bounded(model.BuffersLength(), 4, data, "buffers", MOST_PARTS)):
            buffer = model.Buffers(index)
            count = _bounded(buffer.DataLength(), 1, data, f"bytes of buffer {index}")
            yield np.asarray(buffer.DataAsNumpy()).tobytes() if count else b""

    return tuple(contents())


def _metadata(model: Any, buffers: tuple[bytes, ...], data: _File) -> dict[str, bytes]:
    found = {}
    for index in range(_bounded(model.MetadataLength(), 4, data, "metadata entries", MOST_PARTS)):
        entry = model.Metadata(index)
        if entry.Buffer() >= len(buffers):
            what = f"metadata {index} points at buffer {entry.Buffer()} of {len(buffers)}"
            raise MalformedError(what)
        found[_text(entry.Name(), data)] = buffers[entry.Buffer()]
    return found


TENSOR_TYPES = enum_names(tflite.TensorType)


def _tensor(index: int, record: Any, buffers: tuple[bytes, ...], data: _File) -> Tensor:
    where = f"tensor {index}"
    rank = _bounded(record.ShapeLength(), 4, data, f"dimensions of {where}")
    if rank > MAX_RANK:
        raise MalformedError(f"{where} has {rank} dimensions")
    shape = tuple(int(record.Shape(axis)) for axis in range(rank))
    dtype = TENSOR_TYPES.get(record.Type(), f"type {record.Type()}")
    buffer_index = record.Buffer()
    if buffer_index >= len(buffers):
        raise MalformedError(f"{where} points at buffer {buffer_index} of {len(buffers)}")
    contents = buffers[buffer_index] or None
    if contents is not None:
        expected = math.prod(shape) * ITEM_BYTES.get(dtype, 1)
        if dtype in PACKED_ITEMS:
            expected = -(-expected // PACKED_ITEMS[dtype])
        known = dtype in ITEM_BYTES or dtype in PACKED_ITEMS
        if known and (min(shape, default=1) < 0 or len(contents) != expected):
            raise MalformedError(
                f"{where} of shape {list(shape)} and type {dtype} needs {expected} bytes of data, "
                f"the file has {len(contents)}"
            )
    return Tensor(
        index,
        _text(record.Name(), data),
        shape,
        dtype,
        _quantisation(record, where, data),
        contents,
        bool(record.IsVariable()),
    )


def _quantisation(record: Any, where: str, data: _File) -> Quantisation | None:
    quantisation = record.Quantization()
    if quantisation is None:
        return None
    scale_count = _bounded(quantisation.ScaleLength(), 4, data, f"scales of {where}")
    zero_count = _bounded(quantisation.ZeroPointLength(), 8, data, f"zero points of {where}")
    if scale_count == 0:
        return None
    if zero_count != scale_count:
        raise MalformedError(f"{where} has {scale_count} scales and {zero_count} zero points")
    scales = tuple(float(np.float32(quantisation.Scale(i))) for i in range(scale_count))
    if not all(math.isfinite(scale) and scale > 0.0 for scale in scales):
        raise MalformedError(f"{where} has a scale that is not a positive number")
    if not all(SMALLEST_SCALE <= scale <= LARGEST_SCALE for scale in scales):
        odd = next(one for one in scales if not SMALLEST_SCALE <= one <= LARGEST_SCALE)
        raise MalformedError(f"{where} has a scale of {odd:.6g}: no quantised values have")
    zero_points = tuple(int(quantisation.ZeroPoint(i)) for i in range(zero_count))
    return Quantisation(scales, zero_points, int(quantisation.QuantizedDimension()))


def _wide_code(record: Any) -> int:
    """The code in its newer field: written beside the old one, since there are more than 127.

    The interpreter takes the greater of the two; the parser's own accessor hides a smaller one.
    """
    table = record._tab
    at = table.Offset(WIDE_CODE_SLOT)
    return int(table.Get(Int32Flags, at + table.Pos)) if at else 0


def _operator_kinds(model: Any, data: _File) -> tuple[str, ...]:
    def kinds() -> Iterator[str]:
        for index in range(
            _bounded(model.OperatorCodesLength(), 4, data, "operator codes", MOST_PARTS)
        ):
            record = model.OperatorCodes(index)
            code = max(record.DeprecatedBuiltinCode(), _wide_code(record))
            kind = OPERATOR_NAMES.get(code, f"operator code {code}")
            version, newest = record.Version(), NEWEST_VERSION.get(kind)
            if newest is not None and not 1 <= version <= newest:
                what = f"version {version} of {kind}; version {newest} is the newest known"
                raise MalformedError(what)
            yield f"CUSTOM {_text(record.CustomCode(), data)}".strip() if kind == "CUSTOM" else kind

    return tuple(kinds())


def _indices(
    length: Callable[[], int], item: Callable[[int], int], limit: int, data: _File, what: str
) -> tuple[int, ...]:
    count = _bounded(length(), 4, data, what)
    indices = tuple(int(item(position)) for position in range(count))
    if any(not -1 <= index < limit for index in indices):
        raise MalformedError(f"{what} name a tensor that does not exist")
    return indices


def _operator(
    index: int, record: Any, kinds: tuple[str, ...], tensors: tuple[Tensor, ...], data: _File
) -> Operator:
    where = f"operator {index}"
    code_index = record.OpcodeIndex()
    if code_index >= len(kinds):
        raise MalformedError(f"{where} has operator code {code_index} of {len(kinds)}")
    inputs = _indices(record.InputsLength, record.Inputs, len(tensors), data, f"inputs of {where}")
    outputs = _indices(
        record.OutputsLength, record.Outputs, len(tensors), data, f"outputs of {where}"
    )
    kind = kinds[code_index]
    if min(outputs, default=-1 if kind not in WITHOUT_OUTPUT else 0) < 0:
        raise MalformedError(f"{where} has no output")
    name = _short_name(tensors[outputs[0]].name) if outputs else kind.lower()
    data_inputs = tuple(
        one
        for one in inputs[slice(*schema_of(kind).data_inputs)]
        if one < 0 or tensors[one].data is None
    )
    options = read_options(kind, record)
    inner = _indices(
        record.IntermediatesLength,
        record.Intermediates,
        len(tensors),
        data,
        f"intermediates of {where}",
    )
    return Operator(index, kind, inputs, outputs, data_inputs, options, name, inner)


def _short_name(tensor_name: str) -> str:
    """The most telling part of a converter's concatenated tensor name."""
    first = tensor_name.split(";", maxsplit=1)[0]
    parts = [part for part in first.split("/") if part]
    while len(parts) > 1 and parts[-1].lower() in KERAS_SUFFIXES:
        parts.pop()
    return "/".join(parts[-2:]) if parts else "unnamed"
