# SPDX-License-Identifier: Apache-2.0
"""From the schedule to what the network's templates print: names, numbers, tables, comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.engines.builtin import row_constants as kernel_constants
from generator.engines.builtin.c_tables import Constant, Table, float_literal, wrapped
from generator.engines.builtin.fold import range_faults
from generator.engines.builtin.schedule import Ring, Schedule, Stage, StageKind
from generator.errors import InputError

if TYPE_CHECKING:
    from generator.model.graph import Graph, Operator, Tensor


@dataclass(frozen=True, slots=True)
class BorderPlan:
    """A row that stands for all rows beyond a tensor's border."""

    name: str
    width: int
    lines: tuple[str, ...]
    """The initialiser's."""


@dataclass(frozen=True, slots=True)
class RingPlan:
    """One ring of rows: a member of the arena and its description."""

    index: int
    name: str
    member: str
    comment: str
    depth: int
    row_bytes: int
    channel_stride: int
    height: int
    width: int
    channels: int
    offset: int
    border: str


@dataclass(frozen=True, slots=True)
class StagePlan:
    """One stage: a C function that makes rows as long as its input has enough of them."""

    index: int
    kind: str
    """CONVOLUTION, SEPARABLE, DEPTHWISE, ADD, MEAN or FLATTEN."""
    title: str
    comment: tuple[str, ...]
    rows: int
    source: RingPlan
    second: RingPlan
    """The other source of ADD; the same as `source` for all others."""
    target: RingPlan | None
    window_rows: int
    stride: int
    before: int
    first_operator: int
    last_operator: int
    column_channels: int
    """Channels of the rows that the first operator leaves in the columns."""
    column_pixels: int
    depthwise_kernel: str
    product_kernel: str
    readers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TailPlan:
    """One operator on vectors, after the last row."""

    operator: int
    kind: str
    title: str
    comment: tuple[str, ...]
    source: str
    target: str
    count: int


@dataclass(frozen=True, slots=True)
class VectorPlan:
    """An int8 vector of the tail."""

    name: str
    count: int
    in_scratch: bool
    """It lives where the columns were; otherwise it is the one that FLATTEN fills."""


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
    column_values: int
    sum_count: int
    end_offset: int
    flat_bytes: int
    transpose_operator: int
    """Index of the leading TRANSPOSE, -1 without one."""
    borders: tuple[BorderPlan, ...]
    rings: tuple[RingPlan, ...]
    stages: tuple[StagePlan, ...]
    vectors: tuple[VectorPlan, ...]
    tail: tuple[TailPlan, ...]
    tables: tuple[Table, ...]
    constants: tuple[Constant, ...]
    kernel_sources: tuple[str, ...]
    """The kernels that this network calls, relative to the project."""


def plan_network(schedule: Schedule) -> NetworkPlan:
    """Everything the templates print, computed.

    Raises InputError where a channel's numbers do not fit the kernels' 32 bits.
    """
    graph = schedule.graph
    faults = range_faults(schedule)
    if faults:
        raise InputError(faults)
    borders = _borders(schedule)
    rings = tuple(
        _ring_plan(graph, index, ring, borders) for index, ring in enumerate(schedule.rings)
    )
    stages = tuple(_stage_plan(schedule, stage, rings) for stage in schedule.stages)
    tail, vectors = _tail(schedule)
    tables, constants = kernel_constants.layer_constants(schedule)
    scores = graph.tensor_out(graph.scoring)
    assert scores.quantisation
    return NetworkPlan(
        model_name=_plain(graph.name),
        model_sha256=graph.sha256,
        frames=graph.frames,
        bands=graph.bands,
        classes=graph.classes,
        operator_count=len(graph.operators),
        input_scale=float_literal(graph.input.scale),
        input_zero_point=graph.input.zero_point,
        score_scale=float_literal(scores.quantisation.scale),
        score_zero_point=scores.quantisation.zero_point,
        arena_bytes=schedule.arena_bytes,
        weights_flash_bytes=sum(table.flash_bytes for table in tables),
        widest_row_bytes=max(
            _row_elements(graph.tensor_out(operator)) for operator in graph.operators
        ),
        column_values=schedule.column_bytes // 2,
        sum_count=schedule.sum_count,
        end_offset=schedule.end_offset,
        flat_bytes=schedule.flat_bytes,
        transpose_operator=0 if graph.transposed else -1,
        borders=tuple(borders.values()),
        rings=rings,
        stages=stages,
        vectors=vectors,
        tail=tail,
        tables=tables,
        constants=constants,
        kernel_sources=_kernel_sources(stages, tail),
    )


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


def _ring_plan(graph: Graph, index: int, ring: Ring, borders: dict[int, BorderPlan]) -> RingPlan:
    tensor = graph.tensors[ring.tensor]
    comment = (
        f"{ring.depth} of {ring.height} rows of {ring.width} x {ring.channels}, "
        f"{_quantisation_text(tensor)}"
    )
    return RingPlan(
        index=index,
        name=f"ring_{index}",
        member=f"rows_{index}",
        comment=comment,
        depth=ring.depth,
        row_bytes=ring.row_bytes,
        channel_stride=ring.channel_stride,
        height=ring.height,
        width=ring.width,
        channels=ring.channels,
        offset=ring.offset,
        border=borders[_zero_as_byte(graph, ring)].name,
    )


def _shape_text(tensor: Tensor) -> str:
    return " x ".join(str(length) for length in tensor.shape[1:])


def _quantisation_text(tensor: Tensor) -> str:
    if tensor.quantisation is None:
        return tensor.dtype.lower()
    return f"scale {tensor.quantisation.scale:.6g}, zero point {tensor.quantisation.zero_point}"


def _title(operators: tuple[Operator, ...]) -> str:
    texts = [f"{operator.index} {operator.kind} {_plain(operator.name)}" for operator in operators]
    return ", ".join(texts)


def _plain(name: str) -> str:
    """A model's own text made harmless inside a C comment."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-/.:") else "_" for c in name)[:60]


def _window_text(stage: Stage) -> str:
    rows, columns = stage.window.size
    text = f"window {rows}x{columns}, stride {stage.window.stride[0]}x{stage.window.stride[1]}"
    (above, left), (below, right) = stage.window.before, stage.window.after
    if above or left or below or right:
        text += f", border above {above}, below {below}, left {left}, right {right}"
    return text


def _stage_plan(schedule: Schedule, stage: Stage, rings: tuple[RingPlan, ...]) -> StagePlan:
    graph = schedule.graph
    first, last = stage.operators[0], stage.operators[-1]
    column_row = graph.tensor_out(first)
    comment = []
    for ring in stage.sources:
        source = graph.tensors[schedule.rings[ring].tensor]
        kept = f"keeps the last {rings[ring].depth}"
        comment.append(f"in   {_shape_text(source)}, {_quantisation_text(source)}; {kept}")
    if stage.kind not in (StageKind.MEAN, StageKind.FLATTEN, StageKind.ADD):
        comment.append(_window_text(stage))
    for operator in stage.operators:
        tensor = graph.tensor_out(operator)
        text = f"out  {_shape_text(tensor)}, {_quantisation_text(tensor)}"
        activation = operator.activation.value
        comment.append(text if activation == "NONE" else f"{text}, {activation}")
    return StagePlan(
        index=stage.index,
        kind=stage.kind.name,
        title=_title(stage.operators),
        comment=tuple(comment),
        rows=stage.rows,
        source=rings[stage.sources[0]],
        second=rings[stage.sources[-1]],
        target=None if stage.target is None else rings[stage.target],
        window_rows=stage.window.size[0],
        stride=stage.window.stride[0],
        before=stage.window.before[0],
        first_operator=first.index,
        last_operator=last.index,
        column_channels=column_row.shape[-1],
        column_pixels=column_row.shape[2] if len(column_row.shape) == 4 else 1,
        depthwise_kernel=kernel_constants.depthwise_kernel(schedule, stage),
        product_kernel=kernel_constants.product_kernel(schedule, stage),
        readers=(
            () if stage.target is None
            else tuple(reader.index for reader in schedule.readers(stage.target))
        ),
    )  # fmt: skip


def _tail(schedule: Schedule) -> tuple[tuple[TailPlan, ...], tuple[VectorPlan, ...]]:
    graph = schedule.graph
    stage = schedule.stages[-1]
    end = stage.operators[0]
    summed = stage.kind is StageKind.MEAN
    vectors = [VectorPlan(f"vector_{end.index}", graph.tensor_out(end).element_count, summed)]
    held_in = {end.outputs[0]: vectors[0].name}
    plans: list[TailPlan] = []
    for operator in schedule.tail:
        source, target = graph.tensor_in(operator), graph.tensor_out(operator)
        if operator is graph.scoring:
            place = "scores"
        elif operator.kind == "FULLY_CONNECTED":
            vectors.append(VectorPlan(f"vector_{operator.index}", target.element_count, True))
            place = vectors[-1].name
        else:
            place = held_in[source.index]
        held_in[target.index] = place
        plans.append(
            TailPlan(
                operator=operator.index,
                kind=operator.kind,
                title=_title((operator,)),
                comment=(
                    f"in   {_shape_text(source)}, {_quantisation_text(source)}",
                    f"out  {_shape_text(target)}, {_quantisation_text(target)}",
                ),
                source=held_in[source.index],
                target=place,
                count=target.element_count,
            )
        )
    return tuple(plans), tuple(vectors)


def _kernel_sources(stages: tuple[StagePlan, ...], tail: tuple[TailPlan, ...]) -> tuple[str, ...]:
    names = {"row_ring", "frame", "dequantise"}
    for stage in stages:
        if stage.kind == "CONVOLUTION":
            names.add("im2col")
        if stage.kind == "DEPTHWISE":
            names.add("columns")
        if stage.kind in ("ADD", "MEAN", "FLATTEN"):
            names.add(stage.kind.lower())
        if stage.depthwise_kernel:
            names.add(stage.depthwise_kernel)
        if stage.product_kernel:
            names.add(stage.product_kernel)
    kinds = {operator.kind for operator in tail}
    names |= {"dense"} if "FULLY_CONNECTED" in kinds else set()
    names |= {"softmax"} if "SOFTMAX" in kinds else set()
    names |= {"sigmoid"} if "LOGISTIC" in kinds else set()
    return tuple(f"network/kernels/{name}.c" for name in sorted(names))
