# SPDX-License-Identifier: Apache-2.0
"""The row-streaming schedule: which rows of each tensor are kept, where, and for how long.

The row axis is time. Every stage makes rows from a ring that holds the last rows of its input.
Whenever a ring gets a row, the stages that read it make as many of their own rows as they can.
Running that once here, on row numbers instead of rows, tells how deep each ring must be. See
docs/adr/0001, and docs/adr/0021 for rows in groups of channels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from generator.engines.builtin.groups import assign_buffers, groups_of, places_wanted
from generator.engines.builtin.memory_plan import ALIGNMENT
from generator.engines.builtin.partition import Partition, make_partition, on_rows
from generator.engines.builtin.spec import Collected
from generator.engines.builtin.tail_memory import (
    Kept,
    State,
    TailMemory,
    place_states,
    plan_tail_memory,
)
from generator.engines.builtin.windows import (
    PIXELS_PER_BLOCK,
    WHOLE_ROW,
    Window,
    padded,
    round_up,
)
from generator.engines.engine import Optimise
from generator.model.graph import Graph, Operator

COLUMN_VALUE_BYTES = 2


@dataclass(frozen=True, slots=True)
class Ring:
    """The last rows of a tensor, in planes of unsigned bytes."""

    tensor: int
    height: int
    """Rows of the whole tensor."""
    width: int
    """Pixels (bands) of a row."""
    channels: int
    planes: int
    """Channels, even where the matrix product writes them: it makes two at a time."""
    places: int
    """Groups that it holds."""
    offset: int
    """Bytes from the arena's start."""
    groups: int = 1
    """Of a row's channels; each is written and read on its own."""

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
        return self.row_bytes // self.groups * self.places

    @property
    def rows_kept(self) -> float:
        """Rows that it holds, a group as its share of a row."""
        return self.places / self.groups

    @property
    def group_channels(self) -> int:
        """Channels of a group."""
        return self.channels // self.groups


@dataclass(frozen=True, slots=True)
class End:
    """What of a streamed tensor is kept for the tail: all its rows, or what an operator adds up."""

    tensor: int
    operator: Operator | None
    """The one that reduces the rows; None where they are collected as they are: int8, NHWC."""
    height: int
    """Rows that come."""
    collected: Collected
    offset: int
    """Bytes from the arena's start."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Makes rows of the last of its operators from the rows of its sources, or collects them.

    Its operators are none (rows are collected as they are), one, or one that leaves its output in
    columns and one that takes them there.
    """

    index: int
    operators: tuple[Operator, ...]
    sources: tuple[int, ...]
    """Indices of the rings that it reads."""
    target: int | None
    """Index of the ring that it writes; None where it fills an end."""
    end: int | None
    """Index of the end that it fills."""
    window: Window
    rows: int
    """Rows that it makes, or takes where it fills an end."""
    column_bytes: int
    """Scratch for the columns of one row."""
    output: int = 0
    """Which of the last operator's outputs it makes."""
    buffer: int = 0
    """Which of the two scratch buffers holds its columns."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that is decided before code is printed."""

    graph: Graph
    partition: Partition
    rings: tuple[Ring, ...]
    """The first is the patch's."""
    ends: tuple[End, ...]
    stages: tuple[Stage, ...]
    states: tuple[State, ...]
    tail_memory: TailMemory
    column_bytes: tuple[int, int]
    """Two scratch buffers at the arena's start, for the columns of one row each."""
    beyond_bytes: int
    """At the arena's end: what only the tail needs."""
    arena_bytes: int

    def readers(self, ring: int) -> tuple[Stage, ...]:
        """The stages that read a ring, in the order in which they work on a new row."""
        return tuple(stage for stage in self.stages if ring in stage.sources)

    def end_index(self, operator: Operator) -> int:
        """The index of what an operator that reduces rows has added up."""
        return next(i for i, end in enumerate(self.ends) if end.operator == operator)

    def collected_end(self, tensor: int) -> int:
        """The index of the end with all rows of a streamed tensor."""
        ends = enumerate(self.ends)
        return next(i for i, end in ends if end.operator is None and end.tensor == tensor)


class _Stages:
    """Rings, ends and stages while they are put together."""

    def __init__(self, partition: Partition) -> None:
        self.graph = partition.graph
        self.rings: list[Ring] = []
        self.ends: list[End] = []
        self.stages: list[Stage] = []
        self._partition = partition
        self._ring_of: dict[int, int] = {}
        """By tensor."""

    def build(self) -> None:
        """All of them, in the order of the flow."""
        graph, partition = self.graph, self._partition
        views = [one for one in partition.streamed if on_rows(one).is_view]
        patch = graph.tensors[graph.inputs[0]]
        for view in views:
            assert view.inputs[0] == patch.index
            patch = graph.tensor_out(view)
        self._ring_of[patch.index] = self._ring_of[graph.inputs[0]] = 0
        shape = graph.rows or (1, graph.frames, graph.bands, 1)
        self.rings.append(_ring(patch.index, shape, planes=shape[3]))
        placed: set[int] = {one.index for one in views}
        for tensor in dict.fromkeys((graph.inputs[0], patch.index)):
            self._collect(tensor)
        for operator in graph.operators:
            if operator.index in placed:
                continue
            if partition.is_streamed(operator):
                placed |= self._make_rows(operator)
            elif partition.reduces(operator):
                self._reduce(operator)

    def _make_rows(self, operator: Operator) -> set[int]:
        """The stage of an operator, and of the one that takes its columns if there is one."""
        facts = on_rows(operator)
        taker = self._taker_of_columns(operator) if facts.leaves_columns else None
        operators = (operator, taker) if taker else (operator,)
        for output, index in enumerate(operators[-1].outputs):
            if output == 0 or self._is_needed(index):
                self._make_output(operators, output)
        return {one.index for one in operators}

    def _is_needed(self, tensor: int) -> bool:
        takers = any(tensor in one.data_inputs for one in self.graph.operators)
        return takers or tensor in self._partition.collected

    def _make_output(self, operators: tuple[Operator, ...], output: int) -> None:
        """The stage of one output, and the ring that it fills."""
        graph, operator = self.graph, operators[0]
        facts, made = on_rows(operator), graph.tensors[operators[-1].outputs[output]]
        self._ring_of[made.index] = len(self.rings)
        self.stages.append(
            Stage(
                index=len(self.stages),
                operators=operators,
                sources=tuple(self._ring_of[index] for index in operator.data_inputs),
                target=len(self.rings),
                end=None,
                window=facts.window(graph, operator),
                rows=made.shape[1],
                column_bytes=_column_bytes(graph, operator),
                output=output,
            )
        )
        self.rings.append(_ring(made.index, made.shape, planes=round_up(made.shape[3], 2)))
        self._collect(made.index)

    def _reduce(self, operator: Operator) -> None:
        reduces = on_rows(operator).reduces
        assert reduces
        source = operator.data_inputs[0]
        self._end(source, operator, reduces(self.graph, operator))

    def _collect(self, tensor: int) -> None:
        """A stage for all rows of a tensor, if the tail needs them."""
        if tensor in self._partition.collected:
            ring = self.rings[self._ring_of[tensor]]
            row = ring.width * ring.channels
            self._end(tensor, None, Collected("int8_t", ring.height * row, 1, ring.height, row))

    def _end(self, tensor: int, operator: Operator | None, collected: Collected) -> None:
        rows = self.rings[self._ring_of[tensor]].height
        self.stages.append(
            Stage(
                index=len(self.stages),
                operators=(operator,) if operator else (),
                sources=(self._ring_of[tensor],),
                target=None,
                end=len(self.ends),
                window=WHOLE_ROW,
                rows=rows,
                column_bytes=0,
            )
        )
        self.ends.append(End(tensor, operator, rows, collected, offset=0))

    def _taker_of_columns(self, operator: Operator) -> Operator | None:
        """The operator that alone takes another's output, if it can where columns leave it."""
        made = operator.outputs[0]
        takers = [one for one in self.graph.operators if made in one.data_inputs]
        if len(takers) != 1 or made in self._partition.collected:
            return None
        if not self._partition.is_streamed(takers[0]):
            return None
        takes_columns = on_rows(takers[0]).takes_columns
        return takers[0] if takes_columns and takes_columns(self.graph, takers[0]) else None


def make_schedule(graph: Graph, optimise: Optimise = Optimise.MEMORY) -> Schedule:
    """Plan the whole network. The graph has passed `check_graph`, and `turn_graph` if need be."""
    if graph.transposed:
        raise ValueError(f"{graph.name} takes bands first: turn_graph() comes before")
    partition = make_partition(graph)
    made = _Stages(partition)
    made.build()
    grouped = made.rings
    if optimise is Optimise.MEMORY:
        grouped = [_in_groups(made, index) for index in range(len(made.rings))]
    stages = _with_buffers(grouped, made.stages)
    column_bytes = (_buffer_bytes(stages, 0), _buffer_bytes(stages, 1))
    rings: list[Ring] = []
    offset = sum(column_bytes)
    for ring in _with_places(grouped, stages):
        rings.append(replace(ring, offset=offset))
        offset += ring.ring_bytes
    ends: list[End] = []
    for end in made.ends:
        ends.append(replace(end, offset=offset))
        offset += round_up(end.collected.size_bytes, ALIGNMENT)
    kept = [
        Kept(
            end.offset, end.collected.size_bytes, None if end.operator else end.tensor, end.operator
        )
        for end in ends
    ]
    states = place_states(graph, offset)
    offset += sum(round_up(one.size, ALIGNMENT) for one in states)
    memory = plan_tail_memory(partition, kept, states)
    beyond = max(round_up(memory.bytes, ALIGNMENT) - offset, 0)
    return Schedule(
        graph=graph,
        partition=partition,
        rings=tuple(rings),
        ends=tuple(ends),
        stages=stages,
        states=states,
        tail_memory=memory,
        column_bytes=column_bytes,
        beyond_bytes=beyond,
        arena_bytes=round_up(offset + beyond, 8),
    )


def _ring(tensor: int, shape: tuple[int, ...], planes: int) -> Ring:
    _, height, width, channels = shape
    return Ring(tensor, height, width, channels, planes, places=1, offset=0)


def _column_bytes(graph: Graph, operator: Operator) -> int:
    column_values = on_rows(operator).column_values
    if column_values is None:
        return 0
    pixels = round_up(graph.tensor_out(operator).shape[2], PIXELS_PER_BLOCK)
    return pixels * round_up(column_values(graph, operator), 2) * COLUMN_VALUE_BYTES


def _in_groups(made: _Stages, index: int) -> Ring:
    """The ring, cut into groups if what makes its rows and what alone reads them allow it."""
    ring = made.rings[index]
    makers = [stage for stage in made.stages if stage.target == index]
    readers = [stage for stage in made.stages if index in stage.sources]
    if len(makers) != 1 or len(readers) != 1 or not readers[0].operators:
        return ring
    maker, reader = on_rows(makers[0].operators[-1]), readers[0].operators[0]
    takes_groups = on_rows(reader).takes_groups
    if not maker.makes_groups or takes_groups is None or not takes_groups(made.graph, reader):
        return ring
    if readers[0].window.before[0] >= readers[0].window.size[0]:
        return ring  # windows without a row come several at a time
    return replace(ring, groups=groups_of(ring.channels, ring.channel_stride))


def _with_buffers(rings: list[Ring], stages: list[Stage]) -> tuple[Stage, ...]:
    """A stage whose columns are filled while the maker of its ring reads its own has another
    buffer."""
    makers = {stage.target: stage.index for stage in stages}
    pairs = [
        (makers[source], stage.index)
        for stage in stages
        for source in stage.sources
        if rings[source].groups > 1 and stage.column_bytes
    ]
    buffers = assign_buffers([stage.column_bytes for stage in stages], pairs)
    return tuple(replace(stage, buffer=buffers[stage.index]) for stage in stages)


def _buffer_bytes(stages: tuple[Stage, ...], buffer: int) -> int:
    sizes = [stage.column_bytes for stage in stages if stage.buffer == buffer]
    return round_up(max(sizes, default=0), 8)


def _with_places(rings: list[Ring], stages: tuple[Stage, ...]) -> list[Ring]:
    """Run the schedule on row numbers and keep the greatest span in use for each ring."""
    made = [0] * len(stages)
    arrived = [0] * len(rings)
    places = [1] * len(rings)

    def arrive(ring: int) -> None:
        row, groups = arrived[ring], rings[ring].groups
        readers = [stage for stage in stages if ring in stage.sources]
        for stage in readers:
            if made[stage.index] < stage.rows:
                wanted = places_wanted(stage.window, made[stage.index], stage.rows, row, groups)
                places[ring] = max(places[ring], wanted)
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
    return [replace(ring, places=held) for ring, held in zip(rings, places, strict=True)]
