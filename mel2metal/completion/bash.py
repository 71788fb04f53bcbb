# SPDX-License-Identifier: Apache-2.0
"""The script for bash, from 3.2 on. Where it offers nothing, bash completes file names."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from mel2metal.completion.words import Argument, Command, Value

HEAD = """\
# bash completion for mel2metal: eval "$(mel2metal completion bash)"
_mel2metal() {
    local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
    local command="" options="" values="" index
    # --option=value comes as three words.
    if [ "$current" = "=" ]; then
        current=""
    elif [ "$previous" = "=" ] && [ "$COMP_CWORD" -gt 1 ]; then
        previous="${COMP_WORDS[COMP_CWORD-2]}"
    fi
    for ((index = 1; index < COMP_CWORD; index++)); do
        case "${COMP_WORDS[index]}" in
            -*) ;;
            *) command="${COMP_WORDS[index]}"; break ;;
        esac
    done
    case "$command" in
"""

TAIL = """\
    esac
    case "$current" in
        -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
        *) COMPREPLY=($(compgen -W "$values" -- "$current")) ;;
    esac
}
complete -o default -F _mel2metal mel2metal
"""


def bash_script(commands: Sequence[Command]) -> str:
    """The script."""
    names = " ".join(command.name for command in commands)
    lines = ['        "")', f"            values={shlex.quote(names)}"]
    lines += ['            options="--help --version" ;;']
    for command in commands:
        lines += _of_command(command)
    return HEAD + "\n".join(lines) + "\n" + TAIL


def _of_command(command: Command) -> Iterator[str]:
    yield f"        {command.name})"
    with_values = [option for option in command.options if option.value is not Value.NOTHING]
    if with_values:
        yield '            case "$previous" in'
        for option in with_values:
            yield f"                {'|'.join(option.names)}) {_values(option)} ;;"
        yield "            esac"
    names = " ".join(name for option in command.options for name in option.names)
    yield f"            options={shlex.quote(names)}"
    positional = command.positional
    if positional is not None and positional.value is Value.CHOICE:
        yield f"            values={shlex.quote(' '.join(positional.choices))}"
    yield "            ;;"


def _values(option: Argument) -> str:
    """Offer the choices and end; no choices: file names, by `complete -o default`."""
    if option.value is not Value.CHOICE:
        return "COMPREPLY=(); return"
    words = shlex.quote(" ".join(option.choices))
    return f'COMPREPLY=($(compgen -W {words} -- "$current")); return'
