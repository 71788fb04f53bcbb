# SPDX-License-Identifier: Apache-2.0
"""The clips that are played to a board: a folder of labelled sounds, or seeded synthetic ones.

`sounds` reads ESC-50's layout and a folder a class; a clip reaches the board as int16, mono,
16 kHz, as training has it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sounds.decode import SAMPLE_RATE_HZ, Samples, read_samples, to_int16
from sounds.layouts import read_sounds
from sounds.sound import split_category

SYNTHETIC_SEED = 0x4D324D


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: a file of a data set, or a synthetic sound when `path` is None."""

    name: str
    """File name without suffix, or its path so: the same for every edition of the data set."""

    fold: int
    """Fold of the data set; 0 for synthetic clips."""

    label: str | None
    """Category by table or folder; None where there is no truth to compare with."""

    path: Path | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes of the category: `dog+rain` has two."""
        return split_category(self.label or "")

    def read(self) -> Samples:
        """The samples to send, int16 [samples] at 16 kHz; raises InputError if unreadable."""
        return read_samples(self.path) if self.path is not None else _SYNTHETIC[self.name]()


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
    directory: Path | None, folds: Sequence[int] = (), limit: int | None = None
) -> ClipSet:
    """The clips of `folds` (none given: of all folds), at most `limit` of them.

    Without a directory: the synthetic clips. The limit keeps classes and folds balanced and picks
    the same clips every time; the order is that of the names. Raises what `read_sounds` raises.
    """
    if directory is None:
        clips = tuple(Clip(name, 0, None) for name in _SYNTHETIC)
        return ClipSet(clips[:limit], (), "synthetic clips, seeded")
    found = read_sounds(directory, folds)
    every = [Clip(one.name, one.fold, one.category, one.path) for one in found.sounds]
    chosen = choose_clips(every, limit)
    return ClipSet(chosen, found.classes, f"{directory.name or directory}, {len(chosen)} clips")


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

    Brackets, blanks and letters beyond ASCII are no matter for a user's files, but pytest parts a
    test's name at the former and rewrites the latter.
    """
    names: list[str] = []
    seen: Counter[str] = Counter()
    for clip in clips:
        plain = re.sub(r"[^A-Za-z0-9_.+/-]", "_", clip.name)
        seen[plain] += 1
        names.append(plain if seen[plain] == 1 else f"{plain}~{seen[plain]}")
    return tuple(names)


# Ten sounds without a data set. They go where recordings seldom do: full scale, silence, one bit,
# a clip too short for a patch; and each is the same in every run.


def _seconds(duration_s: float) -> npt.NDArray[np.float64]:
    return np.arange(round(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def _noise(duration_s: float, amplitude: float, stream: int) -> npt.NDArray[np.float64]:
    generator = np.random.default_rng((SYNTHETIC_SEED, stream))
    return amplitude * generator.standard_normal(round(duration_s * SAMPLE_RATE_HZ))


def _chirp() -> Samples:
    time_s = _seconds(4.0)
    return to_int16(0.5 * np.sin(2 * np.pi * (100 * time_s + 900 * time_s**2)))


def _clicks() -> Samples:
    wave = _noise(4.0, 0.001, 1)
    wave[:: SAMPLE_RATE_HZ // 2] = 0.9
    return to_int16(wave)


def _chord() -> Samples:
    time_s = _seconds(3.0)
    tones = sum(np.sin(2 * np.pi * pitch_hz * time_s) for pitch_hz in (220.0, 277.2, 329.6, 3520.0))
    return to_int16(0.2 * tones * np.exp(-time_s))


def _square() -> Samples:
    phase = np.arange(3 * SAMPLE_RATE_HZ) // 18 % 2
    return np.where(phase == 0, np.int16(32767), np.int16(-32768)).astype(np.int16)


def _bursts() -> Samples:
    wave = _noise(5.0, 0.3, 2)
    return to_int16(wave * (np.floor(_seconds(5.0) * 2.5) % 2 == 0))


def _one_bit() -> Samples:
    generator = np.random.default_rng((SYNTHETIC_SEED, 3))
    return generator.integers(-1, 2, 2 * SAMPLE_RATE_HZ).astype(np.int16)


def _full_scale_noise() -> Samples:
    generator = np.random.default_rng((SYNTHETIC_SEED, 4))
    return generator.integers(-32768, 32768, 3 * SAMPLE_RATE_HZ).astype(np.int16)


def _fading_noise() -> Samples:
    return to_int16(_noise(5.0, 0.5, 5) * np.exp(-2.5 * _seconds(5.0)))


def _short_knock() -> Samples:
    return to_int16(_noise(0.4, 0.6, 6) * np.exp(-20 * _seconds(0.4)))


def _silence() -> Samples:
    return np.zeros(2 * SAMPLE_RATE_HZ, np.int16)


_SYNTHETIC: dict[str, Callable[[], Samples]] = {
    "synthetic-0-chirp": _chirp,
    "synthetic-1-clicks": _clicks,
    "synthetic-2-chord": _chord,
    "synthetic-3-square": _square,
    "synthetic-4-bursts": _bursts,
    "synthetic-5-one-bit": _one_bit,
    "synthetic-6-full-scale-noise": _full_scale_noise,
    "synthetic-7-fading-noise": _fading_noise,
    "synthetic-8-short-knock": _short_knock,
    "synthetic-9-silence": _silence,
}
