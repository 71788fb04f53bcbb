# SPDX-License-Identifier: Apache-2.0
"""The tail as network.c prints it: what is done with whole tensors after the last row."""

from __future__ import annotations

from dataclasses import dataclass

from generator.engines.builtin.c_tables import designated
from generator.engines.builtin.fold import FoldedNetwork
from generator.engines.builtin.names import tensor_text, title
from generator.engines.builtin.schedule import Schedule
from generator.engines.builtin.spec import Kernel, TensorCall
from generator.engines.builtin.tail_memory import TailStep, on_tensors

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
    uses_arena: bool
    """Whether any tensor is where the stream's rings were."""
    beyond: int
    """Bytes of the arena that only the tail needs."""
    scores: str
    """C expression of the scores' first element."""
    has_own_scores: bool
    """Whether the scores have an array of their own."""


def plan_tail(schedule: Schedule, folded: FoldedNetwork, ends: tuple[str, ...]) -> TailPlan:
    """Every step, with its kernel chosen; `ends` are the C members of what is kept."""
    memory = schedule.tail_memory
    steps = tuple(_step(schedule, folded, step, ends) for step in memory.steps)
    scores = _place(schedule, schedule.graph.scores.index, ends)
    own = memory.scores not in memory.offsets
    movable = set(memory.offsets) - set(schedule.partition.collected)
    return TailPlan(steps, bool(movable), schedule.beyond_bytes, scores, own)


def _step(
    schedule: Schedule, folded: FoldedNetwork, step: TailStep, ends: tuple[str, ...]
) -> StepPlan:
    graph, operator = schedule.graph, step.operator
    facts = on_tensors(operator)
    call = TensorCall(graph, operator, folded.layer(operator), step.output)
    if schedule.partition.reduces(operator):
        assert facts.finish
        kernel = facts.finish(call)
        sources = [f"(const int8_t *)network_arena.{ends[schedule.end_index(operator)]}"]
    else:
        assert facts.kernel
        kernel = facts.kernel(call)
        sources = [_place(schedule, index, ends) for index in step.sources]
    target = graph.tensors[step.value]
    tapped = f"{operator.index}u" if step.is_tapped else "STEP_NO_OPERATOR"
    lines = (
        *designated(
            [("run", kernel.function), ("layer", f"&{kernel.layer.name}")],
            [("inputs", f"TENSORS({', '.join(sources) or 'NULL'})")],
            [("output", _place(schedule, step.target, ends))],
        ),
        f"STEP_TAP({tapped}, {target.element_count}u)",
    )
    taken = (f"  in   {tensor_text(graph.tensors[index])}" for index in operator.data_inputs)
    return StepPlan((title(operator), *taken, f"  out  {tensor_text(target)}"), lines, kernel)


def _place(schedule: Schedule, tensor: int, ends: tuple[str, ...]) -> str:
    """The C expression of where a tensor of the tail lies."""
    memory = schedule.tail_memory
    place = memory.places[tensor]
    if place.root not in memory.offsets:
        return SCORES
    if place.root not in schedule.partition.collected:
        return f"IN_ARENA({memory.offsets[place.root] + place.offset}u)"
    member = f"network_arena.{ends[schedule.collected_end(place.root)]}"
    return f"{member} + {place.offset}" if place.offset else member
