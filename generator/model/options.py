# SPDX-License-Identifier: Apache-2.0
"""The options of operators as the .tflite file states them: strides, padding, fused activations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Padding(Enum):
    """How a convolution's window meets the border of its input."""

    SAME = "SAME"
    VALID = "VALID"


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
class WindowOptions:
    """Of operators with a window; pairs are height (rows, time), then width (bands)."""

    padding: Padding
    stride: tuple[int, int]
    activation: Activation


@dataclass(frozen=True, slots=True)
class ConvolutionOptions(WindowOptions):
    """CONV_2D and DEPTHWISE_CONV_2D."""

    dilation: tuple[int, int] = (1, 1)
    depth_multiplier: int = 1


@dataclass(frozen=True, slots=True)
class PoolOptions(WindowOptions):
    """MAX_POOL_2D and AVERAGE_POOL_2D."""

    size: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class DenseOptions:
    """FULLY_CONNECTED."""

    activation: Activation
    plain_weights: bool
    """False for the shuffled weight format that some converters write."""
    keep_dims: bool = False
    """True: the output keeps all axes of the input but the last."""


@dataclass(frozen=True, slots=True)
class ElementwiseOptions:
    """ADD, SUB, MUL, DIV and L2_NORMALIZATION."""

    activation: Activation


@dataclass(frozen=True, slots=True)
class ReduceOptions:
    """MEAN, SUM, REDUCE_MAX, REDUCE_MIN and REDUCE_PROD."""

    keep_dims: bool


MeanOptions = ReduceOptions


@dataclass(frozen=True, slots=True)
class SoftmaxOptions:
    """SOFTMAX."""

    beta: float


@dataclass(frozen=True, slots=True)
class ConcatenationOptions:
    """CONCATENATION."""

    axis: int
    activation: Activation


@dataclass(frozen=True, slots=True)
class AxisOptions:
    """PACK, UNPACK and GATHER: the axis that is made, removed or picked from."""

    axis: int
    count: int = 0
    """Tensors packed or unpacked."""


@dataclass(frozen=True, slots=True)
class SplitOptions:
    """SPLIT and SPLIT_V."""

    count: int


@dataclass(frozen=True, slots=True)
class StridedSliceOptions:
    """STRIDED_SLICE: masks with one bit an axis."""

    begin_mask: int
    end_mask: int
    ellipsis_mask: int
    new_axis_mask: int
    shrink_axis_mask: int
    offset: bool = False
    """True: the end is counted from the begin."""


@dataclass(frozen=True, slots=True)
class ShapeOptions:
    """RESHAPE's new shape or SQUEEZE's axes; empty where the file leaves them out."""

    values: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LeakyReluOptions:
    """LEAKY_RELU."""

    alpha: float


@dataclass(frozen=True, slots=True)
class GeluOptions:
    """GELU."""

    approximate: bool


@dataclass(frozen=True, slots=True)
class MatrixOptions:
    """BATCH_MATMUL: which of its inputs is transposed."""

    transposed: tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class LstmOptions:
    """UNIDIRECTIONAL_SEQUENCE_LSTM."""

    is_tanh: bool
    """True: the activation of cell input and output is tanh, as Keras has it."""
    cell_clip: float
    projection_clip: float
    time_major: bool


@dataclass(frozen=True, slots=True)
class VariableOptions:
    """VAR_HANDLE: the name of a variable; handles of one name are the same variable."""

    container: str
    name: str


@dataclass(frozen=True, slots=True)
class SubgraphOptions:
    """CALL_ONCE, CALL, WHILE and IF: the subgraphs that they call, as numbers in the file."""

    subgraphs: tuple[int, ...]
