# SPDX-License-Identifier: Apache-2.0
"""Folds and clips that were asked for and are not there: an error, never another run instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from generator.errors import Fault, InputError

NO_SOUNDS = "there is no data set, only synthetic clips"
GET_SOUNDS = "name a data set by --sounds or ESC10_DIR, or run `make dataset`"


def refuse_without_sounds(
    folds: Sequence[int], limit: int | None, clips: int, *, required: bool
) -> None:
    """Without a data set: raise InputError where folds, more clips than `clips`, or a data set
    (`required`) were asked for."""
    faults = []
    if required:
        faults.append(Fault("--require-sounds", NO_SOUNDS, GET_SOUNDS))
    if folds:
        asked = ",".join(map(str, folds))
        faults.append(Fault(f"--folds {asked}", NO_SOUNDS, GET_SOUNDS))
    if limit is not None and limit > clips:
        what = f"{NO_SOUNDS}, {clips} of them"
        faults.append(Fault(f"--clips {limit}", what, f"ask for {clips} or fewer, or {GET_SOUNDS}"))
    if faults:
        raise InputError(faults)


def refuse_missing(
    directory: Path, clips: Sequence[tuple[str, int]], folds: Sequence[int], limit: int | None
) -> None:
    """Raise InputError where a data set lacks what was asked for.

    `clips` has class and fold of every clip in the chosen folds.
    """
    present = {fold for _, fold in clips}
    where = f" in folds {', '.join(map(str, sorted(folds)))}" if folds else ""
    faults = [
        Fault(f"--folds {fold}", f"{directory} has no clip in fold {fold}", "name other folds")
        for fold in sorted(set(folds) - present)
    ]
    if limit is not None and limit > len(clips):
        what = f"{directory} has {len(clips)} clips{where}"
        remedy = f"ask for {len(clips)} or fewer, or leave --clips out for all"
        faults.append(Fault(f"--clips {limit}", what, remedy))
    elif limit is not None:
        faults += _class_faults(directory, Counter(label for label, _ in clips), where, limit)
    if faults:
        raise InputError(faults)


def _class_faults(directory: Path, of_class: Counter[str], where: str, limit: int) -> list[Fault]:
    """As many clips of each class as of any other: not where a class has fewer."""
    share = limit // len(of_class)
    most = min(of_class.values()) * len(of_class)
    return [
        Fault(
            f"--clips {limit}",
            f"{share} of each class, but {directory} has {count} of {label}{where}",
            f"ask for {most} or fewer, add sounds, or leave --clips out for all",
        )
        for label, count in sorted(of_class.items())
        if count < share
    ]
