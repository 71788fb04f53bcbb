# SPDX-License-Identifier: Apache-2.0
"""The arguments of `mel2metal soak`. Read at every start of the command: nothing heavy here."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.extras import HIL
from hil.soak.defaults import CLIPS, MINUTES, RATES, SOAK_DIR

DESCRIPTION = """\
Plays short clips to a board for minutes or hours, while faults strike at every boundary: the
line, the chip, the probe, the run itself (SIGKILL, a full disk, a clock that jumps, SIGSTOP), and
what the build finds (a compiler that is missing or dies, cut files, another image). Every answer is
compared with the host twin's, bit for bit. It ends with a table by mode: nothing may be lost or
wrong.
"""

EPILOG = """\
examples:
  mel2metal soak --board u585                            the virtual board, 20 minutes
  mel2metal soak --board h743 --minutes 60 --seed 7
  mel2metal soak --board u585 --resume                   go on with one that was cut short
  mel2metal soak --board u585 --real --minutes 30        the board that is plugged in: fewer modes

Ctrl-C ends it with the table of what struck so far. All of it is in build/soak/<board>/<time>/:
soak.json, and each round's runs with their reports.

exit codes: 0 nothing lost, nothing wrong; 1 something was, or no fault has struck; 2 something
given is wrong; 3 a tool or the board is missing or failed; 130 ended by Ctrl-C
"""


def add_soak(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "soak",
        help="clip after clip under faults of every kind, counted by mode",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--board", required=True, metavar="NAME", help="board of boards.yaml")
    add("--boards-file", type=Path, metavar="FILE", help="another boards.yaml")
    add("--minutes", type=float, default=MINUTES, metavar="N", help=f"default: {MINUTES:g}")
    add(
        "--seed", type=int, default=1, metavar="N", help="what strikes follows from it (default: 1)"
    )
    add(
        "--fault",
        action="append",
        default=[],
        metavar="NAME@RATE",
        help=f"rates of the faults within a run (default: {', '.join(RATES)}; docs/faults.md)",
    )
    add("--clips", type=int, default=CLIPS, metavar="N", help=f"a round (default: {CLIPS})")
    add("--rounds", type=int, metavar="N", help="end after N rounds, whatever the minutes")
    add(
        "--without",
        action="append",
        default=[],
        choices=("host", "tools"),
        help="leave out the faults of a boundary from outside (repeatable)",
    )
    add("--resume", action="store_true", help="go on with the latest one that was cut short")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--virtual", action="store_true", help="the virtual board (the default)")
    kind.add_argument("--real", action="store_true", help="the board that is plugged in")
    add("--model", type=Path, metavar="TFLITE", help="int8 model (default: the one in models/)")
    add("--sounds", metavar="DIR", help="data set whose clips are cut (default: $ESC10_DIR)")
    add("--out", type=Path, default=SOAK_DIR, metavar="DIR", help="default: build/soak")
    parser.set_defaults(run=_run, extra=HIL)


def _run(options: argparse.Namespace, console: Console) -> int:
    from hil.soak.command import run_soak

    return run_soak(options, console)
