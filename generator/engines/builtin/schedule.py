# SPDX-License-Identifier: Apache-2.0
"""The row-streaming schedule: which rows of each tensor are kept, where, and for how long.

The row axis is time. Every stage makes rows from a ring that holds the last rows of its input.
Whenever a ring gets a row, the stages that read it make as many of their own rows as they can.
Running that once here, on row numbers instead of rows, tells how deep each ring must be. See
docs/adr/0001.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from generator.engines.builtin.registry import builtin_operator
from generator.engines.builtin.spec import Collected, OnRows, Place
from generator.engines.builtin.windows import PIXELS_PER_BLOCK, Window, padded, round_up
from generator.model.graph import Graph, Operator, Tensor

COLUMN_VALUE_BYTES = 2


@dataclass(frozen=True, slots=True)
class Ring:
    """The last `depth` rows of a tensor, in planes of unsigned bytes."""

    tensor: int
    height: int
    """Rows of the whole tensor."""
    width: int
    """Pixels (bands) of a row."""
    channels: int
    planes: int
    """Channels, even where the matrix product writes them: it makes two at a time."""
    depth: int
    offset: int
    """Bytes from the arena's start."""

    @property
    def channel_stride(self) -> int:
        """Bytes of a plane."""
        return padded(self.width)

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        return self.channel_stride * self.planes

    @property
    def ring_bytes(self) -> int:
        """Bytes of the ring."""
        return self.row_bytes * self.depth


@dataclass(frozen=True, slots=True)
class Stage:
    """Makes rows of the last of its operators from the rows of its sources.

    Its operators are one, or one that leaves its output in columns and one that takes them there.
    """

    index: int
    operators: tuple[Operator, ...]
    sources: tuple[int, ...]
    """Indices of the rings that it reads."""
    target: int | None
    """Index of the ring that it writes; None for the last stage, which ends the rows."""
    window: Window
    rows: int
    """Rows that it makes, or takes where it ends the rows."""
    column_bytes: int
    """Scratch for the columns of one row."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that is decided before code is printed."""

    graph: Graph
    rings: tuple[Ring, ...]
    stages: tuple[Stage, ...]
    tail: tuple[Operator, ...]
    """Operators on vectors, run once after the last row."""
    column_bytes: int
    """Scratch at the arena's start: the columns of one row, later the tail's vectors."""
    end_offset: int
    """Of what the last stage fills."""
    collected: Collected
    """What the last stage fills: MEAN's sums, or the vector of a RESHAPE."""
    arena_bytes: int

    def readers(self, ring: int) -> tuple[Stage, ...]:
        """The stages that read a ring, in the order in which they work on a new row."""
        return tuple(stage for stage in self.stages if ring in stage.sources)


def make_schedule(graph: Graph) -> Schedule:
    """Plan the whole network. The graph has passed `check_graph`."""
    operators = list(graph.operators)
    if Place.INPUT in builtin_operator(operators[0]).places:
        del operators[0]
    first = graph.tensors[operators[0].data_inputs[0]]
    rings = [_ring(first, planes=first.shape[3])]
    ring_of = {first.index: 0}
    stages: list[Stage] = []
    while not stages or stages[-1].target is not None:
        sources = tuple(ring_of[index] for index in operators[0].data_inputs)
        stage = _next_stage(graph, operators, sources, target=len(rings), index=len(stages))
        stages.append(stage)
        operators = [one for one in operators if one not in stage.operators]
        if stage.target is not None:
            made = graph.tensor_out(stage.operators[-1])
            ring_of[made.index] = len(rings)
            rings.append(_ring(made, planes=round_up(made.shape[3], 2)))
    deep = _with_depths(rings, stages)
    tail = tuple(operators)
    collected = _collected(graph, stages[-1].operators[0])
    in_scratch = tail if collected.is_vector else (*stages[-1].operators, *tail)
    vectors = sum(round_up(graph.tensor_out(one).element_count, 4) for one in in_scratch)
    column_bytes = round_up(max(vectors, *(stage.column_bytes for stage in stages)), 8)
    placed: list[Ring] = []
    offset = column_bytes
    for ring in deep:
        placed.append(replace(ring, offset=offset))
        offset += ring.ring_bytes
    return Schedule(
        graph=graph,
        rings=tuple(placed),
        stages=tuple(stages),
        tail=tail,
        column_bytes=column_bytes,
        end_offset=offset,
        collected=collected,
        arena_bytes=round_up(offset + collected.size_bytes, 8),
    )


def _ring(tensor: Tensor, planes: int) -> Ring:
    _, height, width, channels = tensor.shape
    return Ring(tensor.index, height, width, channels, planes, depth=1, offset=0)


def on_rows(operator: Operator) -> OnRows:
    """How an operator of a stage takes rows."""
    found = builtin_operator(operator).on_rows
    assert found, "rows_then_vectors admits no other operator before the end of the rows"
    return found


def _collected(graph: Graph, operator: Operator) -> Collected:
    collects = on_rows(operator).collects
    assert collects, "the last stage is the one that ends the rows"
    return collects(graph, operator)


def _column_bytes(graph: Graph, operator: Operator) -> int:
    column_values = on_rows(operator).column_values
    if column_values is None:
        return 0
    pixels = round_up(graph.tensor_out(operator).shape[2], PIXELS_PER_BLOCK)
    return pixels * round_up(column_values(graph, operator), 2) * COLUMN_VALUE_BYTES


def _taker_of_columns(graph: Graph, operator: Operator) -> Operator | None:
    """The operator that alone takes another's output, if it can take it where columns leave it."""
    takers = [one for one in graph.operators if operator.outputs[0] in one.data_inputs]
    if len(takers) != 1 or Place.ROWS not in builtin_operator(takers[0]).places:
        return None
    takes_columns = on_rows(takers[0]).takes_columns
    return takers[0] if takes_columns and takes_columns(graph, takers[0]) else None


def _next_stage(
    graph: Graph, operators: list[Operator], sources: tuple[int, ...], target: int, index: int
) -> Stage:
    """The stage of the first operator, and of the one that takes its columns if there is one."""
    first = operators[0]
    facts = on_rows(first)
    taker = _taker_of_columns(graph, first) if facts.leaves_columns else None
    ends = facts.collects is not None
    rows = (graph.tensor_in if ends else graph.tensor_out)(first).shape[1]
    return Stage(
        index=index,
        operators=(first, taker) if taker else (first,),
        sources=sources,
        target=None if ends else target,
        window=facts.window(graph, first),
        rows=rows,
        column_bytes=_column_bytes(graph, first),
    )


def _with_depths(rings: list[Ring], stages: list[Stage]) -> list[Ring]:
    """Run the schedule on row numbers and keep the greatest span of rows in use for each ring."""
    made = [0] * len(stages)
    arrived = [0] * len(rings)
    depths = [1] * len(rings)

    def arrive(ring: int) -> None:
        row = arrived[ring]
        readers = [stage for stage in stages if ring in stage.sources]
        for stage in readers:
            if made[stage.index] < stage.rows:
                oldest = max(stage.window.first_row(made[stage.index]), 0)
                depths[ring] = max(depths[ring], row - oldest + 1)
        arrived[ring] += 1
        for stage in readers:
            advance(stage)

    def has_rows(stage: Stage) -> bool:
        return all(
            stage.window.rows_wanted(made[stage.index], rings[ring].height) <= arrived[ring]
            for ring in stage.sources
        )

    def advance(stage: Stage) -> None:
        while made[stage.index] < stage.rows and has_rows(stage):
            made[stage.index] += 1
            if stage.target is not None:
                arrive(stage.target)

    for _ in range(rings[0].height):
        arrive(0)
    return [replace(ring, depth=depth) for ring, depth in zip(rings, depths, strict=True)]
