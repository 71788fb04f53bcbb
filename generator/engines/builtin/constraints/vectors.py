# SPDX-License-Identifier: Apache-2.0
"""What the engine asks of several operators on vectors."""

from __future__ import annotations

from collections.abc import Callable

from generator.model.constraints import OperatorConstraint
from generator.model.constraints.scores import MOST_CLASSES, score_fault
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator, Tensor


def same_elements(fits: Callable[[Tensor, Tensor], bool]) -> OperatorConstraint:
    """The constraint on an operator that keeps its elements, and changes their shape or type."""

    def constraint(graph: Graph, operator: Operator) -> str | None:
        """RESHAPE and DEQUANTIZE must keep the elements; DEQUANTIZE makes FLOAT32.

        Convert the model again: the file contradicts itself.
        """
        source, target = graph.tensor_in(operator), graph.tensor_out(operator)
        if source.element_count == target.element_count and fits(source, target):
            return None
        shapes = [shape_text(tensor.shape) for tensor in (source, target)]
        return f"{source.dtype} {shapes[0]} -> {target.dtype} {shapes[1]}"

    return constraint


def scores_of_logits(graph: Graph, operator: Operator, least_classes: int) -> str | None:
    """What keeps an operator from making int8 scores of that many classes, or up to 256."""
    logits, scores = graph.tensor_in(operator), graph.tensor_out(operator)
    fault = score_fault(scores)
    if fault is not None:
        return fault
    if logits.shape != scores.shape or not least_classes <= scores.shape[-1] <= MOST_CLASSES:
        return f"{shape_text(logits.shape)} -> {shape_text(scores.shape)}"
    return None
