# SPDX-License-Identifier: Apache-2.0
"""The arguments of a library's call, `name=value`, read one by one; all faults are kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from generator.bounded_yaml import load_yaml
from generator.errors import Fault, InputError
from generator.frontend.record import FrontendRecord, LogKind
from generator.frontend.record_text import record_from
from generator.spelling import did_you_mean

OWN_KEYS = tuple(FrontendRecord.model_fields)
NONE_WORDS = ("none", "null", "")
TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class Imported:
    """A record, and what the user should know of how it came about."""

    record: FrontendRecord
    notes: tuple[str, ...]


@dataclass(slots=True)
class Arguments:
    """What was given. Each is taken once by its reader; what nobody takes is a fault."""

    source: str
    given: dict[str, str]
    place_of: Callable[[str], str] | None = None
    """Where an argument stands, if not on the command line."""
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)

    def where(self, name: object = "") -> str:
        """The place of an argument."""
        if name and self.place_of is not None:
            return self.place_of(str(name))
        place = f"--from {self.source}"
        return f"{place}: {name}" if name else place

    def has(self, name: str) -> bool:
        """True if it was given, even as None."""
        return name in self.given

    def refuse(self, name: str, what: str, remedy: str) -> None:
        """Add a fault of an argument."""
        self.faults.append(Fault(self.where(name), what, remedy))

    def text(self, name: str, default: str | None = None) -> str | None:
        """A word; None for None."""
        self.known.append(name)
        value = self.given.get(name)
        if value is None:
            return default
        plain = value.strip().strip("'\"")
        return None if plain.lower() in NONE_WORDS else plain

    def number(self, name: str, default: float | None) -> float | None:
        """A number; the default where it is none."""
        value = self.text(name, _shown(default))
        if value is None:
            return None
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.refuse(name, f"{value!r} is no number", "give a number, without its unit")
            return default
        return number

    def count(self, name: str, default: int | None) -> int | None:
        """A whole number; the default where it is none."""
        number = self.number(name, default)
        if number is not None and number != int(number):
            self.refuse(name, f"{number:g} is no whole number", "give a whole number")
            return default
        return None if number is None else int(number)

    def needed(self, name: str) -> int:
        """A whole number that the library has no default for."""
        if not self.has(name):
            self.refuse(name, "is missing, and has no default", f"give {name}=NUMBER")
        return self.count(name, None) or 0

    def truth(self, name: str, default: bool) -> bool:
        """True or False."""
        value = self.text(name, str(default))
        if value is None or value.lower() not in TRUTH:
            self.refuse(name, f"{value!r} is neither True nor False", "give one of them")
            return default
        return TRUTH[value.lower()]

    def choice(self, name: str, default: str | None, choices: Mapping[str, str]) -> str:
        """A word of the library, as the record's word; `choices` has "none" where None is one."""
        value = (self.text(name, default) or "none").lower()
        if value not in choices:
            self.refuse(name, f"{value!r} cannot be computed", did_you_mean(value, list(choices)))
            return next(iter(choices.values()))
        return choices[value]

    def finish(self, keys: Mapping[str, object]) -> Imported:
        """The record of these keys and of the record's own keys that were given.

        Raises `InputError` with every fault, of arguments that nobody knows as well.
        """
        own = {name: _plain(self.given[name]) for name in self.given if name in OWN_KEYS}
        own = {name: value for name, value in own.items() if name not in self.known}
        for name in self.given:
            if name not in self.known and name not in OWN_KEYS:
                remedy = did_you_mean(name, [*dict.fromkeys(self.known), *OWN_KEYS])
                self.refuse(name, f"{self.source} has no such argument", remedy)
        merged: dict[Hashable, object] = dict([*keys.items(), *own.items()])
        try:
            record = record_from(merged, self.where(), self.where, self.faults)
        except InputError as error:
            raise InputError(dict.fromkeys(error.faults)) from None
        return Imported(record, tuple(self.notes))


def read_arguments(source: str, words: Sequence[str]) -> Arguments:
    """Arguments from `name=value`, `--name=value` or `--name value`; faults are kept with them."""
    arguments = Arguments(source, {})
    waiting = ""
    for word in words:
        if waiting:
            arguments.given[waiting], waiting = word, ""
            continue
        name, equals, value = word.rstrip(",").lstrip("-").partition("=")
        if not equals and word.startswith("--"):
            waiting = name
        elif not equals or not name:
            arguments.refuse(word, "is no name=value", "write for example n_fft=1024")
        elif name in arguments.given:
            arguments.refuse(name, "is given twice", "keep one of the two")
        else:
            arguments.given[name] = value
    if waiting:
        arguments.refuse(waiting, "has no value", f"write {waiting}=VALUE")
    return arguments


def log_keys(arguments: Arguments, default: LogKind) -> LogKind:
    """`log` as the record has it, where the user says what follows the library's call."""
    named = arguments.given.get("log", default.value).strip("'\"").lower()
    return LogKind(named) if named in list(LogKind) else default


def _shown(default: float | None) -> str | None:
    return None if default is None else f"{default!r}"


def _plain(value: str) -> object:
    """A record's key from the command line, as YAML would read it."""
    import yaml

    try:
        return load_yaml(value)[0]
    except yaml.YAMLError:
        return value
