# SPDX-License-Identifier: Apache-2.0
"""From schedule and folded numbers to what the network's templates print: names, tables, text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from generator.constant_tables import ConstantTable
from generator.engines.builtin.c_tables import (
    Record,
    Table,
    c_list,
    designated,
    float_literal,
    wrapped,
)
from generator.engines.builtin.fold import FoldedNetwork
from generator.engines.builtin.memory_plan import ALIGNMENT
from generator.engines.builtin.names import (
    end_identifier,
    output_identifier,
    plain_text,
    quantisation_text,
)
from generator.engines.builtin.partition import on_rows
from generator.engines.builtin.registry import builtin_operator
from generator.engines.builtin.schedule import COLUMN_VALUE_BYTES, End, Ring, Schedule
from generator.engines.builtin.spec import Kernel
from generator.engines.builtin.stage_plan import (
    COLUMNS,
    StagePlan,
    kept_text,
    plan_stage,
    stage_name,
    swapped_rings,
)
from generator.engines.builtin.tail_plan import TailPlan, plan_tail
from generator.engines.builtin.windows import round_up
from generator.model.graph import Graph, Tensor

WEIGHTS_HEADER = "network/network_weights.h"
"""What declares the tables."""

ALWAYS_CALLED = ("row_ring", "dequantise")
"""Kernels that every network needs: its rings, its scores as float32."""


_COLUMN_COMMENTS = (
    "one row, laid out for a matrix product",
    "the row of the stage that follows, which is filled while the product goes on",
)

_ABOUT = (
    "The int8 network, run row by row: each call of network_push_frame_s8() gives it one frame",
    "(one row of mel bands) and every layer that can make its next row does.",
)


@dataclass(frozen=True, slots=True)
class BorderPlan:
    """The row that is used for all rows beyond a tensor's border."""

    name: str
    width: int
    lines: tuple[str, ...]
    """The initialiser's."""


@dataclass(frozen=True, slots=True)
class ColumnsPlan:
    """A buffer for the columns of one row: a member of the arena."""

    member: str
    comment: str
    values: int
    """int16 of it."""


@dataclass(frozen=True, slots=True)
class RingPlan:
    """One ring of rows: a member of the arena and its description."""

    name: str
    comment: str
    c_type: str
    member: str
    dimensions: str
    """Of the member: [rows][bytes of a row], or [count] where the rows are collected."""
    offset: int
    lines: tuple[str, ...]
    """The initialiser's."""


@dataclass(frozen=True, slots=True)
class StartPlan:
    """What must hold a value before the first row: a member of the arena, all of its items."""

    member: str
    count: int
    starts_at: int


@dataclass(frozen=True, slots=True)
class StatePlan:
    """A variable: where it is in the arena, and what all of it is before a clip."""

    name: str
    offset: int
    count: int
    start: int


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """The context `network` of the templates in firmware_templates/network."""

    model_name: str
    """The file's stem, with nothing in it that could end a comment."""
    model_sha256: str
    frames: int
    bands: int
    classes: int
    operator_count: int
    input_scale: str
    input_zero_point: int
    score_scale: str
    score_zero_point: int
    arena_bytes: int
    weights_flash_bytes: int
    """Tables in network_weights.c: weights, biases and multipliers, without the layers' records."""
    widest_row_bytes: int
    """Of any operator's output, for the taps."""
    columns: tuple[ColumnsPlan, ...]
    band_planes_stride: int
    """Bytes from band to band in a row of the patch whose bands are channels; 0: they are pixels"""
    window_rows: int
    """Rows in the largest window of any stage, over all of its sources."""
    started: tuple[StartPlan, ...]
    float_operator: int
    """Index of the DEQUANTIZE that ends the network, -1 without one."""
    tapped: tuple[int, ...]
    """Operators whose outputs the taps show: all but views, which compute nothing."""
    transpose_operator: int
    """Index of a TRANSPOSE of the patch, of which the taps show the rows; -1 without one."""
    borders: tuple[BorderPlan, ...]
    rings: tuple[RingPlan, ...]
    """First those of the stream, then what is kept of streamed tensors for the tail."""
    stages: tuple[StagePlan, ...]
    nested_rows: int
    """How many calls of stream_row_came() may stand at once: the rings of the longest chain."""
    tail: TailPlan
    states: tuple[StatePlan, ...]
    """Variables, which keep their values between patches."""
    states_offset: int
    states_bytes: int
    tables: tuple[Table, ...]
    records: tuple[Record, ...]
    headers: tuple[str, ...]
    """Of the kernels that this network calls, relative to the project."""
    kernel_sources: tuple[str, ...]
    about: tuple[str, ...] = _ABOUT
    """What network.h says of it."""
    engine_errors: bool = False
    """Whether a push may return an error of the engine's own."""

    @property
    def constant_tables(self) -> tuple[ConstantTable, ...]:
        """Those of `tables` that hold numbers alone."""
        return tuple(
            ConstantTable(table.name, WEIGHTS_HEADER, table.content)
            for table in self.tables
            if table.content
        )


def plan_network(schedule: Schedule, folded: FoldedNetwork) -> NetworkPlan:
    """Everything the templates print, computed."""
    graph = schedule.graph
    borders = _borders(schedule)
    swapped = swapped_rings(schedule, folded)
    rings = _ring_plans(schedule, borders, swapped)
    ends = tuple(_end_plan(schedule, index) for index in range(len(schedule.ends)))
    names, end_names = (tuple(one.name for one in plans) for plans in (rings, ends))
    stages = tuple(
        plan_stage(schedule, folded, stage, names, end_names, swapped=swapped)
        for stage in schedule.stages
    )
    tail = plan_tail(schedule, folded, tuple(end.member for end in ends))
    kernels: list[Kernel] = []
    for stage in stages:
        kernels += stage.kernels
    for step in tail.steps:
        kernels += step.kernel.with_calls()
    tables = tuple(dict.fromkeys(table for kernel in kernels for table in kernel.tables))
    scores, patch = graph.scores, schedule.rings[0]
    always = (*ALWAYS_CALLED, *(("frame_planes",) if patch.channels > 1 else ()))
    assert scores.quantisation
    return NetworkPlan(
        model_name=plain_text(graph.name),
        model_sha256=graph.sha256,
        frames=graph.frames,
        bands=graph.bands,
        classes=graph.classes,
        operator_count=1 + max(one.index for one in graph.operators if not one.added),
        input_scale=float_literal(graph.input.scale),
        input_zero_point=graph.input.zero_point,
        score_scale=float_literal(scores.quantisation.scale),
        score_zero_point=scores.quantisation.zero_point,
        arena_bytes=schedule.arena_bytes,
        weights_flash_bytes=sum(table.flash_bytes for table in tables),
        widest_row_bytes=max(
            (graph.bands, *(_row_elements(graph.tensors[one]) for one in _streamed(schedule)))
        ),
        columns=tuple(
            ColumnsPlan(member, comment, size // COLUMN_VALUE_BYTES)
            for member, comment, size in zip(
                COLUMNS, _COLUMN_COMMENTS, schedule.column_bytes, strict=True
            )
            if size
        ),
        band_planes_stride=patch.channel_stride if patch.channels > 1 else 0,
        window_rows=max(stage.window.size[0] * len(stage.sources) for stage in schedule.stages),
        started=tuple(
            StartPlan(plan.member, end.collected.count, end.collected.starts_at)
            for plan, end in zip(ends, schedule.ends, strict=True)
            if end.operator is not None
        ),
        float_operator=next(
            (one.index for one in graph.operators if not builtin_operator(one).int8_output), -1
        ),
        tapped=_tapped(schedule),
        transpose_operator=next(
            (one.index for one in schedule.partition.streamed if on_rows(one).is_view), -1
        ),
        borders=tuple(borders.values()),
        rings=(*rings, *ends),
        stages=stages,
        nested_rows=_nested_rows(schedule),
        tail=tail,
        states=tuple(
            StatePlan(plain_text(one.variable.name), one.offset, one.size, one.start)
            for one in schedule.states
        ),
        states_offset=schedule.states[0].offset if schedule.states else 0,
        states_bytes=sum(round_up(one.size, 4) for one in schedule.states),
        tables=tables,
        records=tuple(dict.fromkeys(kernel.layer for kernel in kernels)),
        headers=_paths((*(kernel.header for kernel in kernels), *always), "h"),
        kernel_sources=_paths(
            (*(one for kernel in kernels for one in kernel.sources), *always), "c"
        ),
    )


def _nested_rows(schedule: Schedule) -> int:
    """Rings of the longest chain from the input on, what is kept for the tail included."""
    depths = {0: 1}
    longest = 1
    for stage in schedule.stages:
        depth = 1 + max(depths[source] for source in stage.sources)
        longest = max(longest, depth)
        if stage.target is not None:
            depths[stage.target] = depth
    return longest


def _streamed(schedule: Schedule) -> tuple[int, ...]:
    return tuple(operator.outputs[0] for operator in schedule.partition.streamed)


def _tapped(schedule: Schedule) -> tuple[int, ...]:
    partition = schedule.partition
    made = {step.operator.index for step in schedule.tail_memory.steps if step.is_tapped}
    made |= {one.index for one in partition.streamed}
    made |= {
        one.index for one in partition.graph.operators if not builtin_operator(one).int8_output
    }
    return tuple(sorted(made))


def _paths(names: Iterable[str], suffix: str) -> tuple[str, ...]:
    return tuple(f"network/kernels/{name}.{suffix}" for name in sorted(set(names)))


def _row_elements(tensor: Tensor) -> int:
    if len(tensor.shape) == 4:
        return tensor.shape[2] * tensor.shape[3]
    return tensor.element_count


def _zero_as_byte(graph: Graph, ring: Ring) -> int:
    quantisation = graph.tensors[ring.tensor].quantisation
    assert quantisation
    return quantisation.zero_point + 128


def _borders(schedule: Schedule) -> dict[int, BorderPlan]:
    """One border row for each zero point in use, as wide as the widest ring that needs it."""
    widths: dict[int, int] = {}
    for ring in schedule.rings:
        zero = _zero_as_byte(schedule.graph, ring)
        widths[zero] = max(widths.get(zero, 0), ring.channel_stride)
    return {
        zero: BorderPlan(f"border_of_{zero}", width, wrapped([str(zero)] * width))
        for zero, width in sorted(widths.items())
    }


def _ring_plans(
    schedule: Schedule, borders: dict[int, BorderPlan], swapped: Collection[int]
) -> tuple[RingPlan, ...]:
    graph = schedule.graph
    made_by = {
        stage.target: output_identifier(stage.operators[-1], stage.output)
        for stage in schedule.stages
        if stage.operators
    }
    plans: list[RingPlan] = []
    for index, ring in enumerate(schedule.rings):
        tensor = graph.tensors[ring.tensor]
        end = made_by.get(index, "input")
        shape = f"{kept_text(ring)} of {ring.height} rows of {ring.width} x {ring.channels}"
        readers = [f"&{stage_name(schedule, stage)}" for stage in schedule.readers(index)]
        plans.append(
            RingPlan(
                name=f"ring_{end}",
                comment=f"{shape}, {quantisation_text(tensor)}",
                c_type="uint8_t",
                member=f"rows_{end}",
                dimensions=f"[{ring.places}][{ring.row_bytes // ring.groups}]",
                offset=ring.offset,
                lines=(
                    *designated(
                        [("rows", f"network_arena.rows_{end}[0]")],
                        [("border_row", borders[_zero_as_byte(graph, ring)].name)],
                        _geometry(ring.groups, ring.places, ring.height, ring.row_bytes),
                        [
                            ("channel_stride", str(ring.channel_stride)),
                            ("channels", str(ring.channels)),
                            ("group_channels", str(ring.group_channels)),
                            ("pixels", str(ring.width)),
                            *([("swapped", "1")] if index in swapped else ()),
                        ],
                        [("rows_in", f"&rows_in[{index}]")],
                    ),
                    *c_list(".readers = STAGES(", (*readers, "NULL"), "),"),
                ),
            )
        )
    return tuple(plans)


def _geometry(groups: int, places: int, height: int, row_bytes: int) -> Sequence[tuple[str, str]]:
    return (
        ("groups", str(groups)),
        ("places", str(places)),
        ("height", str(height)),
        ("group_bytes", f"{row_bytes // groups}u"),
    )


def _end_plan(schedule: Schedule, index: int) -> RingPlan:
    """What is kept of a streamed tensor, as the target of its stage."""
    end = schedule.ends[index]
    name = end_identifier(schedule.graph, end.tensor, end.operator)
    collected = end.collected
    reduced = next(stage for stage in schedule.stages if stage.end == index).sources[0]
    groups = schedule.rings[reduced].groups if end.operator else 1
    return RingPlan(
        name=f"ring_{name}",
        comment=_end_comment(end),
        c_type=collected.c_type,
        member=f"kept_{name}",
        dimensions=f"[{round_up(collected.size_bytes, ALIGNMENT) // collected.item_bytes}]",
        offset=end.offset,
        lines=designated(
            [("rows", f"(uint8_t *)network_arena.kept_{name}")],
            _geometry(groups, groups * collected.rows_kept, end.height, collected.row_bytes),
            [("rows_in", f"&rows_in[{len(schedule.rings) + index}]"), ("readers", "STAGES(NULL)")],
        ),
    )


def _end_comment(end: End) -> str:
    what = f"what {end.operator.kind} makes of" if end.operator else "all"
    return f"{what} {end.height} rows"
