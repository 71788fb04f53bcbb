# SPDX-License-Identifier: Apache-2.0
"""Constraints on operators with weights."""

from __future__ import annotations

from generator.model.constraints.tensors import reasonable, shape_text
from generator.model.graph import Activation, Graph, Operator, output_length

LARGEST_STRIDE = 16
LARGEST_MULTIPLIER = 0.999999


def constant_int8_weights(graph: Graph, operator: Operator) -> str | None:
    """Weights must be constant int8 tensors.

    Convert with full integer quantisation; float16, int4 and int16 weights cannot run.
    """
    weights = graph.tensor_in(operator, 1)
    if weights.dtype != "INT8" or weights.data is None:
        return f"tensor {weights.index} is {weights.dtype}{'' if weights.data else ', no constant'}"
    rank = 2 if operator.kind == "FULLY_CONNECTED" else 4
    return None if len(weights.shape) == rank else f"their shape is {shape_text(weights.shape)}"


def constant_int32_bias(graph: Graph, operator: Operator) -> str | None:
    """A bias must be a constant int32 tensor with one value for each output channel.

    Convert with int8 activations (16x8 quantisation makes int64 biases).
    """
    if len(operator.inputs) < 3 or operator.inputs[2] < 0:
        return None
    bias = graph.tensor_in(operator, 2)
    channels = graph.tensor_out(operator).shape[-1]
    if bias.dtype != "INT32" or bias.data is None or bias.shape != (channels,):
        return (
            f"tensor {bias.index} is {bias.dtype} {shape_text(bias.shape)} for {channels} channels"
        )
    return None


def plain_dense(graph: Graph, operator: Operator) -> str | None:
    """FULLY_CONNECTED must have plain weights of outputs x inputs.

    Convert without the shuffled weight format.
    """
    if operator.kind != "FULLY_CONNECTED":
        return None
    weights = graph.tensor_in(operator, 1)
    expected = (graph.tensor_out(operator).element_count, graph.tensor_in(operator).element_count)
    if not operator.dense_options.plain_weights:
        return "the weights are shuffled"
    return (
        None
        if weights.shape == expected
        else f"{shape_text(weights.shape)}, not {shape_text(expected)}"
    )


def symmetric_weights(graph: Graph, operator: Operator) -> str | None:
    """Weights must be symmetric: every zero point 0.

    Convert with the TensorFlow Lite converter's int8 scheme.
    """
    quantisation = graph.tensor_in(operator, 1).quantisation
    if quantisation is None:
        return "they have no scale"
    odd = [zero for zero in quantisation.zero_points if zero != 0]
    return f"{len(odd)} zero points differ from 0, the first is {odd[0]}" if odd else None


def scales_for_channels(graph: Graph, operator: Operator) -> str | None:
    """Weights must have one scale, or one for each output channel.

    Convert with the TensorFlow Lite converter's per-channel int8 scheme.
    """
    weights = graph.tensor_in(operator, 1)
    quantisation = weights.quantisation
    if quantisation is None:
        return None
    axis = 3 if operator.kind == "DEPTHWISE_CONV_2D" else 0
    count = len(quantisation.scales)
    if count == 1 or (quantisation.axis == axis and count == weights.shape[axis]):
        return None
    return f"{count} scales along axis {quantisation.axis} of {shape_text(weights.shape)}"


def known_activation(graph: Graph, operator: Operator) -> str | None:
    """A fused activation must be RELU, RELU6, RELU_N1_TO_1 or none.

    Use one of those, or fold the activation out of the layer.
    """
    return "it is another one" if operator.activation is Activation.OTHER else None


def multiplier_below_one(graph: Graph, operator: Operator) -> str | None:
    """Input scale x weight scale / output scale must be below 1.

    One step of the output would be finer than one step of the product; calibrate with more
    representative data.
    """
    source, target = graph.tensor_in(operator).quantisation, graph.tensor_out(operator).quantisation
    weights = graph.tensor_in(operator, 1).quantisation
    if not (source and target and weights):
        return None
    factor = source.scale / target.scale
    high = [index for index, w in enumerate(weights.scales) if w * factor > LARGEST_MULTIPLIER]
    if not high:
        return None
    return f"channel {high[0]} has {weights.scales[high[0]] * factor:.6g} ({len(high)} such)"


def dilation_of_one(graph: Graph, operator: Operator) -> str | None:
    """Convolutions must have dilation 1.

    Use a larger stride or kernel instead.
    """
    dilation = operator.window_options.dilation
    return None if dilation == (1, 1) else f"it is {shape_text(dilation)}"


def stride_in_range(graph: Graph, operator: Operator) -> str | None:
    """Strides must be from 1 to 16.

    Convert the model again if this is not what it was built with.
    """
    stride = operator.window_options.stride
    inside = all(1 <= length <= LARGEST_STRIDE for length in stride)
    return None if inside else f"they are {shape_text(stride)}"


def kernel_fits_channels(graph: Graph, operator: Operator) -> str | None:
    """The kernel's shape must fit the channels: (out, h, w, in), depthwise (1, h, w, in * m).

    Grouped convolutions cannot run; use a depthwise or a full one.
    """
    kernel = graph.tensor_in(operator, 1).shape
    inputs, outputs = graph.tensor_in(operator).shape[3], graph.tensor_out(operator).shape[3]
    if operator.kind == "CONV_2D":
        fits = kernel[3] == inputs and kernel[0] == outputs
    else:
        multiplier = operator.window_options.depth_multiplier
        fits = kernel[0] == 1 and kernel[3] == outputs == inputs * multiplier
    fits = fits and reasonable(kernel)
    return None if fits else f"kernel {shape_text(kernel)}, {inputs} channels in, {outputs} out"


def output_shape_follows(graph: Graph, operator: Operator) -> str | None:
    """The output's shape must follow from input, kernel, stride and padding.

    Convert the model again: the file contradicts itself.
    """
    source, target = graph.tensor_in(operator).shape, graph.tensor_out(operator).shape
    size = graph.tensor_in(operator, 1).shape[1:3]
    options = operator.window_options
    expected = tuple(
        output_length(length, kernel, stride, options.padding)
        for length, kernel, stride in zip(source[1:3], size, options.stride, strict=True)
    )
    return (
        None
        if target[1:3] == expected
        else f"{shape_text(target[1:3])}, not {shape_text(expected)}"
    )
