# SPDX-License-Identifier: Apache-2.0
"""The arguments of `mel2metal boards`. Read at every start of the command: nothing heavy here."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.extras import HIL
from generator.repository import DEFAULT_BOARDS_FILE

DESCRIPTION = """\
Lists the debug probes that are plugged in: on which board of boards.yaml each one sits (an ST-LINK
on a board of ST's knows), its serial port, and which job is using it now.

With one board of a kind plugged in nothing needs to be written down: `mel2metal hil --board u585`
finds it. An inventory is for more: several boards of a kind, probes that do not say their board,
boards on other machines, a way to switch the power.
"""

EPILOG = """\
examples:
  mel2metal boards                  what is there
  mel2metal boards --write          write it to boards.local.yaml, to be completed by hand
  mel2metal hil --board u585 --probe 004200253156501320323443

an inventory is a list, one entry a board:
  - board: u585                     # a name of boards.yaml
    probe: "004200253156501320323443"     # the whole id, as listed here
    port: /dev/ttyACM0              # where it is not the probe's own
    power_cycle: uhubctl -l 1-1 -p 2 -a cycle
  - board: h743                     # on another machine: `pyocd server`, and a serial server
    probe: remote:rack:5555
    port: rfc2217://rack:4000
  - board: u585                     # a virtual board that all processes agree on
    probe: virtual:u585-2
"""


def add_boards(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "boards",
        help="what is plugged in: probe, port, board, who uses it",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="write what is there as an inventory, to FILE or boards.local.yaml; never over one",
    )
    parser.add_argument("--inventory", type=Path, metavar="FILE", help="another inventory")
    parser.add_argument(
        "--boards-file",
        type=Path,
        metavar="FILE",
        default=DEFAULT_BOARDS_FILE,
        help="another boards.yaml",
    )
    parser.set_defaults(run=_run, extra=HIL)


def _run(options: argparse.Namespace, console: Console) -> int:
    from hil.boards.command import run_boards

    return run_boards(options)
