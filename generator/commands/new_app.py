# SPDX-License-Identifier: Apache-2.0
"""`mel2metal new-app`: a folder with an application of the user's own, to go on from."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.boards.boards_file import load_board
from generator.commands.model_options import add_boards_file, model_path
from generator.errors import Fault, InputError, collect
from generator.network import read_network
from generator.project.new_application import write_application

DEFAULT_BOARD = "u585"

DESCRIPTION = """\
Writes FOLDER with main.c, an application of some 30 lines: while a class of the model is heard, an
LED of the board is lit. The folder is yours from then on; nothing that is there is overwritten.
"""

EPILOG = """\
examples:
  mel2metal new-app my_app
  mel2metal new-app my_app --board l475 --model mine.tflite
  mel2metal firmware --board u585 --app my_app
"""


def add_new_app(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "new-app",
        help="an application of your own to go on from: a class lights an LED",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the folder to write")
    parser.add_argument(
        "--board",
        default=DEFAULT_BOARD,
        metavar="ID",
        help=f"whose LED (default: {DEFAULT_BOARD})",
    )
    add_boards_file(parser)
    parser.add_argument("--model", type=Path, help="the .tflite (default: the shipped model)")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="class names, one per line")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, console: Console) -> int:
    faults: list[Fault] = []
    board = collect(faults, lambda: load_board(options.boards_file, options.board))
    network = collect(faults, lambda: read_network(model_path(options.model), options.labels))
    if board is None or network is None:
        raise InputError(faults)
    for path in write_application(options.folder, board, network.labels.names):
        console.print(f"written: {path}", markup=False, soft_wrap=True)
    build = f"mel2metal firmware --board {board.id} --app {options.folder}"
    console.print(f"build it: {build}", markup=False, soft_wrap=True)
    return 0
