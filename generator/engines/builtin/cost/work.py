# SPDX-License-Identifier: Apache-2.0
"""How much each kernel of a network has to do for one patch: calls, values, steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.engines.builtin.partition import on_rows
from generator.engines.builtin.plan import NetworkPlan
from generator.engines.builtin.registry import builtin_operator
from generator.engines.builtin.schedule import Schedule, Stage
from generator.engines.builtin.spec import Kernel, TensorCall
from generator.engines.builtin.stage_plan import StagePlan
from generator.engines.builtin.windows import PIXELS_PER_BLOCK, round_up
from generator.model.graph import Graph, Operator

STREAM = "stream"
"""Instead of a kernel: what finds rows, stages and borders."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one kernel does for one operator in a patch."""

    operator: Operator | None
    """None: it belongs to no operator."""
    kernel: str
    """The C function."""
    calls: int
    values: int
    """That it makes, padding included."""
    steps: int
    """Of its innermost loop: multiply-accumulates, padding included; of pools and sums the values
    that are read; of what only moves values the runs of neighbours."""


def work_of(schedule: Schedule, plan: NetworkPlan) -> tuple[Work, ...]:
    """All that a patch needs, in the order of the stages and of the tail's steps."""
    works = [_of_stream(schedule)]
    for stage, planned in zip(schedule.stages, plan.stages, strict=True):
        works += _of_stage(schedule, stage, planned)
    for step, planned_step in zip(schedule.tail_memory.steps, plan.tail.steps, strict=True):
        count = schedule.graph.tensors[step.value].element_count
        products = 0
        if not schedule.partition.reduces(step.operator):
            products = _products(schedule, step.operator)
        works.append(_of_tensor(step.operator, planned_step.kernel, count, products))
    return tuple(works)


def _products(schedule: Schedule, operator: Operator) -> int:
    return builtin_operator(operator).products(schedule.graph, operator)


def _of_stream(schedule: Schedule) -> Work:
    """Rows that arrive and are made, and what the patch itself holds."""
    patch = schedule.rings[0]
    rows = sum(stage.rows * len(stage.sources) for stage in schedule.stages)
    windows = sum(stage.rows * stage.window.size[0] for stage in schedule.stages)
    return Work(None, STREAM, rows + patch.height, patch.height * patch.width, windows)


def _of_stage(schedule: Schedule, stage: Stage, planned: StagePlan) -> Iterator[Work]:
    rows, graph = stage.rows, schedule.graph
    if stage.end is not None:
        ring = schedule.rings[stage.sources[0]]
        values = rows * ring.width * ring.channels
        owner = stage.operators[0] if stage.operators else None
        yield Work(owner, planned.kernels[0].function, rows, values, rows * ring.channels)
        return
    assert stage.target is not None
    target = schedule.rings[stage.target]
    made = rows * target.channel_stride * target.planes
    first, last = stage.operators[0], stage.operators[-1]
    if len(planned.kernels) == 1:
        values = rows * target.width * target.channels
        yield Work(first, planned.kernels[0].function, rows, values, _products(schedule, first))
        return
    gather, product = planned.kernels
    pixels = round_up(graph.tensor_out(first).shape[2], PIXELS_PER_BLOCK)
    depth = _column_depth(schedule, first)
    gathered = rows * pixels * depth
    if on_rows(first).leaves_columns:
        yield Work(first, gather.function, rows, gathered, _products(schedule, first))
    else:
        yield Work(first, gather.function, rows, gathered, rows * depth)
    multiplies = first is not last or not on_rows(first).leaves_columns
    yield Work(last, product.function, rows, made, made * depth if multiplies else rows * depth)


def _column_depth(schedule: Schedule, operator: Operator) -> int:
    column_values = on_rows(operator).column_values
    return round_up(column_values(schedule.graph, operator), 2) if column_values else 0


def _of_tensor(operator: Operator, kernel: Kernel, count: int, products: int) -> Work:
    """A kernel on whole tensors; what it calls for each row stands for it."""
    if not kernel.calls:
        return Work(operator, kernel.function, 1, count, products)
    rows = {field: text for field, text in kernel.layer.fields}.get("rows", "1")
    return Work(operator, kernel.calls[0].function, int(rows.rstrip("u")), count, products)


def work_of_output(graph: Graph, operator: Operator, output: int = 0) -> Work | None:
    """Of one output of an operator that runs alone on whole tensors; None where nothing runs."""
    facts = builtin_operator(operator)
    tensors = facts.on_tensors
    call = TensorCall(graph, operator, facts.fold(graph, operator) if facts.fold else None, output)
    if tensors is None or tensors.kernel is None or tensors.view(call) is not None:
        return None
    count = call.tensor_out.element_count
    return _of_tensor(operator, tensors.kernel(call), count, facts.products(graph, operator))
