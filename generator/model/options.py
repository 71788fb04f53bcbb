# SPDX-License-Identifier: Apache-2.0
"""The options of operators as the .tflite file states them: strides, padding, fused activations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Padding(Enum):
    """How a convolution's window meets the border of its input."""

    SAME = "SAME"
    VALID = "VALID"


@dataclass(frozen=True, slots=True)
class Borders:
    """Zeros around a convolution's input, counted; pairs are rows, then bands.

    No file states them so: they are those of a PAD before it (generator.model.borders).
    """

    before: tuple[int, int]
    after: tuple[int, int]

    def turned(self) -> Borders:
        """With rows and bands exchanged."""
        return Borders(self.before[::-1], self.after[::-1])


def output_length(length: int, kernel: int, stride: int, padding: Padding) -> int:
    """Rows or bands that a window makes of `length` (TFLite's ComputeOutSize)."""
    covered = 0 if padding is Padding.SAME else kernel - 1
    return -(-(length - covered) // stride)


def output_sides(
    sides: tuple[int, ...],
    size: tuple[int, int],
    stride: tuple[int, int],
    padding: Padding | Borders,
) -> tuple[int, ...]:
    """Rows and bands that a window makes of `sides`, its input's rows and bands."""
    if isinstance(padding, Borders):
        added = zip(sides, padding.before, padding.after, strict=True)
        sides, padding = tuple(map(sum, added)), Padding.VALID
    return tuple(
        output_length(length, kernel, step, padding)
        for length, kernel, step in zip(sides, size, stride, strict=True)
    )


class Activation(Enum):
    """The clamp fused into an operator's output."""

    NONE = "NONE"
    RELU = "RELU"
    RELU6 = "RELU6"
    RELU_N1_TO_1 = "RELU_N1_TO_1"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """Of operators with a window; pairs are height (rows, time), then width (bands)."""

    padding: Padding | Borders
    stride: tuple[int, int]
    activation: Activation


CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")
"""The operators that have ConvolutionOptions."""


@dataclass(frozen=True, slots=True)
class ConvolutionOptions(WindowOptions):
    """CONV_2D and DEPTHWISE_CONV_2D."""

    dilation: tuple[int, int] = (1, 1)
    depth_multiplier: int = 1


@dataclass(frozen=True, slots=True)
class DenseOptions:
    """FULLY_CONNECTED."""

    activation: Activation
    plain_weights: bool
    """False for the shuffled weight format that some converters write."""
    keep_dims: bool = False
    """True: the output keeps the input's rank."""


@dataclass(frozen=True, slots=True)
class PoolOptions(WindowOptions):
    """MAX_POOL_2D and AVERAGE_POOL_2D."""

    size: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class ArithmeticOptions:
    """ADD, SUB, MUL, DIV and L2_NORMALIZATION."""

    activation: Activation


@dataclass(frozen=True, slots=True)
class ConcatenationOptions:
    """CONCATENATION."""

    activation: Activation
    axis: int
    """Negative: counted from the end."""


@dataclass(frozen=True, slots=True)
class ReduceOptions:
    """MEAN, SUM, REDUCE_MAX, REDUCE_MIN and REDUCE_PROD."""

    keep_dims: bool


@dataclass(frozen=True, slots=True)
class AxisOptions:
    """PACK and UNPACK."""

    axis: int
    """Negative: counted from the end."""


@dataclass(frozen=True, slots=True)
class GatherOptions:
    """GATHER."""

    axis: int
    batch_dims: int


@dataclass(frozen=True, slots=True)
class StridedSliceOptions:
    """STRIDED_SLICE: bit i of a mask speaks of position i of begin, end and strides."""

    begin_mask: int
    """Positions whose begin is ignored."""
    end_mask: int
    ellipsis_mask: int
    new_axis_mask: int
    shrink_axis_mask: int
    """Positions of one element, whose axis the output has not."""
    offset: bool
    """True: end is counted from begin."""


@dataclass(frozen=True, slots=True)
class SoftmaxOptions:
    """SOFTMAX."""

    beta: float


@dataclass(frozen=True, slots=True)
class LeakyReluOptions:
    """LEAKY_RELU."""

    alpha: float


@dataclass(frozen=True, slots=True)
class GeluOptions:
    """GELU."""

    approximate: bool
    """True: by tanh; False: by erf."""


@dataclass(frozen=True, slots=True)
class BatchMatMulOptions:
    """BATCH_MATMUL: which of its inputs it takes transposed."""

    transpose_first: bool
    transpose_second: bool


@dataclass(frozen=True, slots=True)
class LstmOptions:
    """UNIDIRECTIONAL_SEQUENCE_LSTM."""

    activation: Activation
    is_tanh: bool
    """Whether the activation is the one that the integer kernel computes."""
    cell_clip: float
    """0: none."""
    projection_clip: float
    time_major: bool


@dataclass(frozen=True, slots=True)
class VariableOptions:
    """VAR_HANDLE."""

    name: str
    """The same for all handles of one variable."""


@dataclass(frozen=True, slots=True)
class CallOnceOptions:
    """CALL_ONCE: runs a subgraph before the first invocation."""

    subgraph: int


@dataclass(frozen=True, slots=True)
class ControlFlowOptions:
    """CALL, WHILE and IF: the subgraphs that they call, as numbers in the file."""

    subgraphs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DimensionsOptions:
    """RESHAPE's new shape or SQUEEZE's axes; empty where the file leaves them out."""

    values: tuple[int, ...] = ()
