# SPDX-License-Identifier: Apache-2.0
"""The script for fish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mel2metal.completion.words import Argument, Command, Value

HEAD = """\
# fish completion for mel2metal: mel2metal completion fish | source
complete -c mel2metal -f
complete -c mel2metal -n __fish_use_subcommand -l version -d 'print version and commit'
complete -c mel2metal -n __fish_use_subcommand -l help -d 'show the commands'
"""


def fish_script(commands: Sequence[Command]) -> str:
    """The script."""
    lines = [line for command in commands for line in _of_command(command)]
    return HEAD + "\n".join(lines) + "\n"


def _of_command(command: Command) -> Iterator[str]:
    add = "complete -c mel2metal"
    yield f"{add} -n __fish_use_subcommand -a {command.name} -d {_quoted(command.help)}"
    within = f"{add} -n '__fish_seen_subcommand_from {command.name}'"
    for option in command.options:
        names = "".join(
            f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}"
            for name in option.names
        )
        yield f"{within}{names}{_action(option)} -d {_quoted(option.help)}"
    positional = command.positional
    if positional is None or positional.value is not Value.CHOICE:
        yield f"{within} -F"
    else:
        yield f"{within} -a {_quoted(' '.join(positional.choices))}"


def _action(argument: Argument) -> str:
    match argument.value:
        case Value.NOTHING:
            return ""
        case Value.CHOICE:
            return f" -x -a {_quoted(' '.join(argument.choices))}"
        case Value.FILE:
            return " -r -F"
        case Value.ANY:
            return " -x"


def _quoted(text: str) -> str:
    """A string of fish, in which the backslash and the quote are escaped."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
