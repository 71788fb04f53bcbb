# SPDX-License-Identifier: Apache-2.0
"""The network as the .tflite file states it: tensors and operators, nothing interpreted yet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray


class Padding(Enum):
    """How a convolution's window meets the border of its input."""

    SAME = "SAME"
    VALID = "VALID"


SCORING = ("SOFTMAX", "LOGISTIC")
"""Operators that turn logits into scores: shares of one whole, or a share for each class."""


def output_length(length: int, kernel: int, stride: int, padding: Padding) -> int:
    """Rows or bands that a window makes of `length` (TFLite's ComputeOutSize)."""
    covered = 0 if padding is Padding.SAME else kernel - 1
    return -(-(length - covered) // stride)


class Activation(Enum):
    """The clamp fused into an operator's output."""

    NONE = "NONE"
    RELU = "RELU"
    RELU6 = "RELU6"
    RELU_N1_TO_1 = "RELU_N1_TO_1"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Quantisation:
    """real = scale * (stored - zero point), per tensor (one scale) or per channel of `axis`."""

    scales: tuple[float, ...]
    """float32 values, exactly representable as Python floats."""
    zero_points: tuple[int, ...]
    axis: int = 0

    @property
    def scale(self) -> float:
        """The scale of a tensor that is quantised as a whole."""
        return self.scales[0]

    @property
    def zero_point(self) -> int:
        """The zero point of a tensor that is quantised as a whole."""
        return self.zero_points[0]


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of the graph; constants carry their bytes."""

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    """The schema's name: INT8, INT32, FLOAT32…"""
    quantisation: Quantisation | None = None
    data: bytes | None = None

    @property
    def element_count(self) -> int:
        """Product of the dimensions."""
        return math.prod(self.shape)

    def int8_values(self) -> NDArray[np.int8]:
        """A constant INT8 tensor's values in its own shape."""
        return np.frombuffer(self._constant("INT8"), dtype=np.int8).reshape(self.shape)

    def int32_values(self) -> NDArray[np.int32]:
        """A constant INT32 tensor's values in its own shape."""
        return np.frombuffer(self._constant("INT32"), dtype="<i4").reshape(self.shape)

    def _constant(self, dtype: str) -> bytes:
        if self.data is None or self.dtype != dtype:
            raise ValueError(f"tensor {self.index} is not a constant of type {dtype}")
        return self.data


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """CONV_2D and DEPTHWISE_CONV_2D: height (rows, time) first, then width (bands)."""

    padding: Padding
    stride: tuple[int, int]
    dilation: tuple[int, int]
    activation: Activation
    depth_multiplier: int = 1


@dataclass(frozen=True, slots=True)
class DenseOptions:
    """FULLY_CONNECTED."""

    activation: Activation
    plain_weights: bool
    """False for the shuffled weight format that some converters write."""


@dataclass(frozen=True, slots=True)
class AddOptions:
    """ADD."""

    activation: Activation


@dataclass(frozen=True, slots=True)
class MeanOptions:
    """MEAN."""

    keep_dims: bool


@dataclass(frozen=True, slots=True)
class SoftmaxOptions:
    """SOFTMAX."""

    beta: float


Options = WindowOptions | DenseOptions | AddOptions | MeanOptions | SoftmaxOptions | None


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator; `inputs` and `outputs` are tensor indices, -1 for an absent optional input."""

    index: int
    kind: str
    """The schema's name: CONV_2D, MEAN…"""
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Options
    name: str
    """What the user can recognise: the output tensor's name, shortened."""

    def __str__(self) -> str:
        return f"operator {self.index} ({self.kind}, '{self.name}')"

    @property
    def data_inputs(self) -> tuple[int, ...]:
        """The tensors that an operator computes on, without weights, axes or shapes."""
        return self.inputs[: 2 if self.kind == "ADD" else 1]

    @property
    def activation(self) -> Activation:
        """The clamp fused into the output; NONE for operators that have none."""
        if isinstance(self.options, WindowOptions | DenseOptions | AddOptions):
            return self.options.activation
        return Activation.NONE

    @property
    def window_options(self) -> WindowOptions:
        """Options of a CONV_2D or DEPTHWISE_CONV_2D."""
        assert isinstance(self.options, WindowOptions)
        return self.options

    @property
    def dense_options(self) -> DenseOptions:
        """Options of a FULLY_CONNECTED."""
        assert isinstance(self.options, DenseOptions)
        return self.options

    @property
    def add_options(self) -> AddOptions:
        """Options of an ADD."""
        assert isinstance(self.options, AddOptions)
        return self.options

    @property
    def mean_options(self) -> MeanOptions:
        """Options of a MEAN."""
        assert isinstance(self.options, MeanOptions)
        return self.options

    @property
    def softmax_options(self) -> SoftmaxOptions:
        """Options of a SOFTMAX."""
        assert isinstance(self.options, SoftmaxOptions)
        return self.options


@dataclass(frozen=True, slots=True)
class Graph:
    """A whole model, checked: every index is valid and every operator is one that we can run."""

    name: str
    """The file's name without its suffix."""
    sha256: str
    """Of the .tflite file, in hexadecimal."""
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def input(self) -> GraphInput:
        """Scale, zero point and shape of what the front-end must deliver."""
        tensor = self.tensors[self.inputs[0]]
        assert tensor.quantisation is not None
        return GraphInput(tensor.quantisation.scale, tensor.quantisation.zero_point, tensor.shape)

    @property
    def transposed(self) -> bool:
        """True where the file takes (1, bands, frames, 1) and turns it round first."""
        return self.operators[0].kind == "TRANSPOSE"

    @property
    def end_of_rows(self) -> Operator | None:
        """The operator that turns rows into a vector: the first MEAN or RESHAPE."""
        ends = (one for one in self.operators if one.kind in ("MEAN", "RESHAPE"))
        return next(ends, None)

    @property
    def scoring(self) -> Operator:
        """The operator that makes the scores: the last SOFTMAX or LOGISTIC."""
        return next(one for one in reversed(self.operators) if one.kind in SCORING)

    @property
    def frames(self) -> int:
        """Rows of a patch: the time axis."""
        return self.input.shape[2 if self.transposed else 1]

    @property
    def bands(self) -> int:
        """Values of a frame: the frequency axis."""
        return self.input.shape[1 if self.transposed else 2]

    @property
    def classes(self) -> int:
        """Scores of a patch."""
        return self.tensors[self.outputs[0]].shape[-1]

    def tensor_in(self, operator: Operator, position: int = 0) -> Tensor:
        """The operator's input at `position`; IndexError where it has none."""
        return self.tensors[operator.inputs[position]]

    def tensor_out(self, operator: Operator) -> Tensor:
        """The operator's first output."""
        return self.tensors[operator.outputs[0]]


@dataclass(frozen=True, slots=True)
class GraphInput:
    """What a frame's int8 values mean: real = scale * (value - zero_point)."""

    scale: float
    zero_point: int
    shape: tuple[int, ...]
