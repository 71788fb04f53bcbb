# SPDX-License-Identifier: Apache-2.0
"""`python -m hil.flash`, or `make flash`: a board programmed, and asked what it runs. No test.

0: the board runs this image. 2: something given is wrong. 3: board, probe or a tool failed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from generator.errors import Mel2metalError
from generator.notices import notices_apart
from hil.option_table import add_board_options
from hil.options import read_options
from hil.session import open_session

DESCRIPTION = """\
Builds the firmware where something changed, writes it through the board's debug probe where it
differs from what lies in flash, reads it back, resets the board, and lets it say which image and
which model it runs. One board at a time uses a probe: a board that a test uses is waited for.
"""

EPILOG = """\
examples:
  make flash BOARD=u585                       the only u585 that is plugged in
  make flash BOARD=u585 PROBE=004200253156501320323443
  make flash BOARD=u585 FLASH_COMMAND='STM32_Programmer_CLI -c port=SWD -w {hex} -v -rst'
  make flash BOARD=u585 VIRTUAL=1             the same on the virtual board, which ends with it
"""

_PROGRAM = "python -m hil.flash"
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and return the exit code."""
    given = vars(_parser().parse_args(arguments))
    try:
        options = read_options(given.get)
        for spec in options.boards.values():
            with open_session(options, spec, on_progress=notices_apart(_say)) as session:
                hello = session.hello
                _say(
                    f"[running]  {spec.id}: firmware {hello.firmware_sha256.hex()[:16]}…, model "
                    f"{hello.model_sha256.hex()[:16]}…, {hello.core_clock_hz / 1e6:g} MHz"
                )
    except Mel2metalError as error:
        print(f"{_PROGRAM}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"{_PROGRAM}: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--board", action="append", required=True, metavar="NAME", help="board of boards.yaml")
    add_board_options(add)
    parser.set_defaults(virtual_fault=[])
    return parser


if __name__ == "__main__":
    sys.exit(main())
