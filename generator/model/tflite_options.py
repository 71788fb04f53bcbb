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
    ArithmeticOptions,
    AxisOptions,
    BatchMatMulOptions,
    CallOnceOptions,
    ConcatenationOptions,
    ControlFlowOptions,
    ConvolutionOptions,
    DenseOptions,
    DimensionsOptions,
    GatherOptions,
    GeluOptions,
    LeakyReluOptions,
    LstmOptions,
    Padding,
    PoolOptions,
    ReduceOptions,
    SoftmaxOptions,
    StridedSliceOptions,
    VariableOptions,
    WindowOptions,
)

MOST_AXES = 8
"""Longest list of axes or dimensions in an operator's options."""

NOTHING = (0, 0)
FIRST = (0, 1)
FIRST_TWO = (0, 2)
SECOND = (1, 2)
THIRD = (2, 3)
ALL = (0, None)


class MalformedError(Exception):
    """The file contradicts itself."""


def enum_names(enum: type) -> dict[int, str]:
    """The names of an enumeration of the schema by their values."""
    return {value: key for key, value in vars(enum).items() if isinstance(value, int)}


OPERATOR_NAMES = enum_names(tflite.BuiltinOperator)
ACTIVATIONS = enum_names(tflite.ActivationFunctionType)


def _activation(table: Any) -> Activation:
    try:
        return Activation(ACTIVATIONS.get(table.FusedActivationFunction(), "OTHER"))
    except ValueError:
        return Activation.OTHER


def _padding(table: Any) -> Padding:
    return Padding.VALID if table.Padding() == tflite.Padding.VALID else Padding.SAME


def _stride(table: Any) -> tuple[int, int]:
    return int(table.StrideH()), int(table.StrideW())


def _number(value: float) -> float:
    number = float(np.float32(value))
    if not math.isfinite(number):
        raise MalformedError("an option is not a finite number")
    return number


def _conv_options(table: Any, depth_multiplier: int = 1) -> ConvolutionOptions:
    return ConvolutionOptions(
        _padding(table),
        _stride(table),
        _activation(table),
        (int(table.DilationHFactor()), int(table.DilationWFactor())),
        depth_multiplier,
    )


def _depthwise_options(table: Any) -> ConvolutionOptions:
    return _conv_options(table, int(table.DepthMultiplier()))


def _transpose_conv_options(table: Any) -> WindowOptions:
    return WindowOptions(_padding(table), _stride(table), _activation(table))


def _pool_options(table: Any) -> PoolOptions:
    size = int(table.FilterHeight()), int(table.FilterWidth())
    return PoolOptions(_padding(table), _stride(table), _activation(table), size)


def _dense_options(table: Any) -> DenseOptions:
    plain = table.WeightsFormat() == tflite.FullyConnectedOptionsWeightsFormat.DEFAULT
    return DenseOptions(_activation(table), plain, bool(table.KeepNumDims()))


def _arithmetic_options(table: Any) -> ArithmeticOptions:
    return ArithmeticOptions(_activation(table))


def _concatenation_options(table: Any) -> ConcatenationOptions:
    return ConcatenationOptions(_activation(table), int(table.Axis()))


def _reduce_options(table: Any) -> ReduceOptions:
    return ReduceOptions(bool(table.KeepDims()))


def _softmax_options(table: Any) -> SoftmaxOptions:
    return SoftmaxOptions(_number(table.Beta()))


def _leaky_relu_options(table: Any) -> LeakyReluOptions:
    return LeakyReluOptions(_number(table.Alpha()))


def _gelu_options(table: Any) -> GeluOptions:
    return GeluOptions(bool(table and table.Approximate()))


def _axis_options(table: Any) -> AxisOptions:
    return AxisOptions(int(table.Axis()))


def _gather_options(table: Any) -> GatherOptions:
    return GatherOptions(int(table.Axis()), int(table.BatchDims()))


def _strided_slice_options(table: Any) -> StridedSliceOptions:
    return StridedSliceOptions(
        begin_mask=int(table.BeginMask()),
        end_mask=int(table.EndMask()),
        ellipsis_mask=int(table.EllipsisMask()),
        new_axis_mask=int(table.NewAxisMask()),
        shrink_axis_mask=int(table.ShrinkAxisMask()),
        offset=bool(table.Offset()),
    )


def _batch_matmul_options(table: Any) -> BatchMatMulOptions:
    return BatchMatMulOptions(bool(table.AdjX()), bool(table.AdjY()))


def _lstm_options(table: Any) -> LstmOptions:
    return LstmOptions(
        activation=_activation(table),
        is_tanh=table.FusedActivationFunction() == tflite.ActivationFunctionType.TANH,
        cell_clip=_number(table.CellClip()),
        projection_clip=_number(table.ProjClip()),
        time_major=bool(table.TimeMajor()),
    )


def _variable_options(table: Any) -> VariableOptions:
    container, name = table.Container() or b"", table.SharedName() or b""
    return VariableOptions(b"/".join((container, name)).decode("utf-8", "replace"))


def _call_once_options(table: Any) -> CallOnceOptions:
    return CallOnceOptions(int(table.InitSubgraphIndex()))


def _call_options(table: Any) -> ControlFlowOptions:
    return ControlFlowOptions((int(table.Subgraph()),))


def _while_options(table: Any) -> ControlFlowOptions:
    return ControlFlowOptions((int(table.CondSubgraphIndex()), int(table.BodySubgraphIndex())))


def _if_options(table: Any) -> ControlFlowOptions:
    return ControlFlowOptions((int(table.ThenSubgraphIndex()), int(table.ElseSubgraphIndex())))


def _dimensions(count: int, item: Callable[[int], int]) -> DimensionsOptions:
    if not 0 <= count <= MOST_AXES:
        raise MalformedError(f"an option lists {count} axes")
    return DimensionsOptions(tuple(int(item(position)) for position in range(count)))


def _reshape_options(table: Any) -> DimensionsOptions:
    return _dimensions(table.NewShapeLength(), table.NewShape) if table else DimensionsOptions()


def _squeeze_options(table: Any) -> DimensionsOptions:
    return (
        _dimensions(table.SqueezeDimsLength(), table.SqueezeDims) if table else DimensionsOptions()
    )


@dataclass(frozen=True, slots=True)
class Schema:
    """What the .tflite schema says of a kind of operator; the default is one input, no options."""

    options: str = "NONE"
    """Name of its table of options."""
    read: Callable[[Any], object] | None = None
    data_inputs: tuple[int, int | None] = FIRST
    """Begin and end of the inputs that it computes on: not its weights, axes or shapes."""
    may_lack_options: bool = False
    """True: a file without the table means its defaults, and `read` is given None."""


def schema_of(kind: str) -> Schema:
    """What is known of a kind of operator."""
    return SCHEMAS.get(kind, _PLAIN)


def read_options(kind: str, record: Any) -> object:
    """The options of an operator's record; None where the kind has none, or none that we know.

    Raises MalformedError.
    """
    schema = schema_of(kind)
    if schema.read is None:
        return None
    union = record.BuiltinOptions()
    wanted = getattr(tflite.BuiltinOptions, schema.options)
    if union is None or record.BuiltinOptionsType() != wanted:
        if schema.may_lack_options:
            return schema.read(None)
        raise MalformedError(f"a {kind} operator has no options")
    table = getattr(tflite, schema.options)()
    table.Init(union.Bytes, union.Pos)
    return schema.read(table)


_PLAIN = Schema()

SCHEMAS = {
    "CONV_2D": Schema("Conv2DOptions", _conv_options),
    "DEPTHWISE_CONV_2D": Schema("DepthwiseConv2DOptions", _depthwise_options),
    "TRANSPOSE_CONV": Schema("TransposeConvOptions", _transpose_conv_options, THIRD),
    "FULLY_CONNECTED": Schema("FullyConnectedOptions", _dense_options),
    "ADD": Schema("AddOptions", _arithmetic_options, FIRST_TWO),
    "SUB": Schema("SubOptions", _arithmetic_options, FIRST_TWO),
    "MUL": Schema("MulOptions", _arithmetic_options, FIRST_TWO),
    "DIV": Schema("DivOptions", _arithmetic_options, FIRST_TWO),
    "L2_NORMALIZATION": Schema("L2NormOptions", _arithmetic_options),
    "SQUARED_DIFFERENCE": Schema(data_inputs=FIRST_TWO),
    "MAXIMUM": Schema(data_inputs=FIRST_TWO),
    "MINIMUM": Schema(data_inputs=FIRST_TWO),
    "MAX_POOL_2D": Schema("Pool2DOptions", _pool_options),
    "AVERAGE_POOL_2D": Schema("Pool2DOptions", _pool_options),
    "MEAN": Schema("ReducerOptions", _reduce_options),
    "SUM": Schema("ReducerOptions", _reduce_options),
    "REDUCE_MAX": Schema("ReducerOptions", _reduce_options),
    "REDUCE_MIN": Schema("ReducerOptions", _reduce_options),
    "REDUCE_PROD": Schema("ReducerOptions", _reduce_options),
    "CONCATENATION": Schema("ConcatenationOptions", _concatenation_options, ALL),
    "PACK": Schema("PackOptions", _axis_options, ALL),
    "UNPACK": Schema("UnpackOptions", _axis_options),
    "SPLIT": Schema(data_inputs=SECOND),
    "ADD_N": Schema(data_inputs=ALL),
    "RESHAPE": Schema("ReshapeOptions", _reshape_options, may_lack_options=True),
    "SQUEEZE": Schema("SqueezeOptions", _squeeze_options, may_lack_options=True),
    "STRIDED_SLICE": Schema("StridedSliceOptions", _strided_slice_options),
    "GATHER": Schema("GatherOptions", _gather_options),
    "SOFTMAX": Schema("SoftmaxOptions", _softmax_options),
    "LEAKY_RELU": Schema("LeakyReluOptions", _leaky_relu_options),
    "GELU": Schema("GeluOptions", _gelu_options, may_lack_options=True),
    "BATCH_MATMUL": Schema("BatchMatMulOptions", _batch_matmul_options, FIRST_TWO),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": Schema("UnidirectionalSequenceLSTMOptions", _lstm_options),
    "VAR_HANDLE": Schema("VarHandleOptions", _variable_options, NOTHING),
    "READ_VARIABLE": Schema(data_inputs=NOTHING),
    "ASSIGN_VARIABLE": Schema(data_inputs=SECOND),
    "CALL_ONCE": Schema("CallOnceOptions", _call_once_options, NOTHING),
    "CALL": Schema("CallOptions", _call_options, ALL),
    "WHILE": Schema("WhileOptions", _while_options, ALL),
    "IF": Schema("IfOptions", _if_options, ALL),
}
"""The operators that have options or other data inputs; all others need no row here."""
