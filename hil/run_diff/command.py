# SPDX-License-Identifier: Apache-2.0
"""`mel2metal compare-runs A B`: finds both runs, and prints their difference."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from generator.errors import Fault, InputError
from hil.report.details import Details
from hil.report.stored import StoredRun, find_run, read_details, read_run
from hil.run_diff.difference import (
    NOW_RIGHT,
    NOW_WRONG,
    ChangedClip,
    Fact,
    Figure,
    changed_clips,
    facts,
    figures,
    warnings,
)

SHOWN_CLIPS = 40


def run_compare(options: argparse.Namespace, console: Console) -> int:
    """Print the difference; 0 whatever it is. Raises InputError with the faults of both names."""
    board_folder = options.report_dir / options.board
    faults: list[Fault] = []
    found = [_open(name, board_folder, faults) for name in (options.a, options.b)]
    runs = [run for run in found if run is not None]
    if faults:
        raise InputError(faults)
    (a, details_a), (b, details_b) = runs
    print_difference(console, a, b, details_a, details_b)
    return 0


def print_difference(
    console: Console,
    a: StoredRun,
    b: StoredRun,
    details_a: Details | None,
    details_b: Details | None,
) -> None:
    """Warnings first: they say how the rest is to be read."""
    for letter, run in (("A", a), ("B", b)):
        line = f"{letter}  {run.name}, {run.report.started_at}, on {run.report.board}"
        console.print(Text(line), soft_wrap=True)
    for warning in warnings(a.report, b.report, details_a, details_b):
        console.print(Text(f"WARNING: {warning}"), style="yellow")
    _print_facts(console, facts(a.report, b.report))
    _print_figures(console, figures(a.report, b.report))
    if details_a is not None and details_b is not None:
        _print_clips(console, changed_clips(details_a, details_b))


def _open(
    name: str, board_folder: Path, faults: list[Fault]
) -> tuple[StoredRun, Details | None] | None:
    try:
        run = read_run(find_run(name, board_folder))
        return run, read_details(run)
    except InputError as error:
        faults += error.faults
        return None


def _print_facts(console: Console, rows: Sequence[Fact]) -> None:
    console.print()
    if not rows:
        console.print("The same board, model, firmware and tools.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("differs", no_wrap=True)
    table.add_column("A", overflow="fold")
    table.add_column("B", overflow="fold")
    for row in rows:
        table.add_row(row.name, Text(row.a), Text(row.b))
    console.print(table)


def _print_figures(console: Console, rows: Sequence[Figure]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("figure", no_wrap=True)
    for heading in ("A", "B", "B - A", ""):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        if row.a is None and row.b is None:
            continue
        unit = f" {row.unit}" if row.unit else ""
        table.add_row(
            row.name,
            *(_number(value, row.digits, unit) for value in (row.a, row.b)),
            _signed(row),
            _percent(row),
        )
    console.print()
    console.print(table)


def _print_clips(console: Console, clips: Sequence[ChangedClip]) -> None:
    console.print()
    if not clips:
        console.print("No clip of both runs was decided differently.")
        return
    changes = [clip.change for clip in clips]
    counts = ", ".join(f"{changes.count(change)} {change}" for change in (NOW_RIGHT, NOW_WRONG))
    console.print(f"{len(clips)} clip{'s' * (len(clips) > 1)} decided differently: {counts}")
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("clip", overflow="fold")
    for heading in ("truth", "A", "B", ""):
        table.add_column(heading, overflow="fold")
    for clip in clips[:SHOWN_CLIPS]:
        cells = (clip.clip, clip.truth, clip.a, clip.b, clip.change)
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    if len(clips) > SHOWN_CLIPS:
        console.print(f"and {len(clips) - SHOWN_CLIPS} more, in details.json of both")


def _number(value: float | None, digits: int, unit: str) -> str:
    return "-" if value is None else f"{value:,.{digits}f}{unit}"


def _signed(row: Figure) -> str:
    if row.difference is None:
        return "-"
    return "0" if not row.difference else f"{row.difference:+,.{row.digits}f}"


def _percent(row: Figure) -> str:
    """Not of what is a percentage already."""
    if not row.percent or row.unit == "%":
        return ""
    return f"{row.percent:+.1f} %"
