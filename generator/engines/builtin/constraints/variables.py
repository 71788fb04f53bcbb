# SPDX-License-Identifier: Apache-2.0
"""What the engine asks of variables."""

from __future__ import annotations

from generator.model.constraints.tensors import quantised_fault, reasonable, shape_text
from generator.model.graph import Graph, Operator
from generator.model.variables import Variable, variables_of


def variable_of(graph: Graph, handle: int) -> Variable | None:
    """The variable that a handle stands for; None for a tensor that is none."""
    return next((one for one in variables_of(graph) if handle in one.handles), None)


def int8_variable(graph: Graph, operator: Operator) -> str | None:
    """A variable must be int8 with one shape, one scale and one zero point.

    Convert the streaming model with full integer quantisation.
    """
    found = variable_of(graph, operator.outputs[0])
    if found is None or found.value is None:
        return "nothing reads or assigns it"
    value = found.value
    fault = quantised_fault(value)
    if fault is None and (not value.shape or not reasonable(value.shape)):
        fault = f"its shape is {shape_text(value.shape)}"
    return fault


def uniform_start(graph: Graph, operator: Operator) -> str | None:
    """A variable must begin with one and the same constant value in all elements.

    Begin with zeros, as streaming layers do, and keep the converter's initialisation (CALL_ONCE).
    """
    found = variable_of(graph, operator.outputs[0])
    if found is None or found.initial is None:
        return "nothing sets it to a constant before the first patch"
    initial = found.initial
    if initial.dtype != "INT8" or initial.shape != found.shape:
        return f"it begins as {initial.dtype} {shape_text(initial.shape)}"
    return None if len(set(initial.data or b"")) == 1 else "it begins with several"


def known_variable(graph: Graph, operator: Operator) -> str | None:
    """READ_VARIABLE and ASSIGN_VARIABLE must keep the variable's shape, scale and zero point.

    Convert the model again: the file contradicts itself.
    """
    found = variable_of(graph, operator.inputs[0])
    if found is None or found.value is None:
        return f"tensor {operator.inputs[0]} is no variable"
    moved = graph.tensors[(*operator.inputs[1:], *operator.outputs)[0]]
    if (moved.shape, moved.quantisation) != (found.shape, found.value.quantisation):
        return f"tensor {moved.index} has another shape, scale or zero point"
    return None
