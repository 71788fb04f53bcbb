# SPDX-License-Identifier: Apache-2.0
"""What the .tflite schema says of each kind of operator: its options, and which inputs are data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tflite

from generator.model.options import (
    Activation,
    AxisOptions,
    ConcatenationOptions,
    ConvolutionOptions,
    DenseOptions,
    ElementwiseOptions,
    GeluOptions,
    LeakyReluOptions,
    LstmOptions,
    MatrixOptions,
    Padding,
    PoolOptions,
    ReduceOptions,
    ShapeOptions,
    SoftmaxOptions,
    SplitOptions,
    StridedSliceOptions,
    SubgraphOptions,
    VariableOptions,
    WindowOptions,
)

MOST_AXES = 8
"""Longest list of axes or dimensions in an operator's options."""


class MalformedError(Exception):
    """The file contradicts itself."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A kind of operator; the default has no options and computes on its first input."""

    table: str = ""
    """Name of its options in the schema."""
    read: Callable[[Any], object] | None = None
    data_inputs: tuple[int, int | None] = (0, 1)
    """First and end of the inputs that it computes on, where no constant stands; None: all."""
    may_lack_options: bool = False
    """True: a file without the table means its defaults, with which `read` is given None."""


def schema_of(kind: str) -> Schema:
    """What is known of a kind of operator."""
    return _SCHEMAS.get(kind, _PLAIN)


def read_options(kind: str, record: Any) -> object:
    """The options of an operator's record; None where the kind has none, or none that we know."""
    schema = schema_of(kind)
    if schema.read is None:
        return None
    union = record.BuiltinOptions()
    if union is None or record.BuiltinOptionsType() != getattr(tflite.BuiltinOptions, schema.table):
        if schema.may_lack_options:
            return schema.read(None)
        raise MalformedError(f"a {kind} operator has no options")
    table = getattr(tflite, schema.table)()
    table.Init(union.Bytes, union.Pos)
    return schema.read(table)


_ACTIVATIONS = {
    code: name
    for name, code in vars(tflite.ActivationFunctionType).items()
    if isinstance(code, int)
}


def _activation(table: Any) -> Activation:
    try:
        return Activation(_ACTIVATIONS.get(table.FusedActivationFunction(), "OTHER"))
    except ValueError:
        return Activation.OTHER


def _padding(table: Any) -> Padding:
    return Padding.VALID if table.Padding() == tflite.Padding.VALID else Padding.SAME


def _stride(table: Any) -> tuple[int, int]:
    return int(table.StrideH()), int(table.StrideW())


def _float(value: float) -> float:
    number = float(np.float32(value))
    if not math.isfinite(number):
        raise MalformedError("an option is not a finite number")
    return number


def _conv(table: Any, depth_multiplier: int = 1) -> ConvolutionOptions:
    dilation = int(table.DilationHFactor()), int(table.DilationWFactor())
    return ConvolutionOptions(
        _padding(table), _stride(table), _activation(table), dilation, depth_multiplier
    )


def _depthwise(table: Any) -> ConvolutionOptions:
    return _conv(table, int(table.DepthMultiplier()))


def _transpose_conv(table: Any) -> WindowOptions:
    return WindowOptions(_padding(table), _stride(table), _activation(table))


def _pool(table: Any) -> PoolOptions:
    size = int(table.FilterHeight()), int(table.FilterWidth())
    return PoolOptions(_padding(table), _stride(table), _activation(table), size)


def _dense(table: Any) -> DenseOptions:
    plain = table.WeightsFormat() == tflite.FullyConnectedOptionsWeightsFormat.DEFAULT
    return DenseOptions(_activation(table), plain, bool(table.KeepNumDims()))


def _elementwise(table: Any) -> ElementwiseOptions:
    return ElementwiseOptions(_activation(table))


def _reduce(table: Any) -> ReduceOptions:
    return ReduceOptions(bool(table.KeepDims()))


def _softmax(table: Any) -> SoftmaxOptions:
    return SoftmaxOptions(float(np.float32(table.Beta())))


def _concatenation(table: Any) -> ConcatenationOptions:
    return ConcatenationOptions(int(table.Axis()), _activation(table))


def _pack(table: Any) -> AxisOptions:
    return AxisOptions(int(table.Axis()), int(table.ValuesCount()))


def _unpack(table: Any) -> AxisOptions:
    return AxisOptions(int(table.Axis()), int(table.Num()))


def _gather(table: Any) -> AxisOptions:
    return AxisOptions(int(table.Axis()))


def _split(table: Any) -> SplitOptions:
    return SplitOptions(int(table.NumSplits()))


def _strided_slice(table: Any) -> StridedSliceOptions:
    return StridedSliceOptions(
        int(table.BeginMask()),
        int(table.EndMask()),
        int(table.EllipsisMask()),
        int(table.NewAxisMask()),
        int(table.ShrinkAxisMask()),
        bool(table.Offset()),
    )


def _numbers(count: int, item: Callable[[int], int]) -> ShapeOptions:
    if not 0 <= count <= MOST_AXES:
        raise MalformedError(f"an option lists {count} axes")
    return ShapeOptions(tuple(int(item(position)) for position in range(count)))


def _reshape(table: Any) -> ShapeOptions:
    return _numbers(table.NewShapeLength(), table.NewShape) if table else ShapeOptions()


def _squeeze(table: Any) -> ShapeOptions:
    return _numbers(table.SqueezeDimsLength(), table.SqueezeDims) if table else ShapeOptions()


def _leaky_relu(table: Any) -> LeakyReluOptions:
    return LeakyReluOptions(_float(table.Alpha()))


def _gelu(table: Any) -> GeluOptions:
    return GeluOptions(bool(table and table.Approximate()))


def _matrices(table: Any) -> MatrixOptions:
    return MatrixOptions((bool(table.AdjX()), bool(table.AdjY())))


def _lstm(table: Any) -> LstmOptions:
    return LstmOptions(
        table.FusedActivationFunction() == tflite.ActivationFunctionType.TANH,
        _float(table.CellClip()),
        _float(table.ProjClip()),
        bool(table.TimeMajor()),
    )


def _variable(table: Any) -> VariableOptions:
    container, name = (
        (raw or b"").decode("utf-8", "replace") for raw in (table.Container(), table.SharedName())
    )
    return VariableOptions(container, name)


def _call_once(table: Any) -> SubgraphOptions:
    return SubgraphOptions((int(table.InitSubgraphIndex()),))


def _call(table: Any) -> SubgraphOptions:
    return SubgraphOptions((int(table.Subgraph()),))


def _while(table: Any) -> SubgraphOptions:
    return SubgraphOptions((int(table.CondSubgraphIndex()), int(table.BodySubgraphIndex())))


def _if(table: Any) -> SubgraphOptions:
    return SubgraphOptions((int(table.ThenSubgraphIndex()), int(table.ElseSubgraphIndex())))


_PLAIN = Schema()
_PAIR, _ALL = (0, 2), (0, None)

_SCHEMAS = {
    "CONV_2D": Schema("Conv2DOptions", _conv),
    "DEPTHWISE_CONV_2D": Schema("DepthwiseConv2DOptions", _depthwise),
    "TRANSPOSE_CONV": Schema("TransposeConvOptions", _transpose_conv, (2, 3)),
    "FULLY_CONNECTED": Schema("FullyConnectedOptions", _dense),
    "BATCH_MATMUL": Schema("BatchMatMulOptions", _matrices, _PAIR),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": Schema("UnidirectionalSequenceLSTMOptions", _lstm),
    "MAX_POOL_2D": Schema("Pool2DOptions", _pool),
    "AVERAGE_POOL_2D": Schema("Pool2DOptions", _pool),
    "ADD": Schema("AddOptions", _elementwise, _PAIR),
    "SUB": Schema("SubOptions", _elementwise, _PAIR),
    "MUL": Schema("MulOptions", _elementwise, _PAIR),
    "DIV": Schema("DivOptions", _elementwise, _PAIR),
    "MAXIMUM": Schema(data_inputs=_PAIR),
    "MINIMUM": Schema(data_inputs=_PAIR),
    "SQUARED_DIFFERENCE": Schema(data_inputs=_PAIR),
    "L2_NORMALIZATION": Schema("L2NormOptions", _elementwise),
    "MEAN": Schema("ReducerOptions", _reduce),
    "SUM": Schema("ReducerOptions", _reduce),
    "REDUCE_MAX": Schema("ReducerOptions", _reduce),
    "REDUCE_MIN": Schema("ReducerOptions", _reduce),
    "REDUCE_PROD": Schema("ReducerOptions", _reduce),
    "SOFTMAX": Schema("SoftmaxOptions", _softmax),
    "LEAKY_RELU": Schema("LeakyReluOptions", _leaky_relu),
    "GELU": Schema("GeluOptions", _gelu, may_lack_options=True),
    "CONCATENATION": Schema("ConcatenationOptions", _concatenation, _ALL),
    "ADD_N": Schema(data_inputs=_ALL),
    "PACK": Schema("PackOptions", _pack, _ALL),
    "UNPACK": Schema("UnpackOptions", _unpack),
    "GATHER": Schema("GatherOptions", _gather),
    "SPLIT": Schema("SplitOptions", _split, (1, 2)),
    "SPLIT_V": Schema("SplitVOptions", _split),
    "STRIDED_SLICE": Schema("StridedSliceOptions", _strided_slice),
    "RESHAPE": Schema("ReshapeOptions", _reshape, may_lack_options=True),
    "SQUEEZE": Schema("SqueezeOptions", _squeeze, may_lack_options=True),
    "VAR_HANDLE": Schema("VarHandleOptions", _variable, (0, 0)),
    "ASSIGN_VARIABLE": Schema(data_inputs=(1, 2)),
    "CALL_ONCE": Schema("CallOnceOptions", _call_once, (0, 0)),
    "CALL": Schema("CallOptions", _call, _ALL),
    "WHILE": Schema("WhileOptions", _while, _ALL),
    "IF": Schema("IfOptions", _if, _ALL),
}
"""The operators that have options, or other data than their first input."""
