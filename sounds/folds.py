# SPDX-License-Identifier: Apache-2.0
"""Folds for sounds that come without: pieces of one recording stay together."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping

FOLDS = (1, 2, 3, 4, 5)
"""As many as ESC-50 has."""


def assign_folds(classes_of_recording: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Give each recording one of the five folds; depends on nothing but the argument's contents.

    Recordings are taken in the order of the SHA-256 of their names. Each goes to the fold that has
    the fewest recordings of its classes so far, of these to the one with the fewest recordings at
    all, of these to the lowest. A class with five recordings of its own is thus in every fold.
    """
    of_class: Counter[tuple[int, str]] = Counter()
    of_fold: Counter[int] = Counter()
    assigned: dict[str, int] = {}
    for recording in sorted(classes_of_recording, key=_shuffled):
        classes = set(classes_of_recording[recording])

        def load(fold: int, classes: set[str] = classes) -> tuple[int, int, int]:
            return sum(of_class[fold, name] for name in classes), of_fold[fold], fold

        fold = min(FOLDS, key=load)
        of_class.update((fold, name) for name in classes)
        of_fold[fold] += 1
        assigned[recording] = fold
    return assigned


def _shuffled(recording: str) -> tuple[str, str]:
    return hashlib.sha256(recording.encode()).hexdigest(), recording
