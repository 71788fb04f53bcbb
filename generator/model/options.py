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
