# SPDX-License-Identifier: Apache-2.0
"""A YAML file by its keys, and the line of each key, so that a fault can tell its place."""

from __future__ import annotations

import stat
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from generator.bounded_yaml import LARGEST_CHARACTERS, NoValueError, Tags, load_yaml
from generator.errors import Fault, InputError


class Lines:
    """Where each key of the file stands, for messages."""

    def __init__(self, path: Path, root: yaml.Node | None) -> None:
        self._path = path
        self._line_of: dict[tuple[str, ...], int] = {}
        self.duplicates: list[Fault] = []
        if root is not None:
            self._visit(root, ())

    def _visit(self, node: yaml.Node, at: tuple[str, ...]) -> None:
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


def read_mapping(
    path: Path, empty: str, remedy: str, *, tags: Tags | None = None
) -> tuple[Mapping[Hashable, object], Lines]:
    """Return what is in the file by key, and the lines; `tags` make values of the file's own tags.

    Raises `InputError` for what is no YAML, or goes beyond the bounds of `bounded_yaml`; in the
    words of `empty` and `remedy` for a file that holds nothing, or no mapping.
    """
    return mapping_of(read_text(path), path, empty, remedy, tags=tags)


def read_words(path: Path, empty: str, remedy: str) -> tuple[Mapping[str, Any], Lines]:
    """The same, every key and value a text as it stands: `on`, `yes` and `no` are words here."""
    text = read_text(path)
    mapping_of(text, path, empty, remedy)  # raises for what is none
    words: Any
    words, lines = _parse_document(text, path, words=True)
    return words, lines


def mapping_of(
    text: str, path: Path, empty: str, remedy: str, *, tags: Tags | None = None
) -> tuple[Mapping[Hashable, object], Lines]:
    """What `read_mapping` returns, of a text; messages call its place `path.name`."""
    document, lines = _parse_document(text, path, tags=tags)
    if not isinstance(document, Mapping) or not document:
        raise InputError([Fault(path.name, empty, remedy)])
    return document, lines


def read_sequence(path: Path, empty: str, remedy: str) -> tuple[Sequence[object], Lines]:
    """Return the entries of a file that is a list, and the lines. Raises as `read_mapping` does."""
    document, lines = _parse_document(read_text(path), path)
    if not isinstance(document, list) or not document:
        raise InputError([Fault(path.name, empty, remedy)])
    return document, lines


def read_text(path: Path, remedy: str = "") -> str:
    """The text, as far as `load_yaml` would take it: what is larger is refused there.

    Raises `InputError` for what cannot be read, is no file, or no UTF-8.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            what = "Is a directory" if path.is_dir() else "it is no file"
            raise InputError([Fault(str(path), f"cannot be read: {what}", remedy)])
        with path.open("rb") as stream:
            raw = stream.read(LONGEST_CHARACTER_BYTES * (LARGEST_CHARACTERS + 1))
        return raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise InputError([Fault(str(path), f"cannot be read: {reason}", remedy)]) from None


LONGEST_CHARACTER_BYTES = 4
"""Of UTF-8: so no character of a file within the bound is cut."""


def _parse_document(
    text: str, path: Path, *, words: bool = False, tags: Tags | None = None
) -> tuple[object, Lines]:
    try:
        document, root = load_yaml(text, words=words, tags=tags)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path.name}:{mark.line + 1}" if mark else path.name
        problem = getattr(error, "problem", None) or str(error)
        if isinstance(error, NoValueError):
            raise InputError([Fault(where, problem, "mend it, or put it in quotes")]) from None
        raise InputError([Fault(where, f"is not YAML: {problem}", "mend the syntax")]) from None
    return document, Lines(path, root)
