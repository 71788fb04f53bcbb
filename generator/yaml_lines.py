# SPDX-License-Identifier: Apache-2.0
"""A YAML file by its keys, and the line of each key, so that a fault can tell its place."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from generator.errors import Fault, InputError

DEEPEST = 20
"""Keys one in another: far more than any file here has; a mapping that holds itself has no end."""


class Lines:
    """Where each key of the file stands, for messages."""

    def __init__(self, path: Path, root: yaml.Node | None) -> None:
        self._path = path
        self._line_of: dict[tuple[str, ...], int] = {}
        self.duplicates: list[Fault] = []
        if root is not None:
            self._visit(root, ())

    def _visit(self, node: yaml.Node, at: tuple[str, ...]) -> None:
        if len(at) > DEEPEST:
            mark = node.start_mark
            raise yaml.MarkedYAMLError(problem="nested too deep, or in itself", problem_mark=mark)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                below = (*at, str(key.value))
                if below in self._line_of:
                    where = f"{self._path.name}:{key.start_mark.line + 1}: {'.'.join(below)}"
                    self.duplicates.append(Fault(where, "duplicate key", "keep one of the two"))
                self._line_of[below] = key.start_mark.line + 1
                self._visit(value, below)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._line_of[(*at, str(index))] = value.start_mark.line + 1
                self._visit(value, (*at, str(index)))

    def where(self, *at: object) -> str:
        """Return "boards.yaml:12: u585.clock.pll" for a place, or the nearest one above it."""
        keys = tuple(str(key) for key in at)
        line = next(
            (
                self._line_of[keys[:length]]
                for length in range(len(keys), 0, -1)
                if keys[:length] in self._line_of
            ),
            1,
        )
        return f"{self._path.name}:{line}: {'.'.join(keys)}"


def read_records(path: Path) -> tuple[Mapping[Hashable, object], Lines]:
    """Return the records by key, and their lines. Raises `InputError` for what is no such file."""
    return read_mapping(path, "holds no board record", "add one: id, then fields")


def read_mapping(path: Path, empty: str, remedy: str) -> tuple[Mapping[Hashable, object], Lines]:
    """Return what is in the file by key, and the lines.

    Raises `InputError` for what is no YAML; in the words of `empty` and `remedy` for a file that
    holds nothing, or no mapping.
    """
    return mapping_of(_read_text(path), path, empty, remedy)


def read_words(path: Path, empty: str, remedy: str) -> tuple[Mapping[str, Any], Lines]:
    """The same, every key and value a text as it stands: `on`, `yes` and `no` are words here."""
    read_mapping(path, empty, remedy)  # raises for what is none
    text = _read_text(path)
    words: Mapping[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    return words, Lines(path, yaml.compose(text, Loader=yaml.BaseLoader))


def mapping_of(
    text: str, path: Path, empty: str, remedy: str
) -> tuple[Mapping[Hashable, object], Lines]:
    """What `read_mapping` returns, of a text; messages call its place `path.name`."""
    document, lines = _parse_document(text, path)
    if not isinstance(document, Mapping) or not document:
        raise InputError([Fault(path.name, empty, remedy)])
    return document, lines


def read_sequence(path: Path, empty: str, remedy: str) -> tuple[Sequence[object], Lines]:
    """Return the entries of a file that is a list, and the lines. Raises as `read_mapping` does."""
    document, lines = _parse_document(_read_text(path), path)
    if not isinstance(document, list) or not document:
        raise InputError([Fault(path.name, empty, remedy)])
    return document, lines


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise InputError([Fault(str(path), f"cannot be read: {reason}")]) from None


def _parse_document(text: str, path: Path) -> tuple[object, Lines]:
    try:
        document: object = yaml.safe_load(text)
        lines = Lines(path, yaml.compose(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path.name}:{mark.line + 1}" if mark else path.name
        problem = getattr(error, "problem", None) or str(error)
        raise InputError([Fault(where, f"is not YAML: {problem}", "mend the syntax")]) from None
    except ValueError as error:  # such as a date of month 99
        what = f"has a value that is none: {error}"
        raise InputError([Fault(path.name, what, "mend it, or put it in quotes")]) from None
    return document, lines
