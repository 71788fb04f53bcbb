# SPDX-License-Identifier: Apache-2.0
"""The labelled clips of a run.

`sounds` reads the files, in ESC-50's layout or with one folder per class. This module maps class
names to label indices: a model's labels are the requested classes, or all of them, in alphabetical
order.
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
"""The label of a clip without any class."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One sound file, its fold and the indices of its classes, ascending."""

    path: Path
    name: str
    fold: int
    labels: tuple[int, ...]
    recording: str

    @property
    def label(self) -> int:
        """The index of its first class; NO_LABEL for a clip without any."""
        return self.labels[0] if self.labels else NO_LABEL


@dataclass(frozen=True, slots=True)
class DataSet:
    """Clips in the order of their set, and the labels by index."""

    root: Path
    labels: tuple[str, ...]
    clips: tuple[Clip, ...]
    has_table: bool
    """True if the folds come from a table; False if they were assigned by `sounds.folds`."""

    def in_folds(self, folds: Iterable[int]) -> tuple[Clip, ...]:
        """The clips of the given folds, in order."""
        wanted = set(folds)
        return tuple(clip for clip in self.clips if clip.fold in wanted)

    @property
    def is_esc50(self) -> bool:
        """True if all clips are ESC-50's, by their file names."""
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
    multi_label: bool = False,
    whole: bool = False,
) -> DataSet:
    """The clips of `folds` below `root`; files of other folds are not opened.

    `classes`: the labels to use; empty for all. `other`: the class of background sounds.
    `multi_label` (a sigmoid head): a clip has any number of labels, or none; `other` is not a
    label, and classes that are not in `classes` are ignored. Otherwise a clip has exactly one
    label: classes that are not in `classes` are mapped to `other`, and left out if there is no
    `other`. `whole`: use all rows of ESC-50's table, not only those of ESC-10.

    Raises InputError with every fault of the set.
    """
    found = read_sounds(root, folds, whole=whole)
    faults = _class_faults(found, classes, other)
    labels = _labels_of(found, classes, other, multi_label=multi_label)
    place = {name: index for index, name in enumerate(labels)}
    clips: list[Clip] = []
    for sound in found.sounds:
        indices = tuple(sorted(place[name] for name in sound.classes if name in place))
        if not multi_label and len(sound.classes) > 1:
            what = f"{sound.category}: several classes in one sound"
            remedy = "set head.kind: sigmoid, or keep sounds of one class"
            faults.append(Fault(str(sound.path), what, remedy))
            continue
        if not multi_label and not indices:
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
    """Faults for every class with too few clips to train and to test on."""
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
            what = f"all its clips are in fold {folds[0]}: no training clips when that is tested"
            faults.append(Fault(where, what, "spread its recordings over the folds"))
    return faults


def targets_of(clips: Sequence[Clip], classes: int) -> npt.NDArray[np.float32]:
    """Multi-hot targets float32 [clips, classes]."""
    targets = np.zeros((len(clips), classes), np.float32)
    for row, clip in zip(targets, clips, strict=True):
        row[list(clip.labels)] = 1.0
    return targets


def sha256_of_clips(clips: Iterable[Clip]) -> str:
    """One SHA-256 over the names, labels, folds and bytes of all clips, in order."""
    digest = hashlib.sha256()
    for clip in clips:
        labels = ",".join(str(label) for label in clip.labels)
        digest.update(f"{clip.path.name}\0{clip.fold}\0{labels}\0".encode())
        digest.update(hashlib.sha256(clip.path.read_bytes()).digest())
    return digest.hexdigest()


def _labels_of(
    found: SoundSet, classes: Sequence[str], other: str | None, *, multi_label: bool
) -> tuple[str, ...]:
    names = set(classes or found.classes)
    if multi_label:
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
        faults.append(Fault(where, f"no sound for the class {other!r} (other)", have))
    return faults


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
