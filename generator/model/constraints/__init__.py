# SPDX-License-Identifier: Apache-2.0
"""What a model must fulfil whatever engine runs it, and how constraints are asked.

A constraint's docstring is what the user reads: its first line says what must hold, the rest is the
remedy. The function returns in which way the model breaks it, or None. What an engine can compute
is asked by that engine, with constraints of the same form.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable

from generator.errors import Fault
from generator.model.constraints import model
from generator.model.graph import Graph, Operator

ModelConstraint = Callable[[Graph], str | None]
OperatorConstraint = Callable[[Graph, Operator], str | None]
Tiers = tuple[tuple[OperatorConstraint, ...], ...]
"""An operator that breaks a constraint of one tier is not asked those of the next, whose answers
would make no sense; all other operators still are, so that the user sees every fault at once."""

INPUT_CONSTRAINTS: tuple[ModelConstraint, ...] = (
    model.one_input_and_one_output,
    model.int8_input,
    model.spectrogram_input,
)

FLOW_CONSTRAINTS: tuple[ModelConstraint, ...] = (
    model.flow_from_input_to_output,
    model.vector_at_the_end,
)
"""To be asked when everything else is in order."""


def model_faults(graph: Graph, asked: Iterable[ModelConstraint]) -> list[Fault]:
    """One fault for each broken constraint on the model as a whole."""
    return [
        fault_of(constraint, graph.name, detail)
        for constraint in asked
        if (detail := constraint(graph)) is not None
    ]


def operator_faults(graph: Graph, operator: Operator, tiers: Tiers) -> list[Fault]:
    """One fault for each broken constraint on an operator, of the first tier with any."""
    for tier in tiers:
        broken = [
            fault_of(constraint, str(operator), detail)
            for constraint in tier
            if (detail := constraint(graph, operator)) is not None
        ]
        if broken:
            return broken
    return []


def fault_of(constraint: ModelConstraint | OperatorConstraint, where: str, detail: str) -> Fault:
    """The fault that a broken constraint is: its docstring, with the detail."""
    rule, _, remedy = (inspect.getdoc(constraint) or "").partition("\n")
    return Fault(where, f"{rule.rstrip('.')}: {detail}", " ".join(remedy.split()))
