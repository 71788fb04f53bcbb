# SPDX-License-Identifier: Apache-2.0
"""What the kernels ask of operators with weights."""

from __future__ import annotations

from generator.engines.builtin.fixed_point import ADD_LEFT_SHIFT
from generator.model.constraints import OperatorConstraint
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator
from generator.model.options import Activation

LARGEST_MULTIPLIER = 0.999999

_NO_BIAS = "it has none, which TensorFlow Lite refuses"


def constant_int8_weights(rank: int) -> OperatorConstraint:
    """The constraint on weights of so many dimensions."""

    def constraint(graph: Graph, operator: Operator) -> str | None:
        """Weights must be constant int8 tensors.

        Convert with full integer quantisation; float16, int4 and int16 weights cannot run.
        """
        weights = graph.tensor_in(operator, 1)
        if weights.dtype != "INT8" or weights.data is None:
            what = "" if weights.data else ", no constant"
            return f"tensor {weights.index} is {weights.dtype}{what}"
        shape = weights.shape
        return None if len(shape) == rank else f"their shape is {shape_text(shape)}"

    return constraint


def constant_int32_bias(graph: Graph, operator: Operator) -> str | None:
    """A bias must be a constant int32 tensor with one value for each output channel.

    Convert with int8 activations (16x8 quantisation makes int64 biases).
    """
    if len(operator.inputs) < 3:
        return _NO_BIAS if operator.kind == "CONV_2D" else None
    if operator.inputs[2] < 0:
        return _NO_BIAS if operator.kind in ("CONV_2D", "DEPTHWISE_CONV_2D") else None
    bias = graph.tensor_in(operator, 2)
    channels = graph.tensor_out(operator).shape[-1]
    if bias.dtype != "INT32" or bias.data is None or bias.shape != (channels,):
        return (
            f"tensor {bias.index} is {bias.dtype} {shape_text(bias.shape)} for {channels} channels"
        )
    return None


def symmetric_weights(graph: Graph, operator: Operator) -> str | None:
    """Weights must be symmetric: every zero point 0.

    Convert with the TensorFlow Lite converter's int8 scheme.
    """
    quantisation = graph.tensor_in(operator, 1).quantisation
    if quantisation is None:
        return "they have no scale"
    odd = [zero for zero in quantisation.zero_points if zero != 0]
    return f"{len(odd)} zero points differ from 0, the first is {odd[0]}" if odd else None


def scales_for_channels(axis: int) -> OperatorConstraint:
    """The constraint on weights whose output channels are along `axis`."""

    def constraint(graph: Graph, operator: Operator) -> str | None:
        """Weights must have one scale, or one for each output channel.

        Convert with the TensorFlow Lite converter's per-channel int8 scheme.
        """
        weights = graph.tensor_in(operator, 1)
        quantisation = weights.quantisation
        if quantisation is None:
            return None
        count = len(quantisation.scales)
        if count == 1 or (quantisation.axis == axis and count == weights.shape[axis]):
            return None
        return f"{count} scales along axis {quantisation.axis} of {shape_text(weights.shape)}"

    return constraint


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


def sum_multiplier_below_one(graph: Graph, operator: Operator) -> str | None:
    """The larger input scale / output scale must be below 2^19.

    TensorFlow Lite refuses such a sum; calibrate with more representative data.
    """
    target = graph.tensor_out(operator).quantisation
    sources = [graph.tensors[index].quantisation for index in operator.inputs[:2] if index >= 0]
    largest = max((source.scale for source in sources if source), default=0.0)
    if target is None or 2.0 * largest < (1 << ADD_LEFT_SHIFT) * target.scale:
        return None
    return f"it is {largest / target.scale:.6g}"
