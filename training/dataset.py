# SPDX-License-Identifier: Apache-2.0
"""The labelled clips of a run: which sounds, and the index of each class that is heard in them.

`sounds` reads the files, in ESC-50's layout or a folder a class. Here the names become indices:
the labels of a model are the classes asked for, or all there are, in alphabetical order.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from generator.errors import Fault, InputError
from generator.model.decision import DecisionRule
from scoring.truth import true_classes
from sounds.decode import Samples, read_samples
from sounds.folds import FOLDS
from sounds.layouts import read_sounds
from sounds.sound import SoundSet

__all__ = ["Samples", "read_samples"]

ESC50_CLIP = re.compile(r"^[1-5]-\d+-[A-Z]-\d+$")
"""How ESC-50's files are named: fold, source, take, class."""

NO_LABEL = -1
"""Of a clip in which no class is heard."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One sound file, its fold, and the indices of what is heard in it, ascending."""

    path: Path
    name: str
    fold: int
    labels: tuple[int, ...]
    recording: str

    @property
    def label(self) -> int:
        """The index of its first class; NO_LABEL where no class is heard."""
        return self.labels[0] if self.labels else NO_LABEL


@dataclass(frozen=True, slots=True)
class DataSet:
    """Clips in their set's order, and the labels that their indices mean."""

    root: Path
    labels: tuple[str, ...]
    clips: tuple[Clip, ...]
    has_table: bool
    """True where a table named the folds; False where they were dealt."""

    def in_folds(self, folds: Iterable[int]) -> tuple[Clip, ...]:
        """The clips of the given folds, in order."""
        wanted = set(folds)
        return tuple(clip for clip in self.clips if clip.fold in wanted)

    @property
    def is_esc50(self) -> bool:
        """True when all clips are ESC-50's own, whatever the edition or the layout."""
        return all(ESC50_CLIP.match(clip.path.stem) for clip in self.clips)

    @property
    def folds(self) -> tuple[int, ...]:
        """The folds that occur, ascending."""
        return tuple(sorted({clip.fold for clip in self.clips}))


def load_dataset(
    root: Path,
    folds: Sequence[int],
    *,
    classes: Sequence[str] = (),
    other: str | None = None,
    several: bool = False,
    whole: bool = False,
) -> DataSet:
    """The clips of `folds` below `root`; files of other folds are not opened.

    `classes`: the labels wanted, none given for all; `other`: the class that is none. With
    `several` (a sigmoid head) a clip may have any number of classes, also none: `other` is then no
    label, and what is not among `classes` is heard as nothing. Without, each clip has one: what is
    not among `classes` counts as `other`, and is left out where there is no `other`. `whole`: also
    the rows of ESC-50's table that are not of ESC-10.

    Raises InputError with every fault of the set.
    """
    found = read_sounds(root, folds, whole=whole)
    faults = _class_faults(found, classes, other)
    labels = _labels_of(found, classes, other, several=several)
    place = {name: index for index, name in enumerate(labels)}
    clips: list[Clip] = []
    for sound in found.sounds:
        indices = tuple(sorted(place[name] for name in sound.classes if name in place))
        if not several and len(sound.classes) > 1:
            what = f"{sound.category}: several classes in one sound"
            remedy = "set head.kind: sigmoid, or keep sounds of one class"
            faults.append(Fault(str(sound.path), what, remedy))
            continue
        if not several and not indices:
            if other is None:
                continue
            indices = (place[other],)
        clips.append(Clip(sound.path, sound.name, sound.fold, indices, sound.recording))
    if faults:
        raise InputError(faults)
    return DataSet(root, labels, tuple(clips), found.table is not None)


def label_by_model(
    found: SoundSet, labels: tuple[str, ...], rule: DecisionRule
) -> tuple[DataSet, dict[str, int]]:
    """The sounds with a model's own labels, and how many were left out, by category.

    Left out are those that the model cannot answer rightly (`true_classes`). Raises InputError when
    nothing is left.
    """
    clips: list[Clip] = []
    left_out: Counter[str] = Counter()
    for sound in found.sounds:
        truth = true_classes(sound.classes, labels, rule)
        if truth is None:
            left_out[sound.category] += 1
            continue
        clips.append(Clip(sound.path, sound.name, sound.fold, truth, sound.recording))
    if not clips or not any(clip.labels for clip in clips):
        what = f"holds no sound of a class that the model knows; it has {', '.join(found.classes)}"
        remedy = f"the model's own are {', '.join(labels)}: name the sounds so, or its labels"
        raise InputError([Fault(str(found.root), what, remedy)])
    data = DataSet(found.root, labels, tuple(clips), found.table is not None)
    return data, dict(sorted(left_out.items()))


def training_faults(data: DataSet) -> list[Fault]:
    """Every class that has too few clips to train on and to test with."""
    faults = []
    for index, label in enumerate(data.labels):
        own = [clip for clip in data.clips if index in clip.labels]
        where = f"{data.root}, class {label}"
        folds = sorted({clip.fold for clip in own})
        recordings = len({clip.recording for clip in own})
        if not own:
            faults.append(Fault(where, "no clip in the folds of this run", "add some"))
        elif not data.has_table and recordings < len(data.folds):
            what = f"{_count(recordings, 'recording')} for {len(data.folds)} folds"
            remedy = (
                f"record {len(FOLDS)} or more; pieces of one recording (a subfolder, or names "
                "that are equal up to --) count as one"
            )
            faults.append(Fault(where, what, remedy))
        elif len(folds) == 1 and len(data.folds) > 1:
            what = f"all its clips are in fold {folds[0]}: none to train on when that is tested"
            faults.append(Fault(where, what, "spread its recordings over the folds"))
    return faults


def targets_of(clips: Sequence[Clip], classes: int) -> npt.NDArray[np.float32]:
    """float32 [clips, classes]: 1 where the class is heard."""
    targets = np.zeros((len(clips), classes), np.float32)
    for row, clip in zip(targets, clips, strict=True):
        row[list(clip.labels)] = 1.0
    return targets


def sha256_of_clips(clips: Iterable[Clip]) -> str:
    """One hash over the names, labels, folds and bytes of the clips: what a run was trained on."""
    digest = hashlib.sha256()
    for clip in clips:
        labels = ",".join(str(label) for label in clip.labels)
        digest.update(f"{clip.path.name}\0{clip.fold}\0{labels}\0".encode())
        digest.update(hashlib.sha256(clip.path.read_bytes()).digest())
    return digest.hexdigest()


def _labels_of(
    found: SoundSet, classes: Sequence[str], other: str | None, *, several: bool
) -> tuple[str, ...]:
    names = set(classes or found.classes)
    if several:
        return tuple(sorted(names - {other}))
    return tuple(sorted(names | ({other} if other else set())))


def _class_faults(found: SoundSet, classes: Sequence[str], other: str | None) -> list[Fault]:
    where = str(found.root)
    have = f"it has {', '.join(found.classes)}"
    faults = [
        Fault(where, f"no class {name!r}", have)
        for name in dict.fromkeys(classes)
        if name not in found.classes and name != other
    ]
    unwanted = set(found.classes) - set(classes) if classes else set()
    if other and other not in found.classes and not unwanted:
        faults.append(Fault(where, f"nothing for the class {other!r}, which is none", have))
    return faults


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
