# SPDX-License-Identifier: Apache-2.0
"""The tail as network.c prints it: what is done with vectors after the last row."""

from __future__ import annotations

from dataclasses import dataclass

from generator.engines.builtin.fold import FoldedNetwork
from generator.engines.builtin.names import identifier, tensor_text, title
from generator.engines.builtin.registry import builtin_operator
from generator.engines.builtin.schedule import Schedule
from generator.engines.builtin.spec import Kernel, OnVectors, VectorCall
from generator.model.graph import Operator


@dataclass(frozen=True, slots=True)
class TailPlan:
    """One operator on vectors: statements of run_tail()."""

    comment: tuple[str, ...]
    lines: tuple[str, ...]
    kernels: tuple[Kernel, ...]


@dataclass(frozen=True, slots=True)
class VectorPlan:
    """An int8 vector of the tail, which lives where the columns were."""

    name: str
    count: int


def plan_tail(
    schedule: Schedule, folded: FoldedNetwork
) -> tuple[tuple[TailPlan, ...], tuple[VectorPlan, ...]]:
    """What is done with what the last stage has collected, and with each vector behind it."""
    graph = schedule.graph
    held = f"network_arena.{schedule.collected.member}"
    plans: list[TailPlan] = []
    vectors: list[VectorPlan] = []
    for operator in (*schedule.stages[-1].operators, *schedule.tail):
        facts = _on_vectors(operator)
        source, target = held, held
        if operator is graph.scoring:
            target = "scores"
        elif facts.makes_vector:
            count = graph.tensor_out(operator).element_count
            vectors.append(VectorPlan(f"vector_{identifier(operator)}", count))
            target = f"tail->{vectors[-1].name}"
        held = target
        step = facts.step(VectorCall(graph, operator, folded.layer(operator), source, target))
        comment = (
            title(operator),
            f"  in   {tensor_text(graph.tensor_in(operator))}",
            f"  out  {tensor_text(graph.tensor_out(operator))}",
        )
        plans.append(TailPlan(comment, step.lines, step.kernels))
    return tuple(plans), tuple(vectors)


def _on_vectors(operator: Operator) -> OnVectors:
    found = builtin_operator(operator).on_vectors
    assert found, "rows_then_vectors admits no other operator behind the rows"
    return found
