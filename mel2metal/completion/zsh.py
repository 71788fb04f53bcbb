# SPDX-License-Identifier: Apache-2.0
"""The script for zsh: for `eval`, or as the file `_mel2metal` in a folder of $fpath."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mel2metal.completion.words import Argument, Command, Value

HEAD = """\
#compdef mel2metal
# zsh completion for mel2metal: eval "$(mel2metal completion zsh)", after compinit
_mel2metal() {
    local -a commands
    if (( CURRENT == 2 )); then
        commands=(
"""

MIDDLE = """\
        )
        _describe -t commands command commands
        _arguments '--help[show the commands]' '--version[print version and commit]'
        return
    fi
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
"""

TAIL = """\
    esac
}
if [[ $funcstack[1] == _mel2metal ]]; then
    _mel2metal "$@"
else
    compdef _mel2metal mel2metal
fi
"""


def zsh_script(commands: Sequence[Command]) -> str:
    """The script."""
    names = "".join(
        f"            {_quoted(f'{one.name}:{_escaped(one.help)}')}\n" for one in commands
    )
    cases = "".join(f"{line}\n" for command in commands for line in _of_command(command))
    return HEAD + names + MIDDLE + cases + TAIL


def _of_command(command: Command) -> Iterator[str]:
    yield f"        {command.name})"
    yield "            _arguments \\"
    for option in command.options:
        for name in option.names:
            repeat = "*" if option.is_repeatable else ""
            spec = f"{repeat}{name}[{_escaped(option.help)}]{_action(option)}"
            yield f"                {_quoted(spec)} \\"
    positional = command.positional
    rest = _action(positional) if positional else ":file:_files"
    yield f"                {_quoted(f'*{rest}')}"
    yield "            ;;"


def _action(argument: Argument) -> str:
    match argument.value:
        case Value.NOTHING:
            return ""
        case Value.CHOICE:
            return f":value:({' '.join(argument.choices)})"
        case Value.FILE:
            return ":file:_files"
        case Value.ANY:
            return ":value: "


def _escaped(text: str) -> str:
    """Text of a description: its brackets and colons are no syntax."""
    return re.sub(r"([\[\]:\\])", r"\\\1", text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
