# SPDX-License-Identifier: Apache-2.0
"""Variables that a model keeps between its runs: VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE.

Handles of one container and name are one variable. Its value at the start is what the subgraph of
a CALL_ONCE assigns to it; one that nothing assigns begins with zeros.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.model.graph import Graph, Operator, Subgraph, Tensor
from generator.model.options import CallOnceOptions, VariableOptions


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a model."""

    name: str
    handles: tuple[int, ...]
    """The main graph's tensors that stand for it."""
    value: Tensor | None
    """The first tensor that is read from it or assigned to it; None where nothing is."""
    initial: Tensor | None
    """The constant that it begins with; None: nothing sets it, or what sets it is no constant."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of its value; () where nothing reads or assigns it."""
        return self.value.shape if self.value is not None else ()


def variables_of(graph: Graph) -> tuple[Variable, ...]:
    """The model's variables in the order of their first handles."""
    handles = _handles(graph.operators)
    initial: dict[str, Tensor] = {}
    for operator in graph.operators:
        if operator.kind == "CALL_ONCE":
            number = operator.options_of(CallOnceOptions).subgraph
            if number > 0:
                initial |= _assigned(graph.subgraphs[number - 1])
    found: dict[str, list[int]] = {}
    for tensor, name in handles.items():
        found.setdefault(name, []).append(tensor)
    return tuple(
        Variable(name, tuple(tensors), _value(graph, tensors), initial.get(name))
        for name, tensors in found.items()
    )


def keeps_state(graph: Graph) -> bool:
    """Whether a patch's answer depends on the patches before it."""
    return any(operator.kind == "VAR_HANDLE" for operator in graph.operators)


def _handles(operators: tuple[Operator, ...]) -> Mapping[int, str]:
    return {
        operator.outputs[0]: operator.options_of(VariableOptions).name
        for operator in operators
        if operator.kind == "VAR_HANDLE"
    }


def _assigned(subgraph: Subgraph) -> dict[str, Tensor]:
    """What a subgraph assigns, as far as it is constant."""
    handles = _handles(subgraph.operators)
    return {
        handles[operator.inputs[0]]: subgraph.tensors[operator.inputs[1]]
        for operator in subgraph.operators
        if operator.kind == "ASSIGN_VARIABLE"
        and len(operator.inputs) == 2
        and operator.inputs[0] in handles
        and operator.inputs[1] >= 0
        and subgraph.tensors[operator.inputs[1]].data is not None
    }


def _value(graph: Graph, handles: list[int]) -> Tensor | None:
    for operator in graph.operators:
        if operator.inputs and operator.inputs[0] in handles:
            if operator.kind == "READ_VARIABLE" and operator.outputs:
                return graph.tensor_out(operator)
            if operator.kind == "ASSIGN_VARIABLE" and len(operator.inputs) == 2:
                return graph.tensor_in(operator, 1)
    return None
