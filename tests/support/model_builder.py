# SPDX-License-Identifier: Apache-2.0
"""Small int8 .tflite models made without TensorFlow, layer by layer.

`ModelBuilder` stacks layers and invents weights and scales that keep the values in range, so that
any network of it can be run by the reference interpreter. Its `tensors` and `operators` stay open
until `to_bytes()`, so that a test can damage them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import flatbuffers
import numpy as np
import tflite
from numpy.typing import NDArray

from tests.support.tflite_writer import OperatorRecord, TensorRecord, write_model

NO_ACTIVATION = tflite.ActivationFunctionType.NONE
RELU = tflite.ActivationFunctionType.RELU
RELU6 = tflite.ActivationFunctionType.RELU6


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
        self.metadata: dict[str, bytes] = {}
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

    def pad(
        self,
        rows: tuple[int, int],
        bands: tuple[int, int],
        *,
        channels: tuple[int, int] = (0, 0),
        value: int | None = None,
    ) -> ModelBuilder:
        """PAD; with an int8 `value` PADV2."""
        source = self.tensors[self.current]
        borders = ((0, 0), rows, bands, channels)
        constants = [self._constant("borders", np.array(borders, dtype=np.int32))]
        quantisation = source.scales, source.zero_points
        if value is not None:
            data = np.array(value, dtype=np.int8)
            constants.append(self._add(TensorRecord("value", (), "INT8", *quantisation, data=data)))
        shape = tuple(length + sum(one) for length, one in zip(source.shape, borders, strict=True))
        target = TensorRecord(f"layer{len(self.operators)}/pad", shape, "INT8", *quantisation)
        return self._operate("PAD" if value is None else "PADV2", constants, target)

    def add(self, other: int, *, activation: int = NO_ACTIVATION) -> ModelBuilder:
        """ADD of the current tensor and tensor `other`, in this order."""
        first, second = self.tensors[self.current], self.tensors[other]

        def options(builder: flatbuffers.Builder) -> int:
            tflite.AddOptionsStart(builder)
            tflite.AddOptionsAddFusedActivationFunction(builder, activation)
            return int(tflite.AddOptionsEnd(builder))

        scale = float(
            np.float32((first.scales[0] + second.scales[0]) * self.random.uniform(0.4, 0.9))
        )
        zero = self._zero_point() if activation == NO_ACTIVATION else -128
        target = TensorRecord(
            f"layer{len(self.operators)}/add", first.shape, "INT8", (scale,), (zero,)
        )
        return self._operate("ADD", [other], target, tflite.BuiltinOptions.AddOptions, options)

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

    def sigmoid(self) -> ModelBuilder:
        """LOGISTIC."""
        target = TensorRecord("sigmoid", self._shape, scales=(1.0 / 256.0,), zero_points=(-128,))
        return self._operate("LOGISTIC", [], target)

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

    def to_bytes(self) -> bytes:
        """The .tflite file."""
        outputs = [self.current] if self.outputs is None else self.outputs
        return write_model(
            self.tensors, self.operators, self.inputs, outputs, metadata=self.metadata
        )
