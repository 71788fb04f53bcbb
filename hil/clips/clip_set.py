# SPDX-License-Identifier: Apache-2.0
"""The clips that are played to a board: a folder of labelled sounds, or seeded synthetic ones.

`sounds` reads ESC-50's layout and one folder per class; a clip reaches the board as int16, mono,
at the rate of the image's front-end, as training has it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator.errors import Fault, InputError, collect
from hil.clips.shortage import refuse_missing, refuse_without_sounds
from hil.clips.synthetic import SYNTHETIC
from sounds.decode import Samples, own_rate_hz, read_samples
from sounds.layouts import read_sounds
from sounds.sound import split_category

ANY_RATE_HZ = 16_000
"""At which a file is decoded to see whether it can be: its faults are the same at all rates."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: a file of a data set, or a synthetic sound when `path` is None."""

    name: str
    """Its own in its set, and the same for every edition of the set: the file's path there."""

    fold: int
    """Fold of the data set; 0 for synthetic clips."""

    label: str | None
    """Category by table or folder; None where there is no truth to compare with."""

    path: Path | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes of the category: `dog+rain` has two."""
        return split_category(self.label or "")

    def read(self, sample_rate_hz: int) -> Samples:
        """The samples to send, int16 [samples] at this rate; raises InputError if unreadable."""
        if self.path is not None:
            return read_samples(self.path, sample_rate_hz)
        return SYNTHETIC[self.name](sample_rate_hz)

    @property
    def rate_hz(self) -> int | None:
        """The rate of its file, once it was read; None for a synthetic sound, which has any."""
        return own_rate_hz(self.path) if self.path is not None else None


@dataclass(frozen=True, slots=True)
class ClipSet:
    """Clips in a fixed order, and the labels that occur in the whole data set, alphabetical."""

    clips: tuple[Clip, ...]
    labels: tuple[str, ...]
    source: str
    """Where they come from, for the report."""

    @property
    def synthetic(self) -> bool:
        """True when there is no data set behind the clips, hence no accuracy."""
        return not self.labels


def load_clips(
    directory: Path | None,
    folds: Sequence[int] = (),
    limit: int | None = None,
    *,
    required: bool = False,
) -> ClipSet:
    """The clips of `folds` (none given: of all folds), at most `limit` of them.

    Without a directory: the synthetic clips. The limit keeps classes and folds balanced and picks
    the same clips every time; the order is that of the names. `required`: there must be a data set.
    Raises InputError where folds or clips are asked for that are not there, and what `read_sounds`
    raises.
    """
    if directory is None:
        clips = tuple(Clip(name, 0, None) for name in SYNTHETIC)
        refuse_without_sounds(folds, limit, len(clips), required=required)
        return ClipSet(clips[:limit], (), "synthetic clips, seeded")
    found = read_sounds(directory, folds)
    every = [Clip(one.name, one.fold, one.category, one.path) for one in found.sounds]
    refuse_missing(directory, [(one.category, one.fold) for one in found.sounds], folds, limit)
    chosen = choose_clips(every, limit)
    return ClipSet(chosen, found.classes, f"{directory.name or directory}, {len(chosen)} clips")


def refuse_unreadable(clips: Iterable[Clip]) -> None:
    """Raise InputError with every file that cannot be decoded."""
    faults: list[Fault] = []
    for clip in clips:
        collect(faults, partial(clip.read, ANY_RATE_HZ))
    if faults:
        raise InputError(faults)


def choose_clips(clips: Iterable[Clip], limit: int | None = None) -> tuple[Clip, ...]:
    """At most `limit` clips, as many of each class as of any other (within one), folds in turn.

    Deterministic, and nested: the clips of a smaller limit are among those of a larger one.
    """
    ordered = sorted(clips, key=lambda clip: clip.name)
    if limit is None or limit >= len(ordered):
        return tuple(ordered)
    queues: defaultdict[str, list[Clip]] = defaultdict(list)
    rank_in_fold: defaultdict[tuple[str, int], int] = defaultdict(int)
    ranks: dict[str, int] = {}
    for clip in ordered:
        key = (clip.label or "", clip.fold)
        ranks[clip.name] = rank_in_fold[key]
        rank_in_fold[key] += 1
        queues[clip.label or ""].append(clip)
    for queue in queues.values():
        queue.sort(key=lambda clip: (ranks[clip.name], clip.fold))
    chosen: list[Clip] = []
    depth = 0
    while len(chosen) < limit:
        for label in sorted(queues):
            if depth < len(queues[label]) and len(chosen) < limit:
                chosen.append(queues[label][depth])
        depth += 1
    return tuple(sorted(chosen, key=lambda clip: clip.name))


def plain_names(clips: Iterable[Clip]) -> tuple[str, ...]:
    """What each clip is called in the names of tests: its own name where that is plain.

    A user's file names may hold brackets, blanks and letters beyond ASCII, but pytest splits a
    test's name at brackets and rewrites the other two.
    """
    names: list[str] = []
    seen: Counter[str] = Counter()
    for clip in clips:
        plain = re.sub(r"[^A-Za-z0-9_.+/-]", "_", clip.name)
        seen[plain] += 1
        names.append(plain if seen[plain] == 1 else f"{plain}~{seen[plain]}")
    return tuple(names)
