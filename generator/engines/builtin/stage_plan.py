# SPDX-License-Identifier: Apache-2.0
"""One stage of the stream as network.c prints it: its kernels and its record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from generator.engines.builtin.c_tables import Record, c_list, designated, unsigned
from generator.engines.builtin.fold import FoldedNetwork
from generator.engines.builtin.names import end_identifier, output_identifier, tensor_text, title
from generator.engines.builtin.partition import on_rows
from generator.engines.builtin.schedule import Ring, Schedule, Stage
from generator.engines.builtin.spec import Kernel, RowCall, RowKernel
from generator.engines.builtin.windows import WHOLE_ROW, Window
from generator.model.graph import Operator

NO_OPERATOR = "STAGE_NO_OPERATOR"

COLUMNS = ("columns", "columns_ahead")
"""The arena's members for the two buffers of columns."""


@dataclass(frozen=True, slots=True)
class StagePlan:
    """One stage: a constant of the type struct stage (firmware_templates/network/stream.h)."""

    name: str
    comment: tuple[str, ...]
    lines: tuple[str, ...]
    """The initialiser's."""
    kernels: tuple[Kernel, ...]
    """What the stage calls, in order."""


def stage_name(schedule: Schedule, stage: Stage) -> str:
    """The C name of a stage: it ends as those of what it makes do."""
    if stage.end is not None:
        end = schedule.ends[stage.end]
        return f"stage_{end_identifier(schedule.graph, end.tensor, end.operator)}"
    return f"stage_{output_identifier(stage.operators[-1], stage.output)}"


def row_call(
    schedule: Schedule,
    folded: FoldedNetwork,
    stage: Stage,
    operator: Operator,
    swapped: Collection[int] = (),
) -> RowCall[Any]:
    """What an operator of a stage is asked with; `swapped`: rings whose pixels lie as 0 2 1 3."""
    source = schedule.rings[stage.sources[0]]
    target = schedule.rings[stage.target] if stage.target is not None else None
    return RowCall(
        schedule.graph,
        operator,
        folded.layer(operator),
        stage.window,
        stage.output,
        channels_taken=source.group_channels if source.groups > 1 else 0,
        channels_made=target.group_channels if target and target.groups > 1 else 0,
        reads_swapped=stage.sources[0] in swapped,
        makes_swapped=stage.target in swapped,
    )


def swapped_rings(schedule: Schedule, folded: FoldedNetwork) -> frozenset[int]:
    """The rings whose pixels can lie as 0 2 1 3: what makes their rows can, all readers want it."""

    def makes(stage: Stage) -> bool:
        operator = stage.operators[-1]
        ask = on_rows(operator).makes_swapped
        return ask is not None and ask(row_call(schedule, folded, stage, operator))

    def reads(stage: Stage) -> bool:
        if not stage.operators:
            return False
        ask = on_rows(stage.operators[0]).reads_swapped
        return ask is not None and ask(row_call(schedule, folded, stage, stage.operators[0]))

    return frozenset(
        stage.target
        for stage in schedule.stages
        if stage.target is not None
        and makes(stage)
        and all(reads(reader) for reader in schedule.readers(stage.target))
    )


def plan_stage(
    schedule: Schedule,
    folded: FoldedNetwork,
    stage: Stage,
    rings: Sequence[str],
    ends: Sequence[str],
    *,
    swapped: Collection[int],
) -> StagePlan:
    """The stage, with its kernels chosen; `rings` and `ends` are the C names of all of them.

    `swapped`: rings whose pixels lie as 0 2 1 3.
    """
    graph = schedule.graph
    if not stage.operators:
        return _collection(schedule, stage, rings, ends)
    first, last = stage.operators[0], stage.operators[-1]
    begin, end = on_rows(first), on_rows(last)

    def kernel(ask: RowKernel | None, operator: Operator) -> Kernel | None:
        if ask is None:
            return None
        return ask(row_call(schedule, folded, stage, operator, swapped))

    columns, channels = NO_OPERATOR, []
    if first is not last:
        columns = str(first.index)
        channels = [("columns_channels", str(graph.tensor_out(first).shape[-1]))]
    is_shown = stage.target is not None and stage.output == 0
    made = str(last.index) if is_shown else NO_OPERATOR
    combine, gather, product = (
        kernel(begin.combine, first), kernel(begin.gather, first), kernel(end.product, last),
    )  # fmt: skip
    lines = (
        *_ways(stage, rings, ends),
        *designated(
            _step("combine", "layer", combine),
            _step("gather", "gather_layer", gather),
            _step("product", "layer", product),
            [("columns", f"network_arena.{COLUMNS[stage.buffer]}")] if gather else (),
            _window_fields(stage.window),
            [("columns_operator", columns), *channels, ("target_operator", made)],
        ),
        f"STAGE_WORK({last.index})",
    )  # fmt: skip
    kernels = tuple(one for one in (combine, gather, product) if one)
    return StagePlan(stage_name(schedule, stage), _comment(schedule, stage), lines, kernels)


def _collection(
    schedule: Schedule, stage: Stage, rings: Sequence[str], ends: Sequence[str]
) -> StagePlan:
    """The stage that keeps all rows of a tensor, dense, for the tail."""
    ring = schedule.rings[stage.sources[0]]
    name = stage_name(schedule, stage)
    layer = Record(
        name.replace("stage_", "layer_", 1),
        "struct flatten_layer",
        "rows for the tail",
        unsigned({"channels": ring.channels, "pixels": ring.width}),
    )
    kernel = Kernel("flatten_collect_row_s8", "flatten", "flatten", layer)
    lines = (
        *_ways(stage, rings, ends),
        *designated(
            _step("combine", "layer", kernel),
            _window_fields(stage.window),
            [("columns_operator", NO_OPERATOR), ("target_operator", NO_OPERATOR)],
        ),
        f"STAGE_WORK({NO_OPERATOR})",
    )
    return StagePlan(name, ("all rows, for the tail", *_sources(schedule, stage)), lines, (kernel,))


def _ways(stage: Stage, rings: Sequence[str], ends: Sequence[str]) -> tuple[str, ...]:
    """From where to where."""
    sources = [*(f"&{rings[ring]}" for ring in stage.sources), "NULL"]
    target = rings[stage.target] if stage.target is not None else ends[stage.end or 0]
    return (*c_list(".sources = RINGS(", sources, "),"), *designated([("target", f"&{target}")]))


def _window_fields(window: Window) -> Sequence[tuple[str, str]]:
    return (
        ("window_rows", f"{window.size[0]}"),
        ("window_stride", f"{window.stride[0]}"),
        ("window_before", f"{window.before[0]}"),
    )


def _step(function: str, layer: str, kernel: Kernel | None) -> Sequence[tuple[str, str]]:
    if kernel is None:
        return ()
    return (function, kernel.function), (layer, f"&{kernel.layer.name}")


def _comment(schedule: Schedule, stage: Stage) -> tuple[str, ...]:
    graph = schedule.graph
    lines = [title(operator) for operator in stage.operators]
    lines += _sources(schedule, stage)
    if stage.window != WHOLE_ROW:
        lines.append(f"  {_window_text(stage.window)}")
    for operator in stage.operators:
        made = operator.outputs[stage.output if operator is stage.operators[-1] else 0]
        text = f"  out  {tensor_text(graph.tensors[made])}"
        activation = operator.activation.value
        lines.append(text if activation == "NONE" else f"{text}, {activation}")
    return tuple(lines)


def _sources(schedule: Schedule, stage: Stage) -> tuple[str, ...]:
    rings = (schedule.rings[index] for index in stage.sources)
    return tuple(
        f"  in   {tensor_text(schedule.graph.tensors[ring.tensor])}; keeps {kept_text(ring)}"
        for ring in rings
    )


def kept_text(ring: Ring) -> str:
    """How much of its tensor a ring holds."""
    rows, groups = divmod(ring.places, ring.groups)
    parts = ["1 row" if rows == 1 else f"{rows} rows"] if rows else []
    if groups:
        parts.append(f"{groups} x {ring.group_channels} channels")
    return " and ".join(parts)


def _window_text(window: Window) -> str:
    text = "window {}x{}, stride {}x{}".format(*window.size, *window.stride)
    (above, left), (below, right) = window.before, window.after
    if above or left or below or right:
        text += f", border above {above}, below {below}, left {left}, right {right}"
    return text
