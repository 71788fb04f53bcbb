# SPDX-License-Identifier: Apache-2.0
"""What the engine asks of several operators on vectors."""

from __future__ import annotations

from collections.abc import Callable

from generator.model.constraints import OperatorConstraint
from generator.model.constraints.scores import MOST_SHARES, score_fault
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator, Tensor
from generator.model.options import SoftmaxOptions

LOG_SCALE, LOG_ZERO_POINT = 1.0 / 16.0, 127
"""Of int8 logarithms of probabilities: from -255/16 to 0."""

MOST_LOG_SHARES = 4095
"""The reference kernel sums exponentials of at most 1 in 12 integer bits."""

SMALLEST_LOGIT_SCALE, LARGEST_LOGIT_SCALE = 2.0**-24, 16.0


def same_elements(fits: Callable[[Tensor, Tensor], bool]) -> OperatorConstraint:
    """The constraint on an operator that keeps its elements, and changes their shape or type."""

    def constraint(graph: Graph, operator: Operator) -> str | None:
        """DEQUANTIZE must keep the elements and make FLOAT32 of them.

        Convert the model again: the file contradicts itself.
        """
        source, target = graph.tensor_in(operator), graph.tensor_out(operator)
        if source.element_count == target.element_count and fits(source, target):
            return None
        shapes = [shape_text(tensor.shape) for tensor in (source, target)]
        return f"{source.dtype} {shapes[0]} -> {target.dtype} {shapes[1]}"

    return constraint


def probabilities(graph: Graph, operator: Operator) -> str | None:
    """SOFTMAX and LOGISTIC must give int8 values of scale 1/256 and zero point -128.

    Convert with the TensorFlow Lite converter and int8 outputs, which makes them so.
    """
    logits, scores = graph.tensor_in(operator), graph.tensor_out(operator)
    fault = score_fault(scores)
    if fault is None and logits.shape != scores.shape:
        fault = f"{shape_text(logits.shape)} -> {shape_text(scores.shape)}"
    return fault


def log_probabilities(graph: Graph, operator: Operator) -> str | None:
    """LOG_SOFTMAX must give int8 values of scale 1/16 and zero point 127.

    Convert with the TensorFlow Lite converter and int8 outputs, which makes them so.
    """
    logits, scores = graph.tensor_in(operator), graph.tensor_out(operator)
    made = scores.quantisation
    assert made
    if logits.shape != scores.shape:
        return f"{shape_text(logits.shape)} -> {shape_text(scores.shape)}"
    if (made.scale, made.zero_point) == (LOG_SCALE, LOG_ZERO_POINT):
        return None
    return f"they have {made.scale:.6g} and {made.zero_point}"


def room_for_the_sum(graph: Graph, operator: Operator) -> str | None:
    """LOG_SOFTMAX must take at most 4,095 values along the last axis.

    The reference interpreter's sum of more could overflow: give the layer fewer values.
    """
    count = graph.tensor_out(operator).shape[-1]
    return None if count <= MOST_LOG_SHARES else f"it has {count}"


def logits_in_range(graph: Graph, operator: Operator) -> str | None:
    """SOFTMAX and LOG_SOFTMAX must take logits whose scale (x beta) is between 2^-24 and 16.

    Calibrate with more representative data.
    """
    logits = graph.tensor_in(operator).quantisation
    assert logits
    beta = operator.options_of(SoftmaxOptions).beta if operator.kind == "SOFTMAX" else 1.0
    scale = logits.scale * beta
    inside = SMALLEST_LOGIT_SCALE <= scale <= LARGEST_LOGIT_SCALE
    return None if inside else f"they have {scale:.6g}"


def shares_of_one_sum(graph: Graph, operator: Operator) -> str | None:
    """SOFTMAX must share 1 among 2 to 511 values.

    Of more equal ones the reference interpreter would shift by more than 31 bits; for a single
    class take a sigmoid.
    """
    count = graph.tensor_out(operator).shape[-1]
    return None if 2 <= count <= MOST_SHARES else f"it has {count}"
