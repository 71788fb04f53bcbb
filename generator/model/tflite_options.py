# SPDX-License-Identifier: Apache-2.0
"""What the .tflite schema says of each kind of operator: its options, and which inputs are data."""

from __future__ import annotations

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
    ConvolutionOptions,
    DenseOptions,
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
)

FIRST = (0, 1)
FIRST_TWO = (0, 2)
SECOND = (1, 2)
ALL = (0, None)


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
    return SoftmaxOptions(float(np.float32(table.Beta())))


def _leaky_relu_options(table: Any) -> LeakyReluOptions:
    return LeakyReluOptions(float(np.float32(table.Alpha())))


def _gelu_options(table: Any) -> GeluOptions:
    return GeluOptions(bool(table.Approximate()))


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
        cell_clip=float(table.CellClip()),
        projection_clip=float(table.ProjClip()),
        time_major=bool(table.TimeMajor()),
    )


def _variable_options(table: Any) -> VariableOptions:
    container, name = table.Container() or b"", table.SharedName() or b""
    return VariableOptions(b"/".join((container, name)).decode("utf-8", "replace"))


def _call_once_options(table: Any) -> CallOnceOptions:
    return CallOnceOptions(int(table.InitSubgraphIndex()))


@dataclass(frozen=True, slots=True)
class Schema:
    """What the .tflite schema says of a kind of operator; the default is one input, no options."""

    options: str = "NONE"
    """Name of its table of options."""
    read: Callable[[Any], object] | None = None
    data_inputs: tuple[int, int | None] = FIRST
    """Begin and end of the inputs that it computes on: not its weights, axes or shapes."""

    @property
    def union_type(self) -> int:
        """The number of its options in the schema's union of them."""
        return int(getattr(tflite.BuiltinOptions, self.options))

    def table(self) -> Any:
        """An empty table of its options."""
        return getattr(tflite, self.options)()


SCHEMAS = {
    "CONV_2D": Schema("Conv2DOptions", _conv_options),
    "DEPTHWISE_CONV_2D": Schema("DepthwiseConv2DOptions", _depthwise_options),
    "FULLY_CONNECTED": Schema("FullyConnectedOptions", _dense_options),
    "ADD": Schema("AddOptions", _arithmetic_options, FIRST_TWO),
    "SUB": Schema("SubOptions", _arithmetic_options, FIRST_TWO),
    "MUL": Schema("MulOptions", _arithmetic_options, FIRST_TWO),
    "MAXIMUM": Schema(data_inputs=FIRST_TWO),
    "MINIMUM": Schema(data_inputs=FIRST_TWO),
    "MAX_POOL_2D": Schema("Pool2DOptions", _pool_options),
    "AVERAGE_POOL_2D": Schema("Pool2DOptions", _pool_options),
    "MEAN": Schema("ReducerOptions", _reduce_options),
    "SUM": Schema("ReducerOptions", _reduce_options),
    "REDUCE_MAX": Schema("ReducerOptions", _reduce_options),
    "REDUCE_MIN": Schema("ReducerOptions", _reduce_options),
    "CONCATENATION": Schema("ConcatenationOptions", _concatenation_options, ALL),
    "PACK": Schema("PackOptions", _axis_options, ALL),
    "UNPACK": Schema("UnpackOptions", _axis_options),
    "SPLIT": Schema(data_inputs=SECOND),
    "STRIDED_SLICE": Schema("StridedSliceOptions", _strided_slice_options),
    "GATHER": Schema("GatherOptions", _gather_options),
    "SOFTMAX": Schema("SoftmaxOptions", _softmax_options),
    "LEAKY_RELU": Schema("LeakyReluOptions", _leaky_relu_options),
    "GELU": Schema("GeluOptions", _gelu_options),
    "BATCH_MATMUL": Schema("BatchMatMulOptions", _batch_matmul_options, FIRST_TWO),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": Schema("UnidirectionalSequenceLSTMOptions", _lstm_options),
    "VAR_HANDLE": Schema("VarHandleOptions", _variable_options),
    "ASSIGN_VARIABLE": Schema(data_inputs=SECOND),
    "CALL_ONCE": Schema("CallOnceOptions", _call_once_options),
}
"""The operators that have options or other data inputs; all others need no row here."""
