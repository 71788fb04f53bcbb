# SPDX-License-Identifier: Apache-2.0
"""What the kernels ask of convolutions."""

from __future__ import annotations

from collections.abc import Callable

from generator.engines.builtin.constraints.weights import (
    constant_int8_weights,
    constant_int32_bias,
    known_activation,
    multiplier_below_one,
    scales_for_channels,
    symmetric_weights,
)
from generator.model.constraints import OperatorConstraint, Tiers
from generator.model.constraints.tensors import reasonable, shape_text
from generator.model.graph import Graph, Operator
from generator.model.options import ConvolutionOptions, WindowOptions, output_sides

LARGEST_STRIDE = 16
LARGEST_DILATION = 256

WindowSize = Callable[[Graph, Operator], tuple[int, int]]
ChannelsFit = Callable[[Graph, Operator], bool]


def convolution_tiers(channel_axis: int, channels_fit: ChannelsFit) -> Tiers:
    """The constraints on a convolution whose weights have their output channels along an axis."""
    return (
        (constant_int8_weights(rank=4), constant_int32_bias),
        (
            known_activation,
            symmetric_weights,
            scales_for_channels(channel_axis),
            multiplier_below_one,
            dilation_in_range,
            stride_in_range,
            kernel_fits_channels(channels_fit),
        ),
        (output_shape_follows(kernel_reach),),
    )


def kernel_size(graph: Graph, operator: Operator) -> tuple[int, int]:
    """Rows and bands of a convolution's kernel."""
    rows, columns = graph.tensor_in(operator, 1).shape[1:3]
    return rows, columns


def kernel_reach(graph: Graph, operator: Operator) -> tuple[int, int]:
    """Rows and bands from a kernel's first tap to its last, with what dilation leaves out."""
    (rows, columns), dilation = kernel_size(graph, operator), dilation_of(operator)
    return (rows - 1) * dilation[0] + 1, (columns - 1) * dilation[1] + 1


def dilation_of(operator: Operator) -> tuple[int, int]:
    """A convolution's dilation along rows and bands."""
    return operator.options_of(ConvolutionOptions).dilation


def dilation_in_range(graph: Graph, operator: Operator) -> str | None:
    """Convolutions must have a dilation from 1 to 256.

    Convert the model again if this is not what it was built with.
    """
    dilation = dilation_of(operator)
    inside = all(1 <= step <= LARGEST_DILATION for step in dilation)
    return None if inside else f"it is {shape_text(dilation)}"


def stride_in_range(graph: Graph, operator: Operator) -> str | None:
    """Strides must be from 1 to 16.

    Convert the model again if this is not what it was built with.
    """
    stride = operator.options_of(WindowOptions).stride
    inside = all(1 <= length <= LARGEST_STRIDE for length in stride)
    return None if inside else f"they are {shape_text(stride)}"


def kernel_fits_channels(channels_fit: ChannelsFit) -> OperatorConstraint:
    """The constraint on a kernel's shape."""

    def constraint(graph: Graph, operator: Operator) -> str | None:
        """The kernel's shape must fit the channels: (out, h, w, in), depthwise (1, h, w, in * m).

        In a grouped convolution the kernel's inputs are those of a group. Convert the model again.
        """
        kernel = graph.tensor_in(operator, 1).shape
        if channels_fit(graph, operator) and reasonable(kernel):
            return None
        inputs, outputs = graph.tensor_in(operator).shape[3], graph.tensor_out(operator).shape[3]
        return f"kernel {shape_text(kernel)}, {inputs} channels in, {outputs} out"

    return constraint


def output_shape_follows(size_of: WindowSize) -> OperatorConstraint:
    """The constraint on the output of a window of that size."""

    def constraint(graph: Graph, operator: Operator) -> str | None:
        """The output's shape must follow from input, kernel, stride and padding.

        Convert the model again: the file contradicts itself.
        """
        source, target = graph.tensor_in(operator).shape, graph.tensor_out(operator).shape
        options = operator.options_of(WindowOptions)
        size = size_of(graph, operator)
        expected = output_sides(source[1:3], size, options.stride, options.padding)
        if target[1:3] == expected:
            return None
        return f"{shape_text(target[1:3])}, not {shape_text(expected)}"

    return constraint
