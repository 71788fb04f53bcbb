# SPDX-License-Identifier: Apache-2.0
"""What a model must fulfil whatever engine runs it, and how constraints are asked.

A constraint's docstring is what the user reads: its first line says what must hold, the rest is the
remedy. The function returns in which way the model breaks it, or None. What an engine can compute
is asked by that engine, with constraints of the same form.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
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

MOST_DETAILS = 3
"""Ways in which operators break one rule that a fault tells apart before it counts the rest."""

SHORTEST_RUN = 3
"""Operators in a row that are written as `3 to 9`."""


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
    """One fault for each rule and remedy, with all operators that break it, of whatever kind."""
    groups: dict[str, list[Broken]] = {}
    for one in broken:
        groups.setdefault(inspect.getdoc(one.constraint) or "", []).append(one)
    faults: list[Fault] = []
    for group in groups.values():
        where = operators_text([one.operator for one in group])
        faults.append(_fault(group[0].constraint, where, _details(group)))
    return faults


def _details(group: Sequence[Broken]) -> str:
    """In which way each operator breaks the rule; where the ways differ, the first few with it."""
    numbers: dict[str, list[int]] = {}
    for one in group:
        numbers.setdefault(one.detail, []).append(one.operator.index)
    if len(numbers) == 1:
        return group[0].detail
    named = list(numbers.items())[:MOST_DETAILS]
    texts = [f"{detail} ({_numbers(indices)})" for detail, indices in named]
    if len(numbers) > MOST_DETAILS:
        texts.append(f"and {len(numbers) - MOST_DETAILS} more")
    return ", ".join(texts)


def operators_text(operators: Sequence[Operator]) -> str:
    """Operators as the place of a fault: `CONV_2D: operators 3, 7 and 9; MEAN: operator 12`.

    A single one has its name too. Three or more that follow each other are written `3 to 9`.
    """
    if len(operators) == 1:
        return str(operators[0])
    by_kind: dict[str, list[int]] = {}
    for one in operators:
        by_kind.setdefault(one.kind, []).append(one.index)
    return "; ".join(f"{kind}: {_numbers(indices)}" for kind, indices in by_kind.items())


def _numbers(indices: list[int]) -> str:
    if len(indices) == 1:
        return f"operator {indices[0]}"
    runs: list[list[int]] = []
    for index in sorted(indices):
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    named = [
        text
        for run in runs
        for text in (map(str, run) if len(run) < SHORTEST_RUN else [f"{run[0]} to {run[-1]}"])
    ]
    listed = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    return f"operators {listed}"


def rule_and_remedy(constraint: ModelConstraint | OperatorConstraint) -> tuple[str, str]:
    """What a constraint's docstring says: what must hold, and what to do where it does not."""
    rule, _, remedy = (inspect.getdoc(constraint) or "").partition("\n")
    return rule.rstrip("."), " ".join(remedy.split())


def _fault(constraint: ModelConstraint | OperatorConstraint, where: str, detail: str) -> Fault:
    rule, remedy = rule_and_remedy(constraint)
    return Fault(where, f"{rule}: {detail}", remedy)
