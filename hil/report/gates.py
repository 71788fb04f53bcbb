# SPDX-License-Identifier: Apache-2.0
"""Whether a run kept its limits.

A limit that cannot be judged, since its value was not measured or the run is partial, has failed:
a pipeline must not take silence for a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hil.gates.limits import Limit
from hil.report.model import Gate, Report


@dataclass(frozen=True, slots=True)
class Quantity:
    """What one limit is about."""

    title: str
    unit: str
    value: Callable[[Report], float | None]
    missing: Callable[[Report], str]
    """Why there is no value."""

    text: Callable[[float], str]
    of_clips: bool = True
    """Whether it comes from the clips, so that a partial run cannot tell."""

    of_time: bool = False
    """Whether it is an estimate on the virtual board."""

    at_least: bool = False
    note: Callable[[Report], str] = lambda report: ""


def _no_patch(report: Report) -> str:
    return "no patch was answered"


def _no_footprint(report: Report) -> str:
    return "the image came without its footprint"


def _trained_note(report: Report) -> str:
    number = report.trained_on.clips_played_in_training
    return f" ({number} of the clips trained the model)" if number else ""


QUANTITIES = {
    "min_accuracy": Quantity(
        "accuracy",
        "share",
        lambda report: report.accuracy,
        lambda report: f"accuracy was not measured: {report.accuracy_unmeasured}",
        lambda value: f"{100 * value:.2f} %",
        at_least=True,
        note=_trained_note,
    ),
    "max_network_cycles": Quantity(
        "network",
        "cycles",
        lambda report: report.latency.network_cycles,
        _no_patch,
        lambda value: f"{value:,.0f} cycles a patch",
        of_time=True,
    ),
    "max_answer_ms": Quantity(
        "answer",
        "ms",
        lambda report: report.latency.answer_delay_ms,
        lambda report: "no patch was answered in mid-clip",
        lambda value: f"{value:,.3f} ms",
        of_time=True,
    ),
    "max_ram_bytes": Quantity(
        "RAM",
        "bytes",
        lambda report: report.footprint.image.ram_bytes if report.footprint else None,
        _no_footprint,
        lambda value: f"{value:,.0f} bytes",
        of_clips=False,
    ),
    "max_flash_bytes": Quantity(
        "flash",
        "bytes",
        lambda report: report.footprint.image.flash_bytes if report.footprint else None,
        _no_footprint,
        lambda value: f"{value:,.0f} bytes",
        of_clips=False,
    ),
}
"""By the limit's name."""


def judge_gates(report: Report, limits: Sequence[Limit]) -> tuple[Gate, ...]:
    """Each limit against the report's figures."""
    return tuple(_judge(report, limit) for limit in limits)


def fail_all(limits: Sequence[Limit], why: str) -> tuple[Gate, ...]:
    """Each limit of a board that there is no report of."""
    return tuple(_unjudged(limit, why) for limit in limits)


def gate_lines(gates: Sequence[Gate]) -> list[str]:
    """The summary's lines; none without a limit."""
    if not gates:
        return []
    lines = [
        *(f"FAILED  {gate.text}" for gate in gates if not gate.passed),
        *(f"kept    {gate.text}" for gate in gates if gate.passed),
    ]
    return [f"{'' if number else 'limits':13}{line}" for number, line in enumerate(lines)]


def _judge(report: Report, limit: Limit) -> Gate:
    quantity = QUANTITIES[limit.name]
    if quantity.of_clips and not report.complete:
        return _unjudged(limit, f"the run is partial: {'; '.join(report.incomplete_because)}")
    value = quantity.value(report)
    if value is None:
        return _unjudged(limit, quantity.missing(report))
    over = limit.value - value if quantity.at_least else value - limit.value
    estimated = quantity.of_time and report.latency.cycles_are == "estimated"
    shown = f"{quantity.title} {quantity.text(value)}{' (an estimate)' if estimated else ''}"
    shown += quantity.note(report)
    bound = quantity.text(limit.value)
    if over > 0:
        side = "below the least" if quantity.at_least else "over the limit of"
        text = f"{shown}: {_excess_text(quantity, over, limit.value)} {side} {bound}"
    else:
        text = f"{shown}, {'at least' if quantity.at_least else 'at most'} {bound}"
    return Gate(
        name=limit.name,
        limit=limit.value,
        value=value,
        unit=quantity.unit,
        estimated=estimated,
        passed=over <= 0,
        source=limit.source,
        text=f"{text} ({limit.source})",
    )


def _excess_text(quantity: Quantity, over: float, limit: float) -> str:
    """`2,000,000 cycles a patch (10.0 %)`; shares in percentage points."""
    if quantity.unit == "share":
        return f"{100 * over:.2f} percentage points"
    return f"{quantity.text(over)} ({100 * over / limit:.1f} %)"


def _unjudged(limit: Limit, why: str) -> Gate:
    quantity = QUANTITIES[limit.name]
    bound = quantity.text(limit.value)
    side = "at least" if quantity.at_least else "at most"
    return Gate(
        name=limit.name,
        limit=limit.value,
        value=None,
        unit=quantity.unit,
        estimated=False,
        passed=False,
        source=limit.source,
        text=f"{quantity.title}, {side} {bound}, cannot be judged: {why} ({limit.source})",
    )
