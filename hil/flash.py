# SPDX-License-Identifier: Apache-2.0
"""`mel2metal flash`: a board programmed, and asked what it runs. No test.

Read at every start of the command: nothing heavy here.
"""

from __future__ import annotations

import argparse

from rich.console import Console

from generator.extras import HIL
from generator.notices import notices_apart
from generator.terminal.tool_progress import install_what_is_needed
from hil.option_table import add_board_options

DESCRIPTION = """\
Builds the firmware where something changed, writes it through the board's debug probe where it
differs from what lies in flash, reads it back, resets the board, and lets it say which image and
which model it runs. One board at a time uses a probe: a board that a test uses is waited for.
"""

EPILOG = """\
examples:
  mel2metal flash --board u585                   the only u585 that is plugged in
  mel2metal flash --board u585 --probe 004200253156501320323443
  mel2metal flash --board u585 --flash-command 'STM32_Programmer_CLI -c port=SWD -w {hex} -v -rst'
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
    add_board_options(add)
    parser.set_defaults(run=_run, extra=HIL, virtual_fault=[])


def _run(options: argparse.Namespace, console: Console) -> int:
    from hil.options import read_options
    from hil.session import open_session

    def say(line: str) -> None:
        console.print(line, markup=False, soft_wrap=True)

    read = read_options(vars(options).get)
    install_what_is_needed(console, read.cross_compile)
    for spec in read.boards.values():
        with open_session(read, spec, on_progress=notices_apart(say)) as session:
            hello = session.hello
            say(
                f"[running]  {spec.id}: firmware {hello.firmware_sha256.hex()[:16]}…, model "
                f"{hello.model_sha256.hex()[:16]}…, {hello.core_clock_hz / 1e6:g} MHz"
            )
    return 0
