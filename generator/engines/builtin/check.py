# SPDX-License-Identifier: Apache-2.0
"""Whether the built-in engine can run a model."""

from __future__ import annotations

from generator.engines.builtin.constraints.common import common_tiers
from generator.engines.builtin.constraints.refused import refusals
from generator.engines.builtin.registry import builtin_operators
from generator.errors import InputError
from generator.model.constraints import (
    FLOW_CONSTRAINTS,
    INPUT_CONSTRAINTS,
    ModelConstraint,
    Tiers,
    broken_by,
    model_faults,
    operator_faults,
)
from generator.model.constraints.model import one_input_and_one_output
from generator.model.constraints.quantisation import int8_throughout
from generator.model.graph import Graph


def check_graph(graph: Graph) -> None:
    """Raise InputError with every fault of a model: the model's own, then its operators'.

    What several operators of a kind share is one fault, with a remedy. A model that is not int8
    throughout is told so once, and its operators are asked their kinds alone.
    """
    known = builtin_operators()
    faults = model_faults(graph, INPUT_CONSTRAINTS)
    faults += refusals([one for one in graph.operators if one.kind not in known])
    if int8_throughout(graph) is None:
        broken = [
            one
            for operator in graph.operators
            if operator.kind in known
            for one in broken_by(graph, operator, operator_tiers(operator.kind))
        ]
        faults += operator_faults(broken)
    if one_input_and_one_output(graph) is None:
        faults += model_faults(graph, order_constraints())
    if faults:
        raise InputError(faults)


def operator_tiers(kind: str) -> Tiers:
    """The constraints on an operator of a kind that can run."""
    return common_tiers() + builtin_operators()[kind].constraints


def order_constraints() -> tuple[ModelConstraint, ...]:
    """The constraints on what the operators make of the input together."""
    return FLOW_CONSTRAINTS
