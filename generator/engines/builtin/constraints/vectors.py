# SPDX-License-Identifier: Apache-2.0
"""What the engine asks of several operators on vectors."""

from __future__ import annotations

from collections.abc import Callable

from generator.model.constraints import OperatorConstraint
from generator.model.constraints.scores import MOST_SHARES, score_fault
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator, Tensor


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


def shares_of_one_sum(graph: Graph, operator: Operator) -> str | None:
    """SOFTMAX must share 1 among 2 to 511 values.

    Of more equal ones the reference interpreter would shift by more than 31 bits; for a single
    class take a sigmoid.
    """
    count = graph.tensor_out(operator).shape[-1]
    return None if 2 <= count <= MOST_SHARES else f"it has {count}"
