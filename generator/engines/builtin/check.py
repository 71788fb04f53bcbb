# SPDX-License-Identifier: Apache-2.0
"""Whether the built-in engine can run a model."""

from __future__ import annotations

from generator.engines.builtin.constraints.common import common_tiers
from generator.engines.builtin.registry import builtin_operators
from generator.errors import InputError
from generator.model.constraints import (
    FLOW_CONSTRAINTS,
    INPUT_CONSTRAINTS,
    ModelConstraint,
    Tiers,
    model_faults,
    operator_faults,
)
from generator.model.graph import Graph


def check_graph(graph: Graph) -> None:
    """Raise InputError with every fault of a model: the model's own, then its operators'.

    Each has the operator's index and name, and a remedy. Whether the operators stand in an order
    that can run is asked when there is no other fault.
    """
    faults = model_faults(graph, INPUT_CONSTRAINTS)
    for operator in graph.operators:
        faults += operator_faults(graph, operator, operator_tiers(operator.kind))
    if not faults:
        faults = model_faults(graph, order_constraints())
    if faults:
        raise InputError(faults)


def operator_tiers(kind: str) -> Tiers:
    """The constraints on an operator of this kind; of an unknown one, that it must be known."""
    known = builtin_operators().get(kind)
    return common_tiers() + (known.constraints if known else ())


def order_constraints() -> tuple[ModelConstraint, ...]:
    """The constraints on the model as a whole that only make sense when its operators are sound."""
    return FLOW_CONSTRAINTS
