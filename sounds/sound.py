# SPDX-License-Identifier: Apache-2.0
"""One labelled sound, and a set of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

BOTH = "+"
"""Joins the classes of a sound with several: `dog+rain`."""


def split_category(category: str) -> tuple[str, ...]:
    """The classes of a category: `dog+rain` to ("dog", "rain"); empty parts do not count."""
    parts = (part.strip() for part in category.split(BOTH))
    return tuple(dict.fromkeys(part for part in parts if part))


@dataclass(frozen=True, slots=True)
class Sound:
    """A file, the fold it belongs to and its classes."""

    name: str
    """Its path in the set, without suffix where that is no other's: the same for every edition."""
    path: Path
    fold: int
    category: str
    """As the table or the folder has it; several classes are joined by `+`."""
    recording: str
    """Pieces of one recording have the same text here; they must share a fold."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of its classes."""
        return split_category(self.category)


@dataclass(frozen=True, slots=True)
class SoundSet:
    """Sounds in their order, and every class of the whole set, alphabetical."""

    root: Path
    table: Path | None
    """The CSV that named them; None for class folders."""
    sounds: tuple[Sound, ...]
    classes: tuple[str, ...]


def classes_of(categories: Iterable[str]) -> tuple[str, ...]:
    """Every class that occurs, alphabetical."""
    return tuple(sorted({name for text in categories for name in split_category(text)}))
