# SPDX-License-Identifier: Apache-2.0
"""The arguments of `mel2metal history`. Read at every start of the command: nothing heavy here."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.extras import HIL
from generator.repository import DEFAULT_OUT_DIR

DESCRIPTION = """\
Draws the runs of a board in the order of their time: accuracy with its interval, network cycles,
answer time, RAM and flash. One HTML file without scripts, which loads nothing. Each model and
engine is a series of its own, and so are estimated and measured cycles, virtual and real boards.
Partial runs are marked. Reports that are damaged or of another version are named and left out.
"""

EXAMPLES = """\
examples:
  mel2metal history --board u585                       build/hil/u585/history.html
  mel2metal history --board u585 --out trend.html
  mel2metal history --board u585 --json | jq '.runs[-1].accuracy'
"""


def add_history(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "history",
        help="accuracy, cycles, RAM and flash of a board's runs, as a page",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--board", default="u585", metavar="NAME", help="a board (default: u585)")
    parser.add_argument(
        "--report-dir",
        type=Path,
        default=DEFAULT_OUT_DIR / "hil",
        metavar="DIR",
        help="where reports are (default: build/hil)",
    )
    output = parser.add_mutually_exclusive_group()
    output.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the page (default: history.html in the board's folder)",
    )
    output.add_argument("--json", action="store_true", help="print the figures as JSON, no page")
    parser.set_defaults(run=_run, extra=HIL)


def _run(options: argparse.Namespace, console: Console) -> int:
    from hil.history.command import run_history

    return run_history(options, console)
