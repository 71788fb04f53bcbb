# SPDX-License-Identifier: Apache-2.0
"""The plug-in's options by two names: `--m2m-port` always, `--port` where no one else has it.

pytest lets no two plug-ins have an option of the same name: whoever comes second ends the run. So
the short names are added last, behind all plug-ins and conftest.py files that are loaded before
the command line is read, and only where they are free.

Read in every pytest run of an environment where mel2metal is installed: it imports nothing heavy.
"""

from __future__ import annotations

import argparse
import copy
import re
from collections.abc import Generator, Sequence
from typing import Any

import pytest

from hil.option_table import PREFIX, prefixed_name, with_prefixes

PLUGIN_NAME = "mel2metal-options"

SHARED = {"--lg-env": "lg_env"}
"""Options that another plug-in has with the same meaning, and where it keeps their values."""


class OptionNames:
    """A part of the plug-in that knows which of its options have their short names in this run."""

    def __init__(self, parser: pytest.Parser) -> None:
        self._parser = parser
        self._group = parser.getgroup("mel2metal", "mel2metal: hardware in the loop")
        self._added: dict[str, dict[str, Any]] = {}
        """What each option was added with, by its short name."""

        self._short: list[str] = []
        self._taken: dict[str, str] = {}
        """The group of the plug-in that has the name, by short names that are not ours."""

    def add(self, *names: str, **attributes: Any) -> None:
        """Add an option by its prefixed names; takes what argparse's `add_argument` takes.

        `names` are its short ones, which follow where they are free.
        """
        dest = attributes.pop("dest", None) or names[0].removeprefix("--").replace("-", "_")
        attributes["dest"] = f"{PREFIX}_{dest}"
        self._group.addoption(*map(prefixed_name, names), **attributes)
        self._added |= {name: attributes for name in names}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(
        self, early_config: pytest.Config, parser: pytest.Parser, args: list[str]
    ) -> Generator[None, object, object]:
        """Add the short names that neither a plug-in nor a conftest.py has taken.

        pytest has split the arguments without them by now, to find the conftest.py files: it is
        told again what is a path, so that the value of `--sounds` is not taken for one.
        """
        taken = self._names_of_others()
        known = with_prefixes(args, set(self._added) - set(taken))
        again = parser.parse_known_args(known, namespace=copy.copy(early_config.option))
        early_config.known_args_namespace.file_or_dir = again.file_or_dir
        result = yield
        self._add_short_names()
        return result

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        """Give the short names back: the command line is read.

        A conftest.py that is found later may add options of these names, as it may without us.
        """
        # Older releases of pytest make such a parser each time.
        option_parser: argparse.ArgumentParser | None = getattr(self._parser, "optparser", None)
        if option_parser is not None:
            for name in self._short:
                option_parser._option_string_actions.pop(name, None)

    def pytest_report_header(self, config: pytest.Config) -> list[str]:
        """Say which names mean another plug-in's options, where a board is named."""
        if not self._taken or not config.getoption(f"{PREFIX}_board"):
            return []
        ours = ", ".join(map(prefixed_name, self._taken))
        return [f"mel2metal: another plug-in has {', '.join(self._taken)}; here it is {ours}"]

    def value_of(self, config: pytest.Config, name: str) -> Any:
        """The value of an option, by its short name with underscores and without hyphens before."""
        value = config.getoption(f"{PREFIX}_{name}")
        theirs = SHARED.get(f"--{name.replace('_', '-')}")
        return config.getoption(theirs, None) if value is None and theirs is not None else value

    def spell(self, text: str) -> str:
        """The text with each option by the name that it has in this run."""
        names = "|".join(re.escape(name) for name in self._taken if name not in SHARED)
        if not names:
            return text
        return re.sub(
            rf"(?<![\w-])(?:{names})(?![\w-])", lambda found: prefixed_name(found[0]), text
        )

    def _names_of_others(self) -> dict[str, str]:
        """Names of all other options, each with the name of its group."""
        groups = dict.fromkeys([*self._parser._groups, self._parser._anonymous])
        return {
            name: group.name
            for group in groups
            if group is not self._group
            for option in group.options
            for name in option.names()
        }

    def _add_short_names(self) -> None:
        others = self._names_of_others()
        for name, attributes in self._added.items():
            if name in others:
                self._taken[name] = others[name]
            else:
                self._group.addoption(name, **{**attributes, "help": argparse.SUPPRESS})
                self._short.append(name)
        for option in self._group.options:
            details = option.attrs()
            if details.get("help") != argparse.SUPPRESS:
                details["help"] += self._note(option.names())

    def _note(self, prefixed: Sequence[str]) -> str:
        """What `pytest --help` says of the short names of one option."""
        short = [f"--{name.removeprefix(f'--{PREFIX}-')}" for name in prefixed]
        free = [name for name in short if name in self._short]
        notes = [f"short: {', '.join(free)}"] if free else []
        for name in short:
            if name in self._taken:
                notes.append(
                    f"or labgrid's own {name}"
                    if name in SHARED
                    else f"{name} is another plug-in's, of its group {self._taken[name]}"
                )
        return f" ({'; '.join(notes)})"


def option_names(config: pytest.Config) -> OptionNames:
    """The names of this run."""
    found = config.pluginmanager.get_plugin(PLUGIN_NAME)
    assert isinstance(found, OptionNames)
    return found


def option_value(config: pytest.Config, name: str) -> Any:
    """The value of one of this project's options: `option_value(config, "require_board")`."""
    return option_names(config).value_of(config, name)
