# SPDX-License-Identifier: Apache-2.0
"""The names of a model's classes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Fault, InputError
from generator.model.labels_within import LabelsWithin
from generator.plain_text import unprintable

LABEL_BYTES = 32
"""Longest label in UTF-8; HELLO carries all of them in one message."""


@dataclass(frozen=True, slots=True)
class Labels:
    """One name a class, in the order of the model's scores."""

    names: tuple[str, ...]
    source: Path | None
    """The file they were read from, or its name in the model; None: invented, as there is none."""


def count_classes(count: int) -> str:
    """`10 classes`, but `1 class`."""
    return f"{count} class{'es' if count != 1 else ''}"


MOST_LONG_NAMES = 90
"""Of more classes without labels, the names are their numbers alone: nobody can shorten names that
were made up, and HELLO has room for some 890 bytes."""


def class_identifiers(labels: Sequence[str]) -> tuple[str, ...]:
    """A C identifier for each label, unique: `CRYING_BABY`, to follow a prefix.

    Letters lose their accents, what is no ASCII letter or digit becomes one underscore; a label of
    nothing else is named by its number. Of equal ones the later gets a number: `DOG`, `DOG_2`.
    """
    identifiers: list[str] = []
    for index, label in enumerate(labels):
        plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode("ascii")
        stem = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").upper() or str(index)
        identifier, number = stem, 1
        while identifier in identifiers:
            number += 1
            identifier = f"{stem}_{number}"
        identifiers.append(identifier)
    return tuple(identifiers)


def labels_path(model: Path) -> Path:
    """Where the labels of a .tflite stand, if there are any."""
    return model.with_name(f"{model.stem}.labels.txt")


def find_labels(
    model: Path, named: Path | None, classes: int, within: LabelsWithin | None = None
) -> Labels:
    """Read the labels from `named`, from `<stem>.labels.txt` beside the model or from `within`.

    `within`: what the .tflite itself carries. Where there are none, some are made up. One label a
    line; empty lines at the end do not count, nor does a byte order mark. Raises `InputError` with
    every fault: unreadable, a wrong number of labels, empty or repeated ones, or such as cannot be
    shown in a line.
    """
    path = named or labels_path(model)
    remedy, shorter = "give one label a line, in the order of the scores", "shorten it"
    if named is not None or path.is_file():
        source, where = path, str(path)
        content = _content(path)
    elif within is not None:
        source, where = Path(f"{model.name}, {within.name}"), f"{model.name}, {within.name}"
        content = within.content
        remedy = f"{remedy}, in {path.name} beside the model or by --labels"
        shorter = f"{shorter}, in {path.name} beside the model or by --labels"
    else:
        prefix = "class_" if classes <= MOST_LONG_NAMES else ""
        return Labels(tuple(f"{prefix}{index}" for index in range(classes)), None)
    try:
        lines = content.decode("utf-8-sig").rstrip().splitlines()
    except UnicodeDecodeError:
        what = "cannot be read: not UTF-8 text"
        raise InputError([Fault(where, what, "check LABELS")]) from None
    names = tuple(line.strip() for line in lines)
    faults: list[Fault] = []
    if len(names) != classes:
        what = f"{len(names)} labels, but the model has {count_classes(classes)}"
        faults.append(Fault(where, what, remedy))
    for index, name in enumerate(names):
        place = f"{where}:{index + 1}"
        if not name:
            faults.append(Fault(place, "is empty", "name the class"))
        elif bad := unprintable(name):
            what = f"holds {bad}: a label is one line of plain text"
            faults.append(Fault(place, what, "rename it"))
        elif name in names[:index]:
            faults.append(Fault(place, f"repeats {name!r}", "give each class its own name"))
        elif len(name.encode("utf-8")) > LABEL_BYTES:
            faults.append(Fault(place, f"is longer than {LABEL_BYTES} bytes", shorter))
    if faults:
        raise InputError(faults)
    return Labels(names, source)


def _content(path: Path) -> bytes:
    if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe would be waited for
        raise InputError([Fault(str(path), "cannot be read: it is no file", "check LABELS")])
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise InputError([Fault(str(path), what, "check LABELS")]) from None
