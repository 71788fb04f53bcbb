# SPDX-License-Identifier: Apache-2.0
"""The tail as network.c prints it: what is done with whole tensors after the last row."""

from __future__ import annotations

from dataclasses import dataclass

from generator.engines.builtin.c_tables import designated
from generator.engines.builtin.fold import FoldedNetwork
from generator.engines.builtin.names import tensor_text, title
from generator.engines.builtin.schedule import Schedule
from generator.engines.builtin.spec import Kernel, TensorCall
from generator.engines.builtin.tail_memory import on_tensors
from generator.model.graph import Operator

SCORES = "scores"
"""The C name of the array that the scores have for themselves."""


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One operator of the tail: a constant of the type struct tensor_step (network/tail.h)."""

    comment: tuple[str, ...]
    lines: tuple[str, ...]
    """The initialiser's."""
    kernel: Kernel


@dataclass(frozen=True, slots=True)
class TailPlan:
    """All of it."""

    steps: tuple[StepPlan, ...]
    bytes: int
    """Of scratch."""
    scores: str
    """C expression of the scores' first element."""
    has_own_scores: bool
    """Whether the scores have an array of their own."""


def plan_tail(schedule: Schedule, folded: FoldedNetwork, ends: tuple[str, ...]) -> TailPlan:
    """Every step, with its kernel chosen; `ends` are the C members of what is collected."""
    memory = schedule.tail_memory
    steps = [
        _step(schedule, folded, operator, ends)
        for operator in schedule.tail
        if not on_tensors(operator).is_view
    ]
    scores = _place(schedule, memory.scores, ends)
    return TailPlan(tuple(steps), memory.bytes, scores, scores == SCORES)


def _step(
    schedule: Schedule, folded: FoldedNetwork, operator: Operator, ends: tuple[str, ...]
) -> StepPlan:
    graph = schedule.graph
    facts, call = on_tensors(operator), TensorCall(graph, operator, folded.layer(operator))
    if schedule.partition.reduces(operator):
        assert facts.finish
        kernel = facts.finish(call)
        sources = [_end(schedule.end_index(operator), ends)]
    else:
        assert facts.kernel
        kernel = facts.kernel(call)
        sources = [_place(schedule, index, ends) for index in operator.data_inputs]
    target = graph.tensor_out(operator)
    lines = designated(
        [("run", kernel.function), ("layer", f"&{kernel.layer.name}")],
        [("inputs", f"TENSORS({', '.join(sources)})")],
        [("output", _place(schedule, target.index, ends))],
        [("operator_index", f"{operator.index}u"), ("bytes", f"{target.element_count}u")],
    )
    taken = (f"  in   {tensor_text(graph.tensors[index])}" for index in operator.data_inputs)
    return StepPlan((title(operator), *taken, f"  out  {tensor_text(target)}"), lines, kernel)


def _end(index: int, ends: tuple[str, ...]) -> str:
    return f"(const int8_t *)network_arena.{ends[index]}"


def _place(schedule: Schedule, tensor: int, ends: tuple[str, ...]) -> str:
    """The C expression of where a tensor of the tail lies."""
    memory = schedule.tail_memory
    root = memory.roots[tensor]
    if root in memory.offsets:
        return f"network_arena.scratch.tail + {memory.offsets[root]}"
    if root in schedule.partition.collected:
        return f"network_arena.{ends[schedule.collected_end(root)]}"
    return SCORES
