# SPDX-License-Identifier: Apache-2.0
"""What the kernels on whole tensors ask of several operators."""

from __future__ import annotations

from generator.model.constraints.tensors import constant_integers, shape_text
from generator.model.graph import Graph, Operator


def same_quantisation(graph: Graph, operator: Operator) -> str | None:
    """Input and output must have one scale and one zero point.

    Convert with the TensorFlow Lite converter, which gives these operators their input's scale.
    """
    target = graph.tensor_out(operator).quantisation
    for index in operator.data_inputs:
        source = graph.tensors[index].quantisation
        if source and target and source != target:
            return (
                f"{source.scale:.6g} and zero point {source.zero_point}, "
                f"{target.scale:.6g} and zero point {target.zero_point}"
            )
    return None


def same_count(graph: Graph, operator: Operator) -> str | None:
    """An operator that only names the same elements again must keep their number.

    Convert the model again: the file contradicts itself.
    """
    source, target = graph.tensors[operator.data_inputs[0]], graph.tensor_out(operator)
    if source.element_count == target.element_count:
        return None
    return f"{shape_text(source.shape)} -> {shape_text(target.shape)}"


def constant_list(graph: Graph, operator: Operator, position: int = 1) -> tuple[int, ...] | None:
    """The constant integers of an input; None where it has none."""
    inputs = operator.inputs
    if position >= len(inputs) or inputs[position] < 0:
        return None
    return constant_integers(graph.tensors[inputs[position]])


def axes_of(graph: Graph, operator: Operator) -> tuple[int, ...] | None:
    """The axes of an operator that reduces, in order, none negative or twice; None: not constant
    or not of this tensor."""
    rank = len(graph.tensor_in(operator).shape)
    axes = constant_list(graph, operator)
    if axes is None or any(not -rank <= axis < rank for axis in axes):
        return None
    return tuple(sorted({axis % rank for axis in axes}))
