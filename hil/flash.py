# SPDX-License-Identifier: Apache-2.0
"""`mel2metal flash`: a board programmed, and asked what it runs. No test.

Read at every start of the command: nothing heavy here.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from generator.extras import HIL
from generator.notices import notices_apart
from generator.project.applications import ACTIONS_HELP, APP_HELP, MEASURE
from generator.project.user_application import application_of
from generator.terminal.tool_progress import install_what_is_needed
from hil.option_table import add_board_options

if TYPE_CHECKING:
    from hil.options import Options
    from hil.unlinked import UnlinkedBoard

DESCRIPTION = """\
Builds the firmware where something changed, writes it through the board's debug probe where it
differs from what lies in flash, reads it back, resets the board, and lets it say which image and
which model it runs. One board at a time uses a probe: a board that a test uses is waited for.
Another application than measure (--app) speaks no link: it is read back, started, and not asked.
"""

EPILOG = """\
examples:
  mel2metal flash --board u585                   the only u585 that is plugged in
  mel2metal flash --board u585 --probe 004200253156501320323443
  mel2metal flash --board u585 --flash-command 'STM32_Programmer_CLI -c port=SWD -w {hex} -v -rst'
  mel2metal flash --board u585 --app monitor     listens by itself from then on
  mel2metal flash --board u585 --virtual         the same on the virtual board, which ends with it

exit codes: 0 the board runs this image, 2 something given is wrong, 3 board, probe or a tool failed
"""


def add_flash(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "flash",
        help="program a board through its probe, and ask it what it runs",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--board", action="append", required=True, metavar="NAME", help="board of boards.yaml")
    add("--app", metavar="NAME_OR_FOLDER", default=MEASURE.name, help=APP_HELP)
    add("--actions", type=Path, metavar="FILE", help=ACTIONS_HELP)
    add_board_options(add)
    parser.set_defaults(run=_run, extra=HIL, virtual_fault=[])


def _run(options: argparse.Namespace, console: Console) -> int:
    from hil.options import read_options
    from hil.session import open_session
    from hil.unlinked import open_unlinked

    def say(line: str) -> None:
        console.print(line, markup=False, soft_wrap=True)

    read = read_options(vars(options).get)
    install_what_is_needed(console, read.cross_compile)
    application = application_of(options.app, read.build_dir, options.actions)
    for spec in read.boards.values():
        if application.has_board:
            with open_unlinked(read, spec, application, notices_apart(say)) as unlinked:
                say(f"[running]  {spec.id}: {_not_asked(unlinked, read)}")
            continue
        with open_session(read, spec, on_progress=notices_apart(say)) as session:
            hello = session.hello
            say(
                f"[running]  {spec.id}: firmware {hello.firmware_sha256.hex()[:16]}…, model "
                f"{hello.model_sha256.hex()[:16]}…, {hello.core_clock_hz / 1e6:g} MHz"
            )
    return 0


def _not_asked(unlinked: UnlinkedBoard, options: Options) -> str:
    """What is known of a board that no HELLO comes from."""
    image = unlinked.image
    sha256 = image.firmware_sha256[:16]
    said = f"{image.project.info.application}, firmware {sha256}…; it speaks no link, and was "
    if options.flash_command is not None:
        return said + "written by --flash-command: nothing read it back"
    return said + "read back"
