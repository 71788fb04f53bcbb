# SPDX-License-Identifier: Apache-2.0
"""What can be completed, as the parsers themselves say it: the same for every shell."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from generator.command_parser import CommandGroups, CommandParser

FILE_METAVARS = {"FILE", "DIR", "TFLITE", "PNG", "SVG", "FEATURES.npy", "CLIP", "NAME_OR_FILE"}
"""What an argument is called that names a file or a folder."""

BOARD = "board"
"""An option's name whose values are boards."""


class Value(Enum):
    """What stands behind an option, or as an argument."""

    NOTHING = "nothing"
    CHOICE = "one of its choices"
    FILE = "a file or a folder"
    ANY = "a word that nobody can guess"


@dataclass(frozen=True, slots=True)
class Argument:
    """An option, or with no names a positional argument."""

    names: tuple[str, ...]
    value: Value
    choices: tuple[str, ...]
    help: str
    is_repeatable: bool


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its options and its positional argument."""

    name: str
    help: str
    options: tuple[Argument, ...]
    positional: Argument | None


def commands_of(groups: CommandGroups, boards: Sequence[str]) -> tuple[Command, ...]:
    """All commands, in the order of the help; `boards` are the values of `--board`."""
    purposes = {name: text for group in groups.groups.values() for name, text in group.items()}
    return tuple(_command(name, purposes[name], groups.choices[name], boards) for name in purposes)


def _command(
    name: str, purpose: str, parser: argparse.ArgumentParser, boards: Sequence[str]
) -> Command:
    if isinstance(parser, CommandParser):
        parser.describe()
    arguments = list(_arguments(parser, boards))
    positional = [one for one in arguments if not one.names]
    return Command(
        name=name,
        help=purpose,
        options=tuple(one for one in arguments if one.names),
        positional=positional[0] if positional else None,
    )


def _arguments(parser: argparse.ArgumentParser, boards: Sequence[str]) -> Iterator[Argument]:
    for action in parser._actions:  # argparse has no public list of them
        value, choices = _value(action, boards)
        yield Argument(
            names=tuple(action.option_strings),
            value=value,
            choices=choices,
            help=_help_text(action),
            is_repeatable=isinstance(action, argparse._AppendAction),
        )


def _value(action: argparse.Action, boards: Sequence[str]) -> tuple[Value, tuple[str, ...]]:
    if action.nargs == 0:
        return Value.NOTHING, ()
    if action.dest == BOARD:
        return Value.CHOICE, tuple(boards)
    if action.choices is not None:
        return Value.CHOICE, tuple(str(choice) for choice in action.choices if choice)
    metavars = action.metavar if isinstance(action.metavar, tuple) else (action.metavar,)
    is_file = action.type is Path or FILE_METAVARS & set(metavars)
    return (Value.FILE if is_file else Value.ANY), ()


def _help_text(action: argparse.Action) -> str:
    """One line of its help."""
    text = " ".join((action.help or "").split())
    return text.replace("%%", "%")
