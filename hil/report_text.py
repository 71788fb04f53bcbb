# SPDX-License-Identifier: Apache-2.0
"""The summary that the terminal shows: our figures in the columns that ST publishes."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from hil.published import PUBLISHED
from hil.records import BoardRecord, RunRecords
from hil.report import Report

_SHOWN_DIVERGENCES = 5


def summary_text(records: RunRecords, report: Report, width: int) -> str:
    """The summary as plain text, at most `width` columns wide."""
    if records.board is None:
        return ""
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    console.print(
        Group(
            _identity(records.board, report), _columns(records.board, report), _run(records, report)
        )
    )
    text = console.file
    assert isinstance(text, io.StringIO)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def accuracy_text(records: RunRecords, report: Report) -> str:
    """`94.69 % (91.65 to 96.66 %, 95 % Wilson interval)`, or why there is none."""
    if report.accuracy is None or report.accuracy_low is None or report.accuracy_high is None:
        why = records.board.accuracy_unmeasured if records.board else ""
        return f"not measured: {why or 'no clip was played'}"
    return (
        f"{100 * report.accuracy:.2f} % of clips "
        f"({100 * report.accuracy_low:.2f} to {100 * report.accuracy_high:.2f} %, 95 % Wilson)"
    )


def _identity(board: BoardRecord, report: Report) -> Text:
    kind = "virtual board" if report.virtual else "silicon"
    return Text(
        f"{report.board} ({kind}) at {board.core_clock_hz / 1e6:g} MHz, engine {report.engine}, "
        f"{report.toolchain}\n"
        f"model    {board.model}  sha256 {report.model_sha256[:16]}\n"
        f"firmware sha256 {report.firmware_sha256[:16]}\n"
    )


def _columns(board: BoardRecord, report: Report) -> Table:
    table = Table(title="Yamnet-256 on an STM32U585, per patch of 96 frames", title_justify="left")
    for name in (
        "engine",
        "ms at 160 MHz",
        "RAM KiB: act. + run time",
        "flash KiB: weights + code",
    ):
        table.add_column(name, justify="left" if name == "engine" else "right")
    table.add_column("clips right %", justify="right")
    latency = report.latency
    estimated = "~" if latency.cycles_are == "estimated" else ""
    network: dict[str, Any] = board.footprint.get("network", {})
    table.add_row(
        f"mel2metal {report.engine}",
        "-"
        if latency.network_ms_at_160mhz is None
        else f"{estimated}{latency.network_ms_at_160mhz:.2f}",
        _sum_text(network, "activation_ram_bytes", "runtime_ram_bytes", "total_ram_bytes"),
        _sum_text(network, "weights_flash_bytes", "code_flash_bytes", "total_flash_bytes"),
        "-" if report.accuracy is None else f"{100 * report.accuracy:.2f}",
    )
    for row in PUBLISHED:
        table.add_row(
            f"{row.engine} (published)",
            f"{row.network_ms:.2f}",
            f"{row.activation_ram_kib:.1f} + {row.runtime_ram_kib:.1f} = {row.total_ram_kib:.1f}",
            f"{row.weights_flash_kib:.1f} + {row.code_flash_kib:.1f} = {row.total_flash_kib:.1f}",
            f"{row.accuracy_percent:.1f}",
        )
    return table


def _sum_text(values: dict[str, Any], first: str, second: str, total: str) -> str:
    if not all(name in values for name in (first, second, total)):
        return "-"
    return " + ".join(f"{values[name] / 1024:.1f}" for name in (first, second)) + (
        f" = {values[total] / 1024:.1f}"
    )


def _run(records: RunRecords, report: Report) -> Text:
    latency, memory = report.latency, records.memory
    estimated = ", estimated" if latency.cycles_are == "estimated" else ""
    retries = sum(len(clip.retries) for clip in records.clips.values())
    lines = [
        f"accuracy     {accuracy_text(records, report)}",
        f"clips        {report.clips} in {report.patches} patches, {retries} played again; "
        f"{records.board.source if records.board else ''}",
        f"network      {_number(latency.network_instructions)} instructions, "
        f"{_number(latency.network_cycles)} cycles{estimated} a patch",
        f"front-end    {_number(latency.frontend_instructions_per_frame)} instructions, "
        f"{_number(latency.frontend_cycles_per_frame)} cycles{estimated} a frame",
        f"answer       {_number(latency.answer_delay_ms, 2)} ms after the patch's last frame",
    ]
    if memory is not None:
        lines.append(
            f"stack        {memory.stack_high_water_bytes} of {memory.stack_bytes} bytes used at "
            f"most; receive ring {memory.rx_high_water_bytes} of {memory.rx_ring_bytes}"
        )
    lines.append(f"divergences: {report.divergences}")
    shown = records.divergences[:_SHOWN_DIVERGENCES]
    lines += [f"  {divergence.text}" for divergence in shown]
    if len(records.divergences) > len(shown):
        lines.append(f"  and {len(records.divergences) - len(shown)} more, in details.json")
    lines.append(f"wall time    {report.wall_seconds:.1f} s")
    return Text("\n".join(lines))


def _number(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"
