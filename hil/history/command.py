# SPDX-License-Identifier: Apache-2.0
"""`mel2metal history`: reads a board's reports, and writes the page or JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.text import Text

from generator.errors import Fault, InputError, ToolError
from hil.history.page import page_text
from hil.history.row import Row
from hil.report.completeness import PARTIAL_FILE
from hil.report.files import write_text
from hil.report.run_folder import run_folders
from hil.report.stored import REPORT_FILE, read_runs

HISTORY_SCHEMA = "mel2metal-history/1"
PAGE = "history.html"


def run_history(options: argparse.Namespace, console: Console) -> int:
    """Write the page, or print JSON; 0. Raises InputError where there is no report at all."""
    board_folder: Path = options.report_dir / options.board
    runs, skipped = read_runs(board_folder)
    if not runs:
        what = f"there is no report of {options.board}"
        remedy = f"make one: make hil BOARD={options.board}; or name --board, --report-dir"
        raise InputError([*skipped, Fault(str(board_folder), what, remedy)])
    rows = [Row.of(run) for run in runs]
    if options.json:
        print(history_json(options.board, rows, skipped))
        return 0
    out = options.out or board_folder / PAGE
    try:
        write_text(out, page_text(options.board, rows, skipped))
    except OSError as error:
        what = f"cannot write {out}: {error.strerror or error}"
        raise ToolError(what, "name another file by --out") from error
    for fault in skipped:
        console.print(Text(f"left out: {fault.where}: {fault.what}"), soft_wrap=True)
    unwritten = _without_report(board_folder)
    if unwritten:
        what = f"without a report, hence left out: {len(unwritten)} (see {PARTIAL_FILE} in each)"
        console.print(Text(what), soft_wrap=True)
    partial = sum(not row.complete for row in rows)
    text = f"{len(rows)} runs of {options.board}{f', {partial} of them partial' if partial else ''}"
    console.print(Text(f"{text}: {out}"), soft_wrap=True)
    return 0


def history_json(board: str, rows: Sequence[Row], skipped: Sequence[Fault]) -> str:
    """The figures of all runs, and what was left out."""
    content = {
        "schema": HISTORY_SCHEMA,
        "board": board,
        "runs": [asdict(row) for row in rows],
        "skipped": [{"where": fault.where, "what": fault.what} for fault in skipped],
    }
    return json.dumps(content, indent=2, allow_nan=False)


def _without_report(board_folder: Path) -> list[Path]:
    return [one for one in run_folders(board_folder) if not (one / REPORT_FILE).is_file()]
