# SPDX-License-Identifier: Apache-2.0
"""What a model must fulfil whatever engine runs it, and how constraints are asked.

A constraint's docstring is what the user reads: its first line says what must hold, the rest is the
remedy. The function returns in which way the model breaks it, or None. What an engine can compute
is asked by that engine, with constraints of the same form.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from generator.errors import Fault
from generator.model.constraints import model
from generator.model.constraints.quantisation import int8_throughout
from generator.model.graph import Graph, Operator

ModelConstraint = Callable[[Graph], str | None]
OperatorConstraint = Callable[[Graph, Operator], str | None]
Tiers = tuple[tuple[OperatorConstraint, ...], ...]
"""An operator that breaks a constraint of one tier is not asked those of the next, whose answers
would make no sense; all other operators still are, so that the user sees every fault at once."""

KNOWN = ""
"""What a constraint returns where it is broken by what is in another fault already."""

INPUT_CONSTRAINTS: tuple[ModelConstraint, ...] = (
    model.one_input_and_one_output,
    int8_throughout,
    model.int8_input,
    model.spectrogram_input,
)

FLOW_CONSTRAINTS: tuple[ModelConstraint, ...] = (
    model.flow_from_input_to_output,
    model.vector_at_the_end,
)
"""To be asked of a model with one input and one output."""

MOST_NAMED = 3
"""Operators that a fault names before it counts the rest."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A constraint that an operator breaks."""

    constraint: OperatorConstraint
    operator: Operator
    detail: str


def model_faults(graph: Graph, asked: Iterable[ModelConstraint]) -> list[Fault]:
    """One fault for each broken constraint on the model as a whole."""
    return [
        _fault(constraint, graph.name, detail)
        for constraint in asked
        if (detail := constraint(graph))
    ]


def broken_by(graph: Graph, operator: Operator, tiers: Tiers) -> list[Broken]:
    """Each constraint that an operator breaks, of the first tier with any."""
    for tier in tiers:
        answers = [(constraint, constraint(graph, operator)) for constraint in tier]
        broken = [(constraint, detail) for constraint, detail in answers if detail is not None]
        if broken:
            return [Broken(one, operator, detail) for one, detail in broken if detail != KNOWN]
    return []


def operator_faults(broken: Iterable[Broken]) -> list[Fault]:
    """One fault for each rule, remedy and kind of operator, with all operators that share it."""
    groups: dict[tuple[str, str], list[Broken]] = {}
    for one in broken:
        text = inspect.getdoc(one.constraint) or ""
        groups.setdefault((text, one.operator.kind), []).append(one)
    faults: list[Fault] = []
    for group in groups.values():
        details = list(dict.fromkeys(one.detail for one in group))
        more = f" (the first of {len(group)})" if len(details) > 1 else ""
        where = operators_text([one.operator for one in group])
        faults.append(_fault(group[0].constraint, where, f"{details[0]}{more}"))
    return faults


def operators_text(operators: list[Operator]) -> str:
    """Operators of one kind as the place of a fault: `CONV_2D: operators 3, 7, 9 and 4 more`."""
    if len(operators) == 1:
        return str(operators[0])
    named = [str(one.index) for one in operators[:MOST_NAMED]]
    rest = len(operators) - len(named)
    text = f"{', '.join(named)} and {rest} more" if rest else _and(named)
    return f"{operators[0].kind}: operators {text}"


def _and(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def rule_and_remedy(constraint: ModelConstraint | OperatorConstraint) -> tuple[str, str]:
    """What a constraint's docstring says: what must hold, and what to do where it does not."""
    rule, _, remedy = (inspect.getdoc(constraint) or "").partition("\n")
    return rule.rstrip("."), " ".join(remedy.split())


def _fault(constraint: ModelConstraint | OperatorConstraint, where: str, detail: str) -> Fault:
    rule, remedy = rule_and_remedy(constraint)
    return Fault(where, f"{rule}: {detail}", remedy)
