# SPDX-License-Identifier: Apache-2.0
"""The arguments of `mel2metal profile`. Read at every start of the command: nothing heavy here."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.command_parser import CommandParser
from generator.extras import HIL
from generator.terminal.tool_progress import install_what_is_needed
from hil.option_table import WHY_NOT, add_board_options

DESCRIPTION = """\
Builds the image, plays the two patches of `make bench` to it on the virtual board, and tells of
every instruction that the core executed what it was for: by layer of the network, by function
(inlined ones too) and by source line. Instructions are exact: each of the three tables sums to
what the core counted. Cycles are estimated by a model of the core's pipeline.

Without --virtual a board on the desk is measured: cycles by layer, by its own counter, with the
image with taps; they are written to BUILD/profile/BOARD/layers.json (docs/profile.md).

With --virtual BUILD/profile/BOARD/ gets
  flame.svg        the flame graph: width is instructions; exact counts on hover
  profile.json     all rows of all tables
  lines.txt        every source file that ran, with the count beside each line
  stacks.folded    with --folded: stacks for flamegraph.pl, speedscope and other tools
"""

EXAMPLES = """\
examples:
  mel2metal profile --board u585 --virtual
  mel2metal profile --board u585 --virtual --lines stream.c
  mel2metal profile --board u585 --virtual --code pointwise_relu_swapped_row_u8
  mel2metal profile --board u585                      cycles by layer of the board on the desk
  mel2metal profile --board u585 --virtual --model mine.tflite --top 50 --folded
"""


def add_profile(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "profile",
        help="where instructions go: by layer, function and line",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--board", action="append", required=True, metavar="NAME", help="board of boards.yaml")
    add(
        "--top",
        type=int,
        default=20,
        metavar="N",
        help="functions and lines to print; the rest is one row (default: 20)",
    )
    add("--lines", metavar="PATTERN", help="print source files, as in mean.c or 'kernels/*.S'")
    add("--code", metavar="FUNCTION", help="print its instructions with the count of each")
    add("--folded", action="store_true", help="write stacks.folded too")
    add("--svg", type=Path, metavar="FILE", help="write the flame graph there instead")
    add_board_options(add)
    assert isinstance(parser, CommandParser)
    parser.why_not = WHY_NOT
    parser.set_defaults(run=_run, extra=HIL)


def _run(options: argparse.Namespace, console: Console) -> int:
    from hil.profile.command import run_profile

    install_what_is_needed(console, options.cross_compile)
    return run_profile(options, console)
