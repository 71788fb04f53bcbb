# SPDX-License-Identifier: Apache-2.0
"""The row-streaming schedule: which rows of each tensor are kept, where, and for how long.

Rows are time. Every stage makes rows from a ring that holds the last rows of its input. Whenever a
ring gets a row, the stages that read it make as many of their own rows as they can. Running that
once here, on row numbers instead of rows, tells how deep each ring must be. See docs/adr/0001.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from generator.model.graph import Graph, Operator, Padding, Tensor, WindowOptions

PIXELS_PER_BLOCK = 4
"""The matrix product works on four pixels at a time, so planes are padded to a multiple of it."""

COLUMN_VALUE_BYTES = 2
SUM_BYTES = 4


@dataclass(frozen=True, slots=True)
class Window:
    """A convolution's window on its input; pairs are (rows, bands)."""

    size: tuple[int, int]
    stride: tuple[int, int]
    before: tuple[int, int]
    """Border rows above row 0, border pixels left of band 0."""
    after: tuple[int, int]
    """Border rows below the last, border pixels right of the last (0 or more)."""

    def first_row(self, output_row: int) -> int:
        """First input row of an output row's window; negative within the upper border."""
        return output_row * self.stride[0] - self.before[0]

    def rows_wanted(self, output_row: int, height: int) -> int:
        """How many input rows must have come before an output row can be made."""
        return min(self.first_row(output_row) + self.size[0], height)


WHOLE_ROW = Window((1, 1), (1, 1), (0, 0), (0, 0))


def window_of(shape_in: tuple[int, ...], size: tuple[int, int], options: WindowOptions) -> Window:
    """TFLite's padding: SAME puts the odd border pixel below and right."""
    if options.padding is Padding.VALID:
        return Window(size, options.stride, (0, 0), (0, 0))
    before: list[int] = []
    after: list[int] = []
    for length, kernel, stride in zip(shape_in[1:3], size, options.stride, strict=True):
        total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return Window(size, options.stride, (before[0], before[1]), (after[0], after[1]))


class StageKind(Enum):
    """What a stage does with the rows that it reads."""

    CONVOLUTION = "columns gathered, matrix product"
    SEPARABLE = "depthwise filter, matrix product"
    DEPTHWISE = "depthwise filter"
    ADD = "sum of two rows"
    MEAN = "sum over rows and bands"
    FLATTEN = "rows collected in a vector"


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
    """Makes rows of the last of its operators from the rows of a ring, ADD from those of two."""

    index: int
    kind: StageKind
    operators: tuple[Operator, ...]
    sources: tuple[int, ...]
    """Indices of the rings that it reads: one, for ADD two."""
    target: int | None
    """Index of the ring that it writes; None for MEAN and FLATTEN, which end the rows."""
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
    """Of what the last stage fills: MEAN's sums, or the vector of FLATTEN."""
    sum_count: int
    """Sums of MEAN, four bytes each; 0 without it."""
    flat_bytes: int
    """The vector of FLATTEN; 0 without it."""
    arena_bytes: int

    def readers(self, ring: int) -> tuple[Stage, ...]:
        """The stages that read a ring, in the order in which they are told of a new row."""
        return tuple(stage for stage in self.stages if ring in stage.sources)


def make_schedule(graph: Graph) -> Schedule:
    """Plan the whole network. The graph has passed `constraints.graph_faults`."""
    operators = list(graph.operators[1:] if graph.transposed else graph.operators)
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
            rings.append(_ring(made, planes=_round_up(made.shape[3], 2)))
    deep = _with_depths(rings, stages)
    tail = tuple(operators)
    end = stages[-1]
    in_scratch = (*end.operators, *tail) if end.kind is StageKind.MEAN else tail
    vectors = sum(_round_up(graph.tensor_out(one).element_count, 4) for one in in_scratch)
    column_bytes = _round_up(max(vectors, *(stage.column_bytes for stage in stages)), 8)
    placed: list[Ring] = []
    offset = column_bytes
    for ring in deep:
        placed.append(replace(ring, offset=offset))
        offset += ring.ring_bytes
    ended = graph.tensor_in(end.operators[0])
    sums = ended.shape[-1] if end.kind is StageKind.MEAN else 0
    flat_bytes = 0 if sums else ended.element_count
    return Schedule(
        graph=graph,
        rings=tuple(placed),
        stages=tuple(stages),
        tail=tail,
        column_bytes=column_bytes,
        end_offset=offset,
        sum_count=sums,
        flat_bytes=flat_bytes,
        arena_bytes=_round_up(offset + sums * SUM_BYTES + flat_bytes, 8),
    )


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


def padded(pixels: int) -> int:
    """Pixels of a plane: whole blocks of the matrix product."""
    return _round_up(pixels, PIXELS_PER_BLOCK)


def _ring(tensor: Tensor, planes: int) -> Ring:
    _, height, width, channels = tensor.shape
    return Ring(tensor.index, height, width, channels, planes, depth=1, offset=0)


def _column_bytes(pixels: int, inputs: int) -> int:
    return _round_up(pixels, PIXELS_PER_BLOCK) * _round_up(inputs, 2) * COLUMN_VALUE_BYTES


def _window(graph: Graph, operator: Operator) -> Window:
    rows, columns = graph.tensor_in(operator, 1).shape[1:3]
    return window_of(graph.tensor_in(operator).shape, (rows, columns), operator.window_options)


def _sole_product(graph: Graph, operator: Operator) -> Operator | None:
    """The 1x1 CONV_2D that alone takes an operator's output, if there is one."""
    takers = [one for one in graph.operators if operator.outputs[0] in one.data_inputs]
    if len(takers) == 1 and takers[0].kind == "CONV_2D" and _window(graph, takers[0]) == WHOLE_ROW:
        return takers[0]
    return None


def _next_stage(
    graph: Graph, operators: list[Operator], sources: tuple[int, ...], target: int, index: int
) -> Stage:
    """The stage of the first operator, and of the second where the two are one stage."""
    first = operators[0]
    shape_in, shape_out = graph.tensor_in(first).shape, graph.tensor_out(first).shape
    if first.kind in ("MEAN", "RESHAPE"):
        kind = StageKind.MEAN if first.kind == "MEAN" else StageKind.FLATTEN
        return Stage(index, kind, (first,), sources, None, WHOLE_ROW, shape_in[1], 0)
    if first.kind == "ADD":
        rows = shape_out[1]
        return Stage(index, StageKind.ADD, (first,), sources, target, WHOLE_ROW, rows, 0)
    window = _window(graph, first)
    taken: tuple[Operator, ...] = (first,)
    if first.kind == "CONV_2D":
        inputs = window.size[0] * window.size[1] * shape_in[3]
        kind = StageKind.CONVOLUTION
    else:
        inputs = shape_out[3]
        product = _sole_product(graph, first)
        kind = StageKind.SEPARABLE if product else StageKind.DEPTHWISE
        taken = (first, product) if product else (first,)
    return Stage(
        index=index,
        kind=kind,
        operators=taken,
        sources=sources,
        target=target,
        window=window,
        rows=shape_out[1],
        column_bytes=_column_bytes(shape_out[2], inputs),
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
