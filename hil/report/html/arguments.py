# SPDX-License-Identifier: Apache-2.0
"""The arguments of `mel2metal report`. Read at every start of the command: nothing heavy here."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.extras import HIL

DESCRIPTION = """\
Makes report.html of a run from its report.json, details.json and evidence.json, and opens it in the
browser. One file that loads nothing: it can be sent, kept as an artefact, and printed.

Without RUN it is the latest run of the board. The sounds of wrong clips are read from where they
were played from; where they are gone, the page says so.
"""

EXAMPLES = """\
examples:
  mel2metal report                                   the latest run of any board
  mel2metal report --board u585                      the latest run of that board
  mel2metal report build/hil/u585/20260301T101500Z-mine --no-open
"""


def add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "report",
        help="a run as one page, in the browser",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="RUN", help="folder of a run, with its report.json"
    )
    parser.add_argument("--board", metavar="NAME", help="the board whose latest run is meant")
    parser.add_argument(
        "--report-dir", type=Path, metavar="DIR", help="where runs are (default: build/hil)"
    )
    parser.add_argument(
        "--no-open", action="store_true", help="write the page and print its path, nothing else"
    )
    parser.set_defaults(run=_run, extra=HIL)


def _run(options: argparse.Namespace, console: Console) -> int:
    from hil.report.html.command import run_report

    return run_report(options, console)
