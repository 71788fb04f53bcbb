# SPDX-License-Identifier: Apache-2.0
"""`mel2metal report`: the page of a run, made again and opened."""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from generator.errors import Fault, InputError, ToolError
from generator.repository import DEFAULT_OUT_DIR
from hil.report.html.write import PAGE_FILE, read_run, write_page
from hil.report.run_folder import latest_run, run_folders


def run_report(options: argparse.Namespace, console: Console) -> int:
    """Write the page, print where it is, open it; returns the exit code."""
    reports = options.report_dir or DEFAULT_OUT_DIR / "hil"
    if options.folder is not None and options.board is not None:
        what = f"{options.folder} names a run, and --board {options.board} another"
        raise InputError([Fault("--board", what, "give one of them")])
    folder = options.folder or find_run(reports, options.board)
    run = read_run(folder)
    try:
        path = write_page(folder, run).resolve()
    except OSError as error:
        what = f"cannot write {folder / PAGE_FILE}: {error.strerror or error}"
        raise ToolError(what, "make the folder writable, or copy it to one that is") from error
    except ValueError as error:
        what = f"{folder}: its files do not fit together: {error}"
        raise InputError([Fault("RUN", what, "play the clips again (`make hil`)")]) from error
    console.print(str(path), markup=False, highlight=False, soft_wrap=True)
    if not options.no_open and not open_in_browser(path):
        console.print("no browser could be opened here: open that file yourself", highlight=False)
    return 0


def find_run(reports: Path, board: str | None) -> Path:
    """The latest run of a board, or of any; raises InputError where there is none."""
    boards = [reports / board] if board else sorted(reports.glob("*/"))
    latest = [found for one in boards if (found := latest_run(one)) is not None]
    if latest:
        return max(latest, key=lambda one: one.name)
    known = sorted(one.name for one in reports.glob("*/") if run_folders(one))
    where = reports / board if board else reports
    remedy = f"--board may be: {', '.join(known)}" if known else "play clips first: `make hil`"
    raise InputError([Fault(str(where), "no run is there", remedy)])


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a window can be shown; a text browser in the terminal is not what is wanted."""
    if platform in ("darwin", "win32"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_in_browser(path: Path) -> bool:
    """True where a browser took it."""
    if not has_display(os.environ, sys.platform):
        return False
    try:
        return webbrowser.open(path.as_uri())
    except webbrowser.Error:
        return False
