# SPDX-License-Identifier: Apache-2.0
"""The summary that the terminal shows: our figures in the columns that ST publishes."""

from __future__ import annotations

import io
from collections import Counter

from rich.console import Group
from rich.text import Text

from generator.plain_console import PlainConsole
from generator.terminal.fitted_table import FittedTable, numbers, words
from hil.report.columns import COLUMNS, published_beside, published_note, trained_mark
from hil.report.completeness import partial_lines
from hil.report.decision_text import decision_lines
from hil.report.features import feature_lines, rate_lines
from hil.report.gates import gate_lines
from hil.report.model import Report, WeightsCheck
from hil.report.records import BoardRecord, RunRecords
from hil.report.struck import fault_lines
from hil.report.trained_on import measure_untrained, trained_folds_played

_SHOWN_DIVERGENCES = 5
_SHOWN_RETRIES = 5


def summary_text(records: RunRecords, report: Report, width: int) -> str:
    """The summary as plain text, at most `width` columns wide."""
    if records.board is None:
        return ""
    console = PlainConsole(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    console.print(
        Group(
            _identity(records.board, report),
            _columns(records, records.board, report),
            _run(records, report, width),
        )
    )
    text = console.file
    assert isinstance(text, io.StringIO)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def accuracy_text(report: Report) -> str:
    """`94.69 % (91.65 to 96.66 %, 95 % Wilson interval)`, or why there is none."""
    if report.accuracy is None or report.accuracy_low is None or report.accuracy_high is None:
        return f"not measured: {report.accuracy_unmeasured or 'no clip was played'}"
    return (
        f"{100 * report.accuracy:.2f} % of clips "
        f"({100 * report.accuracy_low:.2f} to {100 * report.accuracy_high:.2f} %, 95 % Wilson)"
    )


def clips_text(records: RunRecords) -> str:
    """`320 selected, 317 played, 3 FAILED`."""
    selected = len(records.selected_clips | set(records.clips))
    text = f"{selected} selected, {len(records.clips)} played"
    return f"{text}, {len(records.failed_clips)} FAILED" if records.failed_clips else text


def divergences_text(records: RunRecords) -> str:
    """`divergences: 0` only where all that was selected was compared and no test failed."""
    total = records.divergences_total
    if total is not None:
        return f"divergences: {total}"
    if not records.compared:
        text = "divergences: unknown, nothing was compared"
    else:
        text = "divergences: none in what was compared, which is not all"
    failed = len(records.failed_tests)
    return f"{text}; {failed} test{'s' * (failed > 1)} FAILED" if failed else text


def weights_lines(check: WeightsCheck | None) -> list[str]:
    """When the constants in flash were looked at; none where the firmware was not asked."""
    if check is None:
        return []
    end = "and at the end" if check.at_end else "but not at the end"
    text = f"{check.bytes:,} B in flash as generated (CRC-32 {check.crc32}):"
    return [f"weights      {text} at the start, with each clip, {end}"]


def retry_lines(records: RunRecords) -> list[str]:
    """Every means with every reason, and how often; the most frequent first."""
    counts = Counter((retry.rung, retry.reason) for retry in records.retries).most_common()
    lines = [f"{count} × {rung}: {reason}" for (rung, reason), count in counts[:_SHOWN_RETRIES]]
    if len(counts) > len(lines):
        lines.append(f"and {len(counts) - len(lines)} more, in details.json")
    return [f"{'' if number else 'RETRIES':13}{line}" for number, line in enumerate(lines)]


def resumed_lines(report: Report) -> list[str]:
    """That the run was resumed, and when; nothing for one that never was."""
    times = report.resumed_at
    if not times:
        return []
    often = f"{len(times)} times, last " if len(times) > 1 else ""
    return [f"RESUMED      {often}at {times[-1]}; begun at {report.started_at}"]


def caveat_lines(records: RunRecords) -> list[str]:
    """What to know of an accuracy that was taken on clips which trained the model."""
    trained = trained_folds_played(records)
    if not trained or records.board is None:
        return []
    folds = f"fold{'s' * (len(trained) > 1)} {', '.join(map(str, trained))}"
    lines = [f"NO MEASURE OF ACCURACY: {folds} trained this model"]
    untrained = measure_untrained(records)
    if untrained is not None:
        lines.append(
            f"on the {untrained.total} clips of other folds: {100 * untrained.value:.2f} % "
            f"({100 * untrained.low:.2f} to {100 * untrained.high:.2f} %)"
        )
    cross_validated = records.board.cross_validated or "not measured"
    lines.append(f"cross-validated: {cross_validated}")
    return lines


def _identity(board: BoardRecord, report: Report) -> Text:
    kind = "virtual board" if report.virtual else "silicon"
    clock_mhz = board.identity.core_clock_hz / 1e6
    return Text(
        f"{report.board} ({kind}) at {clock_mhz:g} MHz, engine {report.engine}\n"
        f"compiler {report.toolchain}\n"
        f"model    {board.model}, SHA-256 {report.model_sha256[:16]}…\n"
        f"classes  {', '.join(report.labels)}\n"
        f"sound    {board.project.frontend.text}\n"
        f"patches  {board.project.frontend.patches_text}\n"
        f"firmware SHA-256 {report.firmware_sha256[:16]}…\n"
    )


def _columns(records: RunRecords, board: BoardRecord, report: Report) -> Group:
    """Our line, and what is published of this model; RAM and flash of the network alone."""
    frontend = board.project.frontend
    title = (
        f"A patch of {frontend.patch_frames} frames ({frontend.patch_ms:.0f} ms) at 160 MHz; "
        "RAM and flash in KiB"
    )
    headings = (column.heading for column in COLUMNS)
    table = FittedTable(words("engine"), *numbers(*headings), title=title)
    ours = (column.our_text(report) for column in COLUMNS)
    table.add_row(f"mel2metal {report.engine}", *ours, style="bold")
    published = published_beside(report, records.clips_in_order)
    for row in published:
        table.add_row(f"{row.engine} *", *(column.their_text(row) for column in COLUMNS))
    caption = "~ estimated"
    if published:
        caption += f"\n{published_note(published)}"
    if trained_mark(report):
        caption += "\n! on clips that trained the model: no measure of accuracy"
    return Group(table, Text(caption))


def _run(records: RunRecords, report: Report, width: int) -> Text:
    latency, memory = report.latency, records.memory
    estimated = ", estimated" if latency.cycles_are == "estimated" else ""
    retried = sum(bool(clip.retries) for clip in records.clips.values())
    resumed = sum(clip.resumptions for clip in records.clips.values())
    gaps = f", {resumed} gaps resent" if resumed else ""
    lines = [
        *partial_lines(report.incomplete_because),
        *resumed_lines(report),
        f"accuracy     {accuracy_text(report)}",
        *(f"             {line}" for line in caveat_lines(records)),
        *decision_lines(records),
        f"clips        {clips_text(records)}; {report.patches} patches, {retried} retried{gaps}",
        f"             {records.board.source if records.board else ''}",
        f"network      {_number(latency.network_instructions)} instructions, "
        f"{_number(latency.network_cycles)} cycles{estimated} a patch",
        f"front-end    {_number(latency.frontend_instructions_per_frame)} instructions, "
        f"{_number(latency.frontend_cycles_per_frame)} cycles{estimated} a frame",
        f"answer       {_number(latency.answer_delay_ms, 2)} ms after the patch's last frame",
        f"real time    {_margin_text(report)}",
        *feature_lines(report.features),
        *rate_lines(records),
    ]
    if memory is not None:
        lines += [
            f"stack        {memory.stack_high_water_bytes} of {memory.stack_bytes} bytes used at "
            f"most{_bound_text(report)}",
            f"receive ring {memory.rx_high_water_bytes} of {memory.rx_ring_bytes} bytes used at "
            "most",
        ]
    lines += weights_lines(report.weights_check)
    lines += [*fault_lines(report.faults), *retry_lines(records)]
    lines.append(divergences_text(records))
    shown = records.divergences[:_SHOWN_DIVERGENCES]
    lines += [f"  {divergence.text}" for divergence in shown]
    if len(records.divergences) > len(shown):
        lines.append(f"  and {len(records.divergences) - len(shown)} more, in details.json")
    lines += gate_lines(report.gates, width)
    lines.append(f"wall time    {report.wall_seconds:.1f} s")
    return Text("\n".join(lines))


def _margin_text(report: Report) -> str:
    margin = report.latency.real_time_margin_percent
    step = f"of the {report.frontend.step_ms:.0f} ms from one patch to the next"
    if margin is None:
        return "not measured"
    if margin <= 0:
        return f"NOT KEPT: the work of a patch takes {100 - margin:.1f} % {step}"
    return f"{margin:.1f} % {step} are free"


def _bound_text(report: Report) -> str:
    bound = report.stack_bound_bytes
    return "" if bound is None else f", never more than {bound}"


def _number(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"
