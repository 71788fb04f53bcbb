# SPDX-License-Identifier: Apache-2.0
"""What the engine asks of every operator before it asks what the operator's own file says."""

from __future__ import annotations

from generator.engines.builtin.constraints.refused import reason_text
from generator.engines.builtin.registry import builtin_operator, builtin_operators
from generator.model.constraints import OperatorConstraint, Tiers
from generator.model.constraints.tensors import quantised_fault, reasonable, shape_text
from generator.model.graph import Graph, Operator


def common_tiers() -> Tiers:
    """The constraints on an operator of any kind."""
    return (
        (supported_operator(),),
        (needed_tensors, something_to_compute_on),
        (int8_tensors, reasonable_shapes),
        (rows_or_vectors,),
    )


def supported_operator() -> OperatorConstraint:
    """The constraint on an operator's kind, with the list of those that can run."""
    known = builtin_operators()
    plain = ", ".join(one.kind for one in known.values() if not one.listed_as)
    others = " and ".join(one.listed_as for one in known.values() if one.listed_as)

    def constraint(graph: Graph, operator: Operator) -> str | None:
        if operator.kind in known:
            return None
        return f"{operator.kind} is not among them{reason_text(operator.kind)}"

    constraint.__doc__ = f"""Only {plain} can run.

    And {others}. Batch normalisation fuses into convolutions on conversion; QUANTIZE disappears
    with inference_input_type=tf.int8.
    """
    return constraint


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
    tensors = [graph.tensors[index] for index in operator.data_inputs]
    if builtin_operator(operator).int8_output:
        tensors += [graph.tensors[index] for index in operator.outputs]
    return next((fault for tensor in tensors if (fault := quantised_fault(tensor))), None)


def reasonable_shapes(graph: Graph, operator: Operator) -> str | None:
    """Shapes must be static and of at most 65536 a dimension.

    Fix the batch size to 1 before conversion.
    """
    if not builtin_operator(operator).computes:
        return None
    for tensor in (graph.tensors[one] for one in (*operator.data_inputs, *operator.outputs)):
        if not tensor.shape or not reasonable(tensor.shape):
            return f"tensor {tensor.index} has shape {shape_text(tensor.shape)}"
    return None


def rows_or_vectors(graph: Graph, operator: Operator) -> str | None:
    """Layers on rows take and make (1, rows, bands, channels); the tail's take vectors.

    Place FULLY_CONNECTED after global average pooling or Flatten, convolutions before it.
    """
    if not operator.inputs or not operator.outputs:
        return None
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    if builtin_operator(operator).shapes(source, target):
        return None
    return f"{shape_text(source.shape)} -> {shape_text(target.shape)}"
