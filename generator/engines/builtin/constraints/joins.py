# SPDX-License-Identifier: Apache-2.0
"""What the kernels ask of operators with many inputs or outputs."""

from __future__ import annotations

import math

from generator.model.constraints.tensors import quantised_fault, shape_text
from generator.model.graph import Graph, Operator


def all_int8(graph: Graph, operator: Operator) -> str | None:
    """All inputs must be int8 with one scale and one zero point, the output's.

    Convert with full integer quantisation (TFLITE_BUILTINS_INT8 and a representative_dataset).
    """
    target = graph.tensor_out(operator)
    for tensor in (graph.tensors[index] for index in operator.inputs):
        fault = quantised_fault(tensor)
        if fault is not None:
            return fault
        if tensor.quantisation != target.quantisation:
            return f"tensor {tensor.index} has another scale or zero point"
    return None


def pieces_fit(graph: Graph, operator: Operator, axis: int) -> str | None:
    """CONCATENATION must join tensors that differ along its axis only.

    Convert the model again: the file contradicts itself.
    """
    shapes = [graph.tensors[index].shape for index in operator.inputs]
    target = graph.tensor_out(operator).shape
    rank = len(target)
    if not -rank <= axis < rank or any(len(shape) != rank for shape in shapes):
        return f"axis {axis} of {shape_text(target)}"
    axis %= rank
    joined = sum(shape[axis] for shape in shapes)
    expected = (*shapes[0][:axis], joined, *shapes[0][axis + 1 :])
    same = all(
        shape[:axis] == target[:axis] and shape[axis + 1 :] == target[axis + 1 :]
        for shape in shapes
    )
    return None if same and target == expected else " + ".join(map(shape_text, shapes[:4]))


def layers_fit(graph: Graph, operator: Operator, axis: int) -> str | None:
    """PACK must stack tensors of one shape along a new axis.

    Convert the model again: the file contradicts itself.
    """
    shapes = [graph.tensors[index].shape for index in operator.inputs]
    target = graph.tensor_out(operator).shape
    rank = len(target)
    if not -rank <= axis < rank or len(set(shapes)) != 1:
        return f"axis {axis} of {shape_text(target)}"
    axis %= rank
    expected = (*shapes[0][:axis], len(shapes), *shapes[0][axis:])
    return None if target == expected else f"{shape_text(shapes[0])} -> {shape_text(target)}"


def parts_fit(graph: Graph, operator: Operator, axis: int | None) -> str | None:
    """SPLIT must cut its whole input along a constant axis, with one scale and zero point.

    Convert the model again: the file contradicts itself.
    """
    source = graph.tensors[operator.data_inputs[0]]
    rank = len(source.shape)
    if axis is None or not -rank <= axis < rank:
        return f"axis {axis} of {shape_text(source.shape)}"
    axis %= rank
    parts = [graph.tensors[index] for index in operator.outputs]
    for part in parts:
        rest = (*part.shape[:axis], source.shape[axis], *part.shape[axis + 1 :])
        if len(part.shape) != rank or rest != source.shape:
            return f"{shape_text(source.shape)} -> {shape_text(part.shape)}"
        if part.quantisation != source.quantisation:
            return f"tensor {part.index} has another scale or zero point"
    whole = sum(part.shape[axis] for part in parts)
    return None if whole == source.shape[axis] else f"{whole} of {source.shape[axis]}"


def slices_fit(graph: Graph, operator: Operator, axis: int) -> str | None:
    """UNPACK must take its input apart along an axis, with one scale and zero point.

    Convert the model again: the file contradicts itself.
    """
    source = graph.tensor_in(operator)
    rank = len(source.shape)
    if not -rank <= axis < rank or source.shape[axis % rank] != len(operator.outputs):
        return f"axis {axis} of {shape_text(source.shape)}, {len(operator.outputs)} outputs"
    axis %= rank
    expected = (*source.shape[:axis], *source.shape[axis + 1 :])
    for part in (graph.tensors[index] for index in operator.outputs):
        if part.shape != expected or part.quantisation != source.quantisation:
            return f"{shape_text(source.shape)} -> {shape_text(part.shape)}"
    return None if math.prod(expected) else "it has no elements"
