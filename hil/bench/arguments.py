# SPDX-License-Identifier: Apache-2.0
"""The arguments of `mel2metal bench`. Read at every start of the command: nothing heavy here."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.command_parser import CommandParser
from generator.extras import HIL
from hil.option_table import WHY_NOT, add_board_options

EPILOG = """\
exit codes: 0 within the budgets, 1 a budget is exceeded, 2 something given is wrong, 3 a board or a
tool failed
"""

WIDTH_OF_FILES = 200
"""Columns where the output is no terminal."""


def add_bench(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "bench",
        help="what an image costs, layer by layer, and its budgets",
        description="What an image costs, layer by layer, and whether it keeps its budgets.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--board", action="append", required=True, metavar="NAME", help="board of boards.yaml")
    add("--models", nargs="+", default=[], type=Path, metavar="TFLITE", help="instead of the list")
    add("--diff", action="store_true", help="compare the last run with bench/baseline-BOARD.json")
    add("--baseline", action="store_true", help="make the last run the baseline")
    add_board_options(add)
    assert isinstance(parser, CommandParser)
    parser.why_not = WHY_NOT
    parser.set_defaults(run=_run, extra=HIL, virtual_fault=[])


def _run(options: argparse.Namespace, console: Console) -> int:
    from hil.bench.command import run

    if not console.is_terminal:
        console.width = WIDTH_OF_FILES
    return run(options, console)
