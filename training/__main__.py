# SPDX-License-Identifier: Apache-2.0
"""`python -m training train|cv|quantize|evaluate`: `mel2metal train` and so on."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from generator.errors import EXIT_INTERRUPTED, EXIT_TOOL, Mel2metalError
from generator.plain_console import PlainConsole
from training.arguments import HELP, RESUMED, add_arguments
from training.commands import COMMANDS, check_command


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, purpose in HELP.items():
        one = commands.add_parser(name, help=purpose, description=purpose, allow_abbrev=False)
        add_arguments(one, name)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 2 for a faulty input, 3 for a missing tool."""
    options = _parser().parse_args(arguments)
    console = PlainConsole(soft_wrap=True)
    try:
        is_check = getattr(options, "check", False)
        if is_check:
            check_command(options.command, options, console)
        else:
            COMMANDS[options.command](options, console)
    except Mel2metalError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"{where}{error.strerror or error}", file=sys.stderr)
        return EXIT_TOOL
    except KeyboardInterrupt:
        can_resume = options.command in RESUMED
        more = "; run it again to resume" if can_resume else ""
        print(f"interrupted{more}", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
