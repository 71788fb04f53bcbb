# SPDX-License-Identifier: Apache-2.0
"""`mel2metal library`: the library alone, for firmware that the user has already."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.boards.boards_file import load_board
from generator.command_parser import MOST_JOBS
from generator.commands.model_options import add_boards_file, add_model_settings, network_of
from generator.errors import Fault, InputError, collect
from generator.library_package import make_library
from generator.project.manifest import check_writable
from generator.terminal.progress import progress
from generator.terminal.tool_progress import install_what_is_needed
from generator.toolchain.build import DEFAULT_JOBS
from generator.toolchain.locate import find_toolchain

DESCRIPTION = """\
Writes OUT/<board>-library/: mel2metal.h, libmel2metal.a and a CMake package, for firmware that you
have already (STM32CubeIDE, Zephyr, PlatformIO). No start-up, clock or UART is in it; the board says
for which core it is compiled.
"""

EPILOG = """\
examples:
  mel2metal library --board u585
  mel2metal library --board l475 --model mine.tflite
"""


def add_library(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "library",
        help="header, archive, CMake package for your own firmware",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--board", required=True, metavar="ID", help="whose core it is for")
    add_boards_file(parser)
    add(
        "--out",
        type=Path,
        metavar="DIR",
        default=Path("build"),
        help="where <board>-library/ will be (default: build)",
    )
    add("--model", type=Path, help="the .tflite (default: the shipped model)")
    add_model_settings(parser)
    add("--cross-compile", metavar="PREFIX", help="another compiler than the pinned one")
    add("--jobs", type=int, metavar="N", default=DEFAULT_JOBS, help="compilers at a time")
    add(
        "--force",
        action="store_true",
        help="write where you changed or added files: they move to <folder>.kept-<time>/",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, console: Console) -> int:
    check_writable(options.out)
    faults: list[Fault] = []
    board = collect(faults, lambda: load_board(options.boards_file, options.board))
    network = collect(faults, lambda: network_of(options))
    if not 1 <= options.jobs <= MOST_JOBS:
        faults.append(Fault("--jobs", f"{options.jobs} jobs", f"give 1 to {MOST_JOBS}"))
    if board is None or network is None or faults:
        raise InputError(faults)
    install_what_is_needed(console, options.cross_compile)
    toolchain = find_toolchain(options.cross_compile)
    with progress(console) as show:
        made = make_library(
            *(board, network, toolchain),
            out_dir=options.out,
            on_progress=show,
            jobs=options.jobs,
            force=options.force,
        )
    console.print(f"RAM {made.ram_bytes:,} B, flash {made.flash_bytes:,} B", markup=False)
    needs = ", ".join(made.needs)
    console.print(f"needs from your program: {needs}", markup=False, soft_wrap=True)
    console.print(f"written: {made.directory}", markup=False, soft_wrap=True)
    return 0
