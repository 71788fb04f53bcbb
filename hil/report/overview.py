# SPDX-License-Identifier: Apache-2.0
"""One line for each board of a run, to see them together."""

from __future__ import annotations

import io
from collections.abc import Mapping

from generator.plain_console import PlainConsole
from generator.terminal.fitted_table import FittedTable, numbers, words
from hil.report.columns import estimated_mark, kib, trained_mark
from hil.report.model import Report
from hil.report.records import RunRecords

NOTHING = "-"


def overview_text(
    records: Mapping[str, RunRecords], reports: Mapping[str, Report], width: int
) -> str:
    """The table as plain text; also boards that were never ready, since they were asked for."""
    headings = ("clips", "right %", "ms", "RAM", "flash", "divergences", "retries", "failed")
    table = FittedTable(words("board"), *numbers(*headings))
    for board in sorted(records):
        table.add_row(board, *_cells(records[board], reports.get(board)))
    notes = ["ms: network, a patch, at 160 MHz (~ estimated); RAM, flash: of the network, KiB"]
    if any(trained_mark(report) for board, report in reports.items()):
        notes.append("! on clips that trained the model: no measure of accuracy")
    console = PlainConsole(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    console.print(table, *notes, sep="\n", highlight=False)
    text = console.file
    assert isinstance(text, io.StringIO)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def _cells(records: RunRecords, report: Report | None) -> list[str]:
    selected = len(records.selected_clips | set(records.clips))
    played = f"{len(records.clips)}/{selected}"
    failed = str(len(records.failed_tests))
    if report is None:
        why = "not ready" if records.failed_tests else "not there"
        return [played, *[NOTHING] * 4, why, NOTHING, failed]
    milliseconds = report.latency.network_ms_at_160mhz
    accuracy = report.accuracy
    divergences = records.divergences_total
    return [
        played,
        NOTHING if accuracy is None else f"{100 * accuracy:.2f}{trained_mark(report)}",
        NOTHING if milliseconds is None else f"{estimated_mark(report)}{milliseconds:,.2f}",
        _number(kib("total_ram_bytes")(report)),
        _number(kib("total_flash_bytes")(report)),
        "unknown" if divergences is None else str(divergences),
        str(report.retries),
        failed,
    ]


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1f}"
