# SPDX-License-Identifier: Apache-2.0
"""The arguments of `mel2metal live`. Read at every start of the command: nothing heavy here."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.command_parser import CommandParser
from generator.extras import HIL
from hil.option_table import WHY_NOT, add_board_options

DESCRIPTION = """\
Plays sound to a board in real time, and shows what it hears: the mel spectrogram, the score of each
class, the class that sounds now, how busy the core is. The image is that of `mel2metal hil`, built
and programmed where something changed. Without a terminal, or with --json, one JSON object a line.
"""

EPILOG = """\
examples:
  mel2metal live --board u585                            the microphone of this machine
  mel2metal live --board u585 --virtual --wav dog.wav    files, without a board
  mel2metal live --board u585 --board-microphone         what the board's own microphone hears
  mel2metal live --board u585 --wav *.wav --fast --json  files, as quickly as the board takes them
  mel2metal live --board u585 --record walk              with the sound and all results in walk/

Ctrl-C ends it: the board is reset, and free for others.

exit codes: 0 the files have ended, 2 something given is wrong, 3 board, microphone or a tool
failed, 130 ended by Ctrl-C or SIGTERM
"""


def add_live(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "live",
        help="play sound to a board in real time, and watch what it hears",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--board", action="append", required=True, metavar="NAME", help="board of boards.yaml")
    add("--wav", nargs="+", type=Path, default=[], metavar="FILE", help="sound files, in a row")
    add(
        "--microphone",
        metavar="DEVICE",
        help="a microphone of this machine by number or name (default: the system's own)",
    )
    add(
        "--board-microphone",
        action="store_true",
        help="the board's own; with --virtual it hears the files of --wav",
    )
    add("--fast", action="store_true", help="files as quickly as the board takes them")
    add("--json", action="store_true", help="JSON lines, also in a terminal")
    add("--record", type=Path, metavar="DIR", help="keep sound.wav and results.jsonl there")
    add("--no-flash", action="store_true", help="the board carries its image already")
    add("--virtual-fault", action="append", default=[], metavar="NAME", help=argparse.SUPPRESS)
    add_board_options(add)
    assert isinstance(parser, CommandParser)
    parser.why_not = WHY_NOT
    parser.set_defaults(run=_run, extra=HIL)


def _run(options: argparse.Namespace, console: Console) -> int:
    from hil.live.command import run_live

    return run_live(options, console)
