# SPDX-License-Identifier: Apache-2.0
"""One stage of the stream as network.c prints it: its kernels and its record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator.engines.builtin.c_tables import c_list, designated
from generator.engines.builtin.fold import FoldedNetwork
from generator.engines.builtin.names import identifier, tensor_text, title
from generator.engines.builtin.schedule import Schedule, Stage, on_rows
from generator.engines.builtin.spec import Kernel, RowCall, RowKernel
from generator.engines.builtin.windows import WHOLE_ROW, Window
from generator.model.graph import Operator

NO_OPERATOR = "STAGE_NO_OPERATOR"


@dataclass(frozen=True, slots=True)
class StagePlan:
    """One stage: a constant of the type struct stage (firmware_templates/network/stream.h)."""

    name: str
    comment: tuple[str, ...]
    lines: tuple[str, ...]
    """The initialiser's."""
    kernels: tuple[Kernel, ...]
    """What the stage calls, in order."""


def stage_name(stage: Stage) -> str:
    """The C name of a stage: it ends as those of what it makes do."""
    return f"stage_{identifier(stage.operators[-1])}"


def plan_stage(
    schedule: Schedule, folded: FoldedNetwork, stage: Stage, rings: Sequence[str]
) -> StagePlan:
    """The stage, with its kernels chosen; `rings` are the C names of all rings."""
    graph = schedule.graph
    first, last = stage.operators[0], stage.operators[-1]
    begin, end = on_rows(first), on_rows(last)

    def kernel(ask: RowKernel | None, operator: Operator) -> Kernel | None:
        if ask is None:
            return None
        return ask(RowCall(graph, operator, folded.layer(operator), stage.window))

    columns, channels = NO_OPERATOR, []
    if first is not last:
        columns = str(first.index)
        channels = [("columns_channels", str(graph.tensor_out(first).shape[-1]))]
    made = NO_OPERATOR if stage.target is None else str(last.index)
    combine, gather, product = (
        kernel(begin.combine, first), kernel(begin.gather, first), kernel(end.product, last),
    )  # fmt: skip
    rows, stride, before = stage.window.size[0], stage.window.stride[0], stage.window.before[0]
    sources = [*(f"&{rings[ring]}" for ring in stage.sources), "NULL"]
    lines = (
        *c_list(".sources = RINGS(", sources, "),"),
        *designated(
            [("target", f"&{rings[-1 if stage.target is None else stage.target]}")],
            _step("combine", "layer", combine),
            _step("gather", "gather_layer", gather),
            _step("product", "layer", product),
            [("window_rows", f"{rows}"), ("window_stride", f"{stride}"),
             ("window_before", f"{before}")],
            [("columns_operator", columns), *channels, ("target_operator", made)],
        ),
    )  # fmt: skip
    kernels = tuple(one for one in (combine, gather, product) if one)
    return StagePlan(stage_name(stage), _comment(schedule, stage), lines, kernels)


def _step(function: str, layer: str, kernel: Kernel | None) -> Sequence[tuple[str, str]]:
    if kernel is None:
        return ()
    return (function, kernel.function), (layer, f"&{kernel.layer.name}")


def _comment(schedule: Schedule, stage: Stage) -> tuple[str, ...]:
    graph = schedule.graph
    lines = [title(operator) for operator in stage.operators]
    for index in stage.sources:
        ring = schedule.rings[index]
        lines.append(
            f"  in   {tensor_text(graph.tensors[ring.tensor])}; keeps the last {ring.depth}"
        )
    if stage.window != WHOLE_ROW:
        lines.append(f"  {_window_text(stage.window)}")
    for operator in stage.operators:
        text = f"  out  {tensor_text(graph.tensor_out(operator))}"
        activation = operator.activation.value
        lines.append(text if activation == "NONE" else f"{text}, {activation}")
    return tuple(lines)


def _window_text(window: Window) -> str:
    text = "window {}x{}, stride {}x{}".format(*window.size, *window.stride)
    (above, left), (below, right) = window.before, window.after
    if above or left or below or right:
        text += f", border above {above}, below {below}, left {left}, right {right}"
    return text
