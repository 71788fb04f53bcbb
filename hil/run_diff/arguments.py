# SPDX-License-Identifier: Apache-2.0
"""The arguments of `mel2metal compare-runs`. Read at every start of the command: nothing heavy."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.extras import HIL
from generator.repository import DEFAULT_OUT_DIR

DESCRIPTION = """\
Compares two runs of the suite: what differs in board, model, firmware and tools; the figures with
their differences; the clips that were decided differently. Warns where the two cannot be compared:
other clips, cycles estimated in one and measured in the other, a partial run.

A and B are each:
  a run's folder, or its report.json
  latest, previous        the last two runs of --board
  20261129T16             the beginning of a folder's name in build/hil/BOARD
"""

EXAMPLES = """\
examples:
  mel2metal compare-runs previous latest --board u585
  mel2metal compare-runs 20261128 latest
  mel2metal compare-runs old/report.json build/hil/u585/latest
"""


def add_compare_runs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "compare-runs",
        help="what differs between two runs of the suite",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("a", metavar="A", help="the run to compare with")
    parser.add_argument("b", metavar="B", help="the run that is compared")
    parser.add_argument("--board", default="u585", metavar="NAME", help="a board (default: u585)")
    parser.add_argument(
        "--report-dir",
        type=Path,
        default=DEFAULT_OUT_DIR / "hil",
        metavar="DIR",
        help="where reports are (default: build/hil)",
    )
    parser.set_defaults(run=_run, extra=HIL)


def _run(options: argparse.Namespace, console: Console) -> int:
    from hil.run_diff.command import run_compare

    return run_compare(options, console)
