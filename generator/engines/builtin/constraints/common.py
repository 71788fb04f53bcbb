# SPDX-License-Identifier: Apache-2.0
"""What the engine asks of every operator before it asks what the operator's own file says."""

from __future__ import annotations

from collections.abc import Callable

from generator.engines.builtin.registry import builtin_operator, builtin_operators
from generator.model.constraints import KNOWN, Tiers
from generator.model.constraints.tensors import quantised_fault, reasonable, shape_text
from generator.model.graph import Graph, Operator


def common_tiers() -> Tiers:
    """The constraints on an operator of any kind."""
    return (
        (needed_tensors, something_to_compute_on),
        (int8_tensors, known_shapes, reasonable_shapes),
        (rows_or_vectors,),
    )


def needed_tensors(graph: Graph, operator: Operator) -> str | None:
    """An operator must have its inputs and one output.

    Convert the model again: the file is damaged or from another schema.
    """
    needed = builtin_operator(operator).inputs_needed
    present = [index for index in operator.inputs[:needed] if index >= 0]
    several = builtin_operator(operator).several_outputs
    if len(present) < needed or (len(operator.outputs) != 1 and not several):
        return f"it has {len(present)} inputs and {len(operator.outputs)} outputs"
    return None


def something_to_compute_on(graph: Graph, operator: Operator) -> str | None:
    """An operator must take what the input or an earlier operator makes.

    Remove layers that compute on constants alone, or let the converter fold them.
    """
    facts = builtin_operator(operator)
    reads = facts.on_tensors is not None and facts.on_tensors.variable is not None
    if operator.data_inputs or reads or facts.makes_constants or not facts.computes:
        return None
    return "all its inputs are constants"


def int8_tensors(graph: Graph, operator: Operator) -> str | None:
    """Inputs and outputs must be int8 with one scale and one zero point each.

    Convert with full integer quantisation (TFLITE_BUILTINS_INT8 and a representative_dataset).
    """
    if not builtin_operator(operator).computes:
        return None
    if builtin_operator(operator).int8_output:
        for index in operator.outputs:
            fault = quantised_fault(graph.tensors[index])
            if fault is not None:
                return fault
    for index in operator.data_inputs:
        fault = quantised_fault(graph.tensors[index])
        if fault is not None:
            return KNOWN if _is_told_elsewhere(graph, index) else fault
    return None


def _is_told_elsewhere(graph: Graph, tensor: int) -> bool:
    """Whether a tensor that is not int8 is the model's input, or another operator's fault."""
    if tensor in graph.inputs:
        return True
    makers = [one for one in graph.operators if tensor in one.outputs]
    known = builtin_operators()
    return any(one.kind not in known or known[one.kind].int8_output for one in makers)


def known_shapes(graph: Graph, operator: Operator) -> str | None:
    """Shapes must be static.

    Fix the batch size to 1, and every other length, before conversion.
    """
    return _odd_shape(graph, operator, lambda shape: not shape or min(shape) < 1)


def reasonable_shapes(graph: Graph, operator: Operator) -> str | None:
    """Shapes must have at most 65536 a dimension.

    Make the layer smaller: pool before Flatten, or give it less channels.
    """
    return _odd_shape(
        graph, operator, lambda shape: bool(shape) and min(shape) >= 1 and not reasonable(shape)
    )


def _odd_shape(
    graph: Graph, operator: Operator, is_odd: Callable[[tuple[int, ...]], bool]
) -> str | None:
    if not builtin_operator(operator).computes:
        return None
    for tensor in (graph.tensors[one] for one in (*operator.data_inputs, *operator.outputs)):
        if is_odd(tensor.shape):
            return f"tensor {tensor.index} has shape {shape_text(tensor.shape)}"
    return None


def rows_or_vectors(graph: Graph, operator: Operator) -> str | None:
    """Convolutions and pools must take (1, rows, bands, channels); DEQUANTIZE takes a vector.

    Place them before global average pooling or Flatten, and DEQUANTIZE at the end.
    """
    if not operator.inputs or not operator.outputs:
        return None
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    if builtin_operator(operator).shapes(source, target):
        return None
    return f"{shape_text(source.shape)} -> {shape_text(target.shape)}"
