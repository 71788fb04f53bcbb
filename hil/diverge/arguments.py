# SPDX-License-Identifier: Apache-2.0
"""The arguments of `mel2metal diverge`. Read at every start of the command: nothing heavy here."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.command_parser import CommandParser
from generator.extras import HIL
from generator.terminal.tool_progress import install_what_is_needed
from hil.option_table import WHY_NOT, add_board_options

DESCRIPTION = """\
Plays one clip to two things that run the same model and walks from the samples over frames, cells,
layers and elements to the score. Prints the first place where they part, with both values, their
quantisation and their neighbours. The layers are fed with the same frames on both sides, so that a
fault of the front-end and one of the network each have a place of their own.

A and B are:
  host             the firmware's C, compiled for this machine
  host:FOLDER      the same of a generated project, as it is there (build/u585)
  litert           the reference interpreter: the network alone, on the other side's frames
  float:FILE       the float .tflite that was quantised, likewise; layers within --steps are equal
  virtual:BOARD    the virtual board, with the very image that silicon gets
  BOARD            a board on the desk (--probe, --port as for `mel2metal hil`)
"""

EXAMPLES = """\
examples:
  mel2metal diverge dog.wav                                     host build against the interpreter
  mel2metal diverge dog.wav --a host --b virtual:u585
  mel2metal diverge dog.wav --model mine.tflite --a u585 --b virtual:u585 --picture diff.png
"""


def add_diverge(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "diverge",
        help="the first place at which host, interpreter and boards part",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("clip", type=Path, help="a sound file")
    parser.add_argument("--a", default="host", metavar="A", help="one side (default: host)")
    parser.add_argument("--b", default="litert", metavar="B", help="the other (default: litert)")
    parser.add_argument(
        "--patch",
        type=int,
        metavar="N",
        help="layers of this patch (default: all; of a board the first that differs, or 0)",
    )
    parser.add_argument(
        "--steps",
        type=float,
        default=8.0,
        metavar="N",
        help="what a float model's layers may differ by, in steps of int8 (default: 8)",
    )
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw both features as a PNG")
    add_board_options(parser.add_argument)
    assert isinstance(parser, CommandParser)
    parser.why_not = WHY_NOT
    parser.set_defaults(run=_run, extra=HIL)


def _run(options: argparse.Namespace, console: Console) -> int:
    from hil.diverge.command import run_diverge

    install_what_is_needed(console, options.cross_compile)
    return run_diverge(options, console)
