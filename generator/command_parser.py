# SPDX-License-Identifier: Apache-2.0
"""argparse for a command of many commands: under headings, and with the nearest name for a wrong
one."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NoReturn

from generator.plain_text import visible
from generator.spelling import nearest

AddCommand = Callable[["argparse._SubParsersAction[argparse.ArgumentParser]"], None]
"""Adds a command to those of the parser."""

Describe = Callable[[Callable[..., Any]], None]
"""Adds arguments by a function like argparse's `add_argument`."""


MOST_JOBS = 256
"""More compilers at a time than an image has sources help nobody, and make would start them all."""


def job_count(text: str) -> int:
    """`--jobs` as a number; argparse's error where it is none, or beyond all sense."""
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= MOST_JOBS:
        what = f"{visible(text)} is no number of jobs: 1 to {MOST_JOBS}"
        raise argparse.ArgumentTypeError(what)
    return int(text)


class CommandParser(argparse.ArgumentParser):
    """A parser that proposes the nearest option, choice or command for one that is not known."""

    passes_on = False
    """Whether arguments that are not its own go to another program."""
    why_not: Mapping[str, str] = MappingProxyType({})
    """Options of other commands that this one cannot have, each with the reason."""
    given: Sequence[str] = ()
    """The arguments that are being parsed."""
    described: Describe | None = None
    """Adds that program's arguments, for the help and the completion; they are not parsed here."""

    def pass_on(self, described: Describe) -> None:
        """Leave unknown arguments to another program, whose arguments `described` adds."""
        self.passes_on, self.described = True, described

    def describe(self) -> None:
        """Add the other program's arguments: after this the parser is good for its help alone."""
        if self.described is not None:
            described, self.described = self.described, None
            described(self.add_argument)

    def format_help(self) -> str:
        """The help, with the arguments that are passed on."""
        self.describe()
        return super().format_help()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse's own; remembers what it was given, for `error`."""
        self.given = sys.argv[1:] if args is None else list(args)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Exit with code 2; a missing option may have been given with a slip."""
        if "are required" in message and not self.passes_on:
            message += "".join(
                f"; {given}: did you mean {near}?"
                for given in self.given
                if (near := self._near_option(given)) is not None
            )
        super().error(visible(message))

    def _near_option(self, argument: str) -> str | None:
        """The nearest option for one that is not known."""
        name = argument.partition("=")[0]
        if not name.startswith("--") or name in self._option_string_actions:
            return None
        return nearest(name, self._option_string_actions)

    def refuse(self, arguments: Sequence[str]) -> NoReturn:
        """Exit with code 2 for arguments that it does not know."""
        said = []
        for argument in arguments:
            if why := self.why_not.get(argument.partition("=")[0]):
                self.error(f"{argument}: {why}")
            near = self._near_option(argument)
            said.append(f"{argument} (did you mean {near}?)" if near else argument)
        self.error(f"unrecognized arguments: {' '.join(said)}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        near = nearest(str(value), choices)
        said = f"did you mean {near}?" if near else f"choose from {', '.join(choices)}"
        raise argparse.ArgumentError(action, f"there is no {str(value)!r}: {said}")


class CommandGroups(argparse._SubParsersAction):  # type: ignore[type-arg]
    """The commands, each under a heading; argparse itself knows one list only."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.groups: dict[str, dict[str, str]] = {}
        """Command and purpose by heading, in the order in which they were added."""
        self._group: dict[str, str] = {}

    def start_group(self, heading: str) -> None:
        """Have the commands that follow under this heading."""
        self._group = self.groups.setdefault(heading, {})

    def add_parser(self, name: str, *, help: str | None = None, **options: Any) -> Any:
        """Add a command; `help` is its line in the list of commands."""
        parser: argparse.ArgumentParser = super().add_parser(name, **options)
        parser.set_defaults(parser=parser)
        self._group[name] = help or ""
        return parser

    def listing(self) -> str:
        """The list of commands, as the help shows it."""
        width = max(len(name) for group in self.groups.values() for name in group)
        lines = []
        for heading, group in self.groups.items():
            lines.append(f"{heading}:")
            lines += [f"  {name:{width}}  {purpose}" for name, purpose in group.items()]
            lines.append("")
        return "\n".join(lines)


def add_groups(commands: CommandGroups, groups: Mapping[str, Iterable[AddCommand]]) -> None:
    """Add the commands of each group under its heading."""
    for heading, adders in groups.items():
        commands.start_group(heading)
        for add in adders:
            add(commands)
