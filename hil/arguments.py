# SPDX-License-Identifier: Apache-2.0
"""`mel2metal hil`: the suite on a board. Read at every start of the command: nothing heavy here."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess

from rich.console import Console

from generator.command_parser import CommandParser
from generator.errors import Fault, InputError
from generator.extras import HIL, missing_extra
from generator.terminal.tool_progress import install_what_is_needed
from hil.input_check import check_inputs, read_arguments
from hil.option_table import ONLY_MEASURE, add_options, prefixed_arguments
from hil.suite_command import suite_command

DESCRIPTION = """\
Builds the firmware, programs the board and plays clips to it; then reports accuracy, latency, RAM
and flash (build/hil/<board>/). Every test is one of pytest, and so are options that are not listed
here: -k, -n, --junit-xml ...
"""

EXAMPLES = """\
examples:
  mel2metal hil --board u585                              the u585 that is plugged in
  mel2metal hil --board u585 --virtual --clips 20         without a board
  mel2metal hil --board u585 --virtual --model mine.tflite --sounds my_sounds
  mel2metal hil --board mine --boards-file boards.yaml --virtual -k handshake

exit codes: 0 passed, 1 a test failed, 2 something given is wrong, 3 a tool or a board is missing or
failed, 5 no test was selected
"""


def add_hil(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "hil",
        help="stream sounds through a board, real or virtual, and report",
        usage="mel2metal hil --board NAME [--virtual] [options, also pytest's]",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    assert isinstance(parser, CommandParser)
    parser.pass_on(add_options)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, console: Console) -> int:
    for module in ("pytest", "numpy", "serial", "soundfile"):
        if importlib.util.find_spec(module) is None:
            raise missing_extra("hil", module, HIL)
    passed_on: list[str] = options.passed_on
    if any(word.partition("=")[0] == "--app" for word in passed_on):
        raise InputError(
            [Fault("--app", ONLY_MEASURE, "leave it out; firmware and flash take any")]
        )
    compiler: str | None = None
    given = read_arguments(passed_on)
    if given is not None:
        check_inputs(given, console)
        compiler = given.cross_compile
    install_what_is_needed(console, compiler)
    return subprocess.run(suite_command(prefixed_arguments(passed_on)), check=False).returncode
