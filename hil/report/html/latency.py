# SPDX-License-Identifier: Apache-2.0
"""Where the time goes: front-end, network, its operators; how alike the patches are."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from hil.report.details import Details
from hil.report.evidence import Evidence
from hil.report.html.drawings.bars import Bar, Part, draw_bars
from hil.report.html.drawings.histogram import draw_histogram
from hil.report.model import Report


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One operator of the network, for a patch."""

    number: str
    kind: str
    name: str
    shape: str
    instructions: int
    cycles: int
    share_percent: float
    """Of the network's instructions."""


@dataclass(frozen=True, slots=True)
class LatencySection:
    """Drawings and operators; the other numbers are report.json's own."""

    split: Markup | None
    histogram: Markup | None
    patches: int
    """In the histogram."""

    layers: tuple[LayerRow, ...]
    no_layers_because: str


def make_latency(report: Report, details: Details, evidence: Evidence) -> LatencySection:
    """Of one run; times at the board's own clock."""
    to_ms = 1e3 / report.clock.core_clock_hz
    patch_ms = [cycles * to_ms for clip in details.clips for cycles in clip.network_cycles]
    layers = _layers(evidence)
    return LatencySection(
        split=_split(report),
        histogram=draw_histogram(patch_ms, "ms", "Network, time of a patch") if patch_ms else None,
        patches=len(patch_ms),
        layers=layers,
        no_layers_because="" if layers else _why_no_layers(report),
    )


def _split(report: Report) -> Markup | None:
    """From one patch to the next: front-end, network, and what they leave free."""
    latency, frontend = report.latency, report.frontend
    if latency.network_cycles is None or latency.frontend_cycles_per_frame is None:
        return None
    to_ms = 1e3 / report.clock.core_clock_hz
    step = frontend.patch_frames - frontend.overlap_frames
    frontend_ms = latency.frontend_cycles_per_frame * step * to_ms
    network_ms = latency.network_cycles * to_ms
    work = (Part("front-end", frontend_ms, 2), Part("network", network_ms, 0))
    bars = [Bar("work", work, limit=frontend.step_ms)]
    if latency.answer_delay_ms is not None:
        bars.append(Bar("answer", (Part("after the last frame", latency.answer_delay_ms, 3),)))
    return draw_bars(bars, "ms", "From one patch to the next")


def _layers(evidence: Evidence) -> tuple[LayerRow, ...]:
    cost = evidence.layer_cost
    if cost is None:
        return ()
    total = sum(one.instructions for one in cost.operators) + cost.between_instructions
    rows = [
        LayerRow(
            str(one.index),
            one.kind,
            one.name,
            "×".join(map(str, one.shape[1:] if len(one.shape) > 1 else one.shape)),
            one.instructions,
            one.cycles,
            100 * one.instructions / max(1, total),
        )
        for one in cost.operators
    ]
    between = cost.between_instructions
    rows.append(
        LayerRow(
            "",
            "",
            "between operators",
            "",
            between,
            cost.between_cycles,
            100 * between / max(1, total),
        )
    )
    return tuple(rows)


def _why_no_layers(report: Report) -> str:
    if not report.virtual:
        return (
            "Not measured: the board reads its cycle counter once a patch, for the whole network."
        )
    return (
        "Not counted in this run: hil/suite/test_layer_cost.py traces one patch on the virtual "
        "board, and was not part of it."
    )
