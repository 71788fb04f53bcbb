# SPDX-License-Identifier: Apache-2.0
"""Small int8 .tflite models made without TensorFlow: records of the schema, and layers on top.

`ModelBuilder` stacks layers and invents weights and scales that keep the values in range, so that
any network of it can be run by the reference interpreter. Its `tensors` and `operators` stay open
until `to_bytes()`, so that a test can damage them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import tflite
from numpy.typing import NDArray

BUFFER_ALIGNMENT = 16
SCHEMA_VERSION = 3

NO_ACTIVATION = tflite.ActivationFunctionType.NONE
RELU = tflite.ActivationFunctionType.RELU
RELU6 = tflite.ActivationFunctionType.RELU6

NUMPY_TYPES = {"INT8": np.int8, "INT32": np.int32, "FLOAT32": np.float32, "INT64": np.int64}


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


@dataclass
class OperatorRecord:
    """An operator to be written; `options` writes its options table and returns its offset."""

    kind: str
    inputs: list[int]
    outputs: list[int]
    options_type: int = 0
    options: Callable[[flatbuffers.Builder], int] | None = None


@dataclass(frozen=True)
class Weights:
    """What a layer's weights are like."""

    shape: tuple[int, ...]
    axis: int
    """Of the output channels."""
    activation: int
    per_channel: bool
    bias: bool = True

    @property
    def channels(self) -> int:
        """Output channels."""
        return self.shape[self.axis]


@dataclass
class ModelBuilder:
    """A stack of layers on a patch of frames x bands."""

    frames: int
    bands: int
    transposed: bool = False
    seed: int = 1
    input_scale: float = 0.0546875
    input_zero_point: int = 40
    tensors: list[TensorRecord] = field(default_factory=list)
    operators: list[OperatorRecord] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)
    outputs: list[int] | None = None

    def __post_init__(self) -> None:
        """Begin with the input, and the TRANSPOSE where there is one."""
        self.random = np.random.default_rng(self.seed)
        rows = (1, self.frames, self.bands, 1)
        turned = (1, self.bands, self.frames, 1)
        quantisation = ((self.input_scale,), (self.input_zero_point,))
        self.current = self._add(
            TensorRecord("input", turned if self.transposed else rows, "INT8", *quantisation)
        )
        self.inputs = [self.current]
        if self.transposed:
            order = self._constant("order", np.array([0, 2, 1, 3], dtype=np.int32))
            self._operate(
                "TRANSPOSE", [order], TensorRecord("transpose", rows, "INT8", *quantisation)
            )

    # --- layers ----------------------------------------------------------------------------------

    def conv(
        self,
        channels: int,
        kernel: tuple[int, int] = (3, 3),
        stride: tuple[int, int] = (1, 1),
        *,
        same: bool = True,
        activation: int = RELU,
        per_channel: bool = True,
    ) -> ModelBuilder:
        """CONV_2D."""
        weights = Weights((channels, *kernel, self._shape[3]), 0, activation, per_channel)
        return self._windowed("CONV_2D", weights, stride, same)

    def depthwise(
        self,
        kernel: tuple[int, int] = (3, 3),
        stride: tuple[int, int] = (1, 1),
        *,
        same: bool = True,
        activation: int = RELU,
        multiplier: int = 1,
        per_channel: bool = True,
    ) -> ModelBuilder:
        """DEPTHWISE_CONV_2D."""
        weights = Weights((1, *kernel, self._shape[3] * multiplier), 3, activation, per_channel)
        return self._windowed("DEPTHWISE_CONV_2D", weights, stride, same)

    def mean(self, *, keep_dims: bool = False, axes: Sequence[int] = (1, 2)) -> ModelBuilder:
        """MEAN over rows and bands."""
        source = self.tensors[self.current]
        channels = source.shape[3]
        shape = (1, 1, 1, channels) if keep_dims else (1, channels)
        constant = self._constant("axes", np.array(axes, dtype=np.int32))

        def options(builder: flatbuffers.Builder) -> int:
            tflite.ReducerOptionsStart(builder)
            tflite.ReducerOptionsAddKeepDims(builder, keep_dims)
            return int(tflite.ReducerOptionsEnd(builder))

        scale = float(np.float32(source.scales[0] * self.random.uniform(0.2, 1.2)))
        zero = source.zero_points[0] if source.zero_points[0] == -128 else self._zero_point()
        return self._operate(
            "MEAN",
            [constant],
            TensorRecord("mean", shape, scales=(scale,), zero_points=(zero,)),
            tflite.BuiltinOptions.ReducerOptions,
            options,
        )

    def reshape(self) -> ModelBuilder:
        """RESHAPE of a (1, 1, 1, n) to a (1, n) vector."""
        source = self.tensors[self.current]
        shape = (1, math.prod(source.shape))
        constant = self._constant("shape", np.array(shape, dtype=np.int32))
        target = TensorRecord(
            "reshape", shape, scales=source.scales, zero_points=source.zero_points
        )
        return self._operate("RESHAPE", [constant], target)

    def dense(
        self,
        outputs: int,
        *,
        activation: int = NO_ACTIVATION,
        per_channel: bool = False,
        bias: bool = True,
    ) -> ModelBuilder:
        """FULLY_CONNECTED."""
        weights = Weights((outputs, math.prod(self._shape)), 0, activation, per_channel, bias)

        def options(builder: flatbuffers.Builder) -> int:
            tflite.FullyConnectedOptionsStart(builder)
            tflite.FullyConnectedOptionsAddFusedActivationFunction(builder, activation)
            return int(tflite.FullyConnectedOptionsEnd(builder))

        constants, target = self._weighted("dense", weights)
        target.shape = (1, outputs)
        return self._operate(
            "FULLY_CONNECTED",
            constants,
            target,
            tflite.BuiltinOptions.FullyConnectedOptions,
            options,
        )

    def softmax(self, beta: float = 1.0) -> ModelBuilder:
        """SOFTMAX."""

        def options(builder: flatbuffers.Builder) -> int:
            tflite.SoftmaxOptionsStart(builder)
            tflite.SoftmaxOptionsAddBeta(builder, beta)
            return int(tflite.SoftmaxOptionsEnd(builder))

        target = TensorRecord("softmax", self._shape, scales=(1.0 / 256.0,), zero_points=(-128,))
        return self._operate("SOFTMAX", [], target, tflite.BuiltinOptions.SoftmaxOptions, options)

    def dequantize(self) -> ModelBuilder:
        """DEQUANTIZE."""
        return self._operate("DEQUANTIZE", [], TensorRecord("scores", self._shape, "FLOAT32"))

    def head(self, classes: int = 10) -> ModelBuilder:
        """MEAN, FULLY_CONNECTED, SOFTMAX, DEQUANTIZE."""
        return self.mean().dense(classes).softmax().dequantize()

    def with_ties(self) -> ModelBuilder:
        """Make all scales powers of two: products then often lie halfway between two outputs."""
        for tensor in self.tensors:
            tensor.scales = tuple(2.0 ** round(math.log2(scale)) for scale in tensor.scales)
        return self

    # --- what layers share -----------------------------------------------------------------------

    @property
    def _shape(self) -> tuple[int, ...]:
        return self.tensors[self.current].shape

    def _zero_point(self) -> int:
        return int(self.random.integers(-100, 100))

    def _add(self, tensor: TensorRecord) -> int:
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def _constant(self, name: str, values: NDArray[np.int32]) -> int:
        return self._add(TensorRecord(name, values.shape, "INT32", data=values))

    def _operate(
        self,
        kind: str,
        constants: list[int],
        target: TensorRecord,
        options_type: int = 0,
        options: Callable[[flatbuffers.Builder], int] | None = None,
    ) -> ModelBuilder:
        output = self._add(target)
        self.operators.append(
            OperatorRecord(kind, [self.current, *constants], [output], options_type, options)
        )
        self.current = output
        return self

    def _weighted(self, name: str, weights: Weights) -> tuple[list[int], TensorRecord]:
        """Random weights and biases, and an output (without shape) whose range they fill."""
        source = self.tensors[self.current]
        channels = weights.channels
        count = channels if weights.per_channel else 1
        root = math.sqrt(math.prod(weights.shape) // channels)
        scales = (self.random.uniform(0.5, 2.0, count) / (74.0 * root)).astype(np.float32)
        values = self.random.integers(-127, 128, weights.shape).astype(np.int8)
        constants = [
            self._add(
                TensorRecord(
                    f"{name}/weights",
                    weights.shape,
                    scales=tuple(map(float, scales)),
                    zero_points=(0,) * count,
                    axis=weights.axis,
                    data=values,
                )
            )
        ]
        spread = 74.0 * 60.0 * root
        if weights.bias:
            biases = self.random.normal(0.0, 0.7 * spread, channels).astype(np.int32)
            products = tuple(source.scales[0] * float(one) for one in scales)
            bias = TensorRecord(f"{name}/bias", (channels,), "INT32", products, (0,) * count)
            bias.data = biases
            constants.append(self._add(bias))
        real_spread = source.scales[0] * float(scales.mean()) * spread
        zero, widths = (-128, 3.0)
        if weights.activation == NO_ACTIVATION:
            zero, widths = self._zero_point(), 5.0
        scale = float(np.float32(widths * real_spread / 255.0))
        return constants, TensorRecord(name, (), scales=(scale,), zero_points=(zero,))

    def _windowed(
        self, kind: str, weights: Weights, stride: tuple[int, int], same: bool
    ) -> ModelBuilder:
        padding = tflite.Padding.SAME if same else tflite.Padding.VALID
        activation, multiplier = weights.activation, weights.channels // self._shape[3]
        lengths = [
            -(-(length - (0 if same else size - 1)) // step)
            for length, size, step in zip(self._shape[1:3], weights.shape[1:3], stride, strict=True)
        ]
        constants, target = self._weighted(f"layer{len(self.operators)}/{kind.lower()}", weights)
        target.shape = (1, lengths[0], lengths[1], weights.channels)

        def conv_options(builder: flatbuffers.Builder) -> int:
            tflite.Conv2DOptionsStart(builder)
            tflite.Conv2DOptionsAddPadding(builder, padding)
            tflite.Conv2DOptionsAddStrideH(builder, stride[0])
            tflite.Conv2DOptionsAddStrideW(builder, stride[1])
            tflite.Conv2DOptionsAddFusedActivationFunction(builder, activation)
            return int(tflite.Conv2DOptionsEnd(builder))

        def depthwise_options(builder: flatbuffers.Builder) -> int:
            tflite.DepthwiseConv2DOptionsStart(builder)
            tflite.DepthwiseConv2DOptionsAddPadding(builder, padding)
            tflite.DepthwiseConv2DOptionsAddStrideH(builder, stride[0])
            tflite.DepthwiseConv2DOptionsAddStrideW(builder, stride[1])
            tflite.DepthwiseConv2DOptionsAddDepthMultiplier(builder, multiplier)
            tflite.DepthwiseConv2DOptionsAddFusedActivationFunction(builder, activation)
            return int(tflite.DepthwiseConv2DOptionsEnd(builder))

        if kind == "CONV_2D":
            options_type, options = tflite.BuiltinOptions.Conv2DOptions, conv_options
        else:
            options_type = tflite.BuiltinOptions.DepthwiseConv2DOptions
            options = depthwise_options
        return self._operate(kind, constants, target, options_type, options)

    # --- the file --------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """The .tflite file."""
        builder = flatbuffers.Builder(1024)
        kinds = sorted({operator.kind for operator in self.operators})
        codes = [_write_code(builder, kind) for kind in kinds]
        buffers = [_write_buffer(builder, b"")]
        tensors = []
        for tensor in self.tensors:
            buffer = 0
            if tensor.data is not None:
                data = np.ascontiguousarray(tensor.data).tobytes()
                buffers.append(_write_buffer(builder, data))
                buffer = len(buffers) - 1
            tensors.append(_write_tensor(builder, tensor, buffer))
        operators = [_write_operator(builder, one, kinds) for one in self.operators]
        outputs = [self.current] if self.outputs is None else self.outputs
        subgraph = _write_subgraph(builder, tensors, operators, self.inputs, outputs)
        vectors = [_offsets(builder, items) for items in (codes, [subgraph], buffers)]
        description = builder.CreateString("tests/support/model_builder.py")
        tflite.ModelStart(builder)
        tflite.ModelAddVersion(builder, SCHEMA_VERSION)
        tflite.ModelAddOperatorCodes(builder, vectors[0])
        tflite.ModelAddSubgraphs(builder, vectors[1])
        tflite.ModelAddBuffers(builder, vectors[2])
        tflite.ModelAddDescription(builder, description)
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
    if quantisation:
        tflite.TensorAddQuantization(builder, quantisation)
    return int(tflite.TensorEnd(builder))


def _write_operator(
    builder: flatbuffers.Builder, operator: OperatorRecord, kinds: list[str]
) -> int:
    inputs = _numbers(builder, operator.inputs, np.int32)
    outputs = _numbers(builder, operator.outputs, np.int32)
    options = operator.options(builder) if operator.options else 0
    tflite.OperatorStart(builder)
    tflite.OperatorAddOpcodeIndex(builder, kinds.index(operator.kind))
    tflite.OperatorAddInputs(builder, inputs)
    tflite.OperatorAddOutputs(builder, outputs)
    if operator.options:
        tflite.OperatorAddBuiltinOptionsType(builder, operator.options_type)
        tflite.OperatorAddBuiltinOptions(builder, options)
    return int(tflite.OperatorEnd(builder))


def _write_subgraph(
    builder: flatbuffers.Builder,
    tensors: list[int],
    operators: list[int],
    inputs: list[int],
    outputs: list[int],
) -> int:
    vectors = [
        _offsets(builder, tensors),
        _numbers(builder, inputs, np.int32),
        _numbers(builder, outputs, np.int32),
        _offsets(builder, operators),
    ]
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, vectors[0])
    tflite.SubGraphAddInputs(builder, vectors[1])
    tflite.SubGraphAddOutputs(builder, vectors[2])
    tflite.SubGraphAddOperators(builder, vectors[3])
    return int(tflite.SubGraphEnd(builder))
