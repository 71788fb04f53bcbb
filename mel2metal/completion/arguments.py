# SPDX-License-Identifier: Apache-2.0
"""`mel2metal completion`: the script of a shell, made from the parsers."""

from __future__ import annotations

import argparse
from functools import partial

from rich.console import Console

from generator.boards.boards_file import load_boards
from generator.command_parser import CommandGroups
from generator.repository import DEFAULT_BOARDS_FILE
from mel2metal.completion.bash import bash_script
from mel2metal.completion.fish import fish_script
from mel2metal.completion.words import commands_of
from mel2metal.completion.zsh import zsh_script

SHELLS = {"bash": bash_script, "zsh": zsh_script, "fish": fish_script}

EPILOG = """\
to use it in every new shell:
  bash  echo 'eval "$(mel2metal completion bash)"' >> ~/.bashrc
  zsh   echo 'eval "$(mel2metal completion zsh)"' >> ~/.zshrc     (after compinit)
  fish  mel2metal completion fish > ~/.config/fish/completions/mel2metal.fish
"""


def add_completion(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`; it describes all that are there when it runs."""
    parser = commands.add_parser(
        "completion",
        help="print the script that completes words in bash, zsh or fish",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("shell", choices=tuple(SHELLS), help="whose script")
    parser.set_defaults(run=partial(_run, commands))


def _run(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    options: argparse.Namespace,
    console: Console,
) -> int:
    assert isinstance(commands, CommandGroups)
    boards = sorted(load_boards(DEFAULT_BOARDS_FILE))
    print(SHELLS[options.shell](commands_of(commands, boards)), end="")
    return 0
