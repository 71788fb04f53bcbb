# SPDX-License-Identifier: Apache-2.0
"""Long recordings in which it is written what sounds when.

The labels stand beside `street.wav` in `street.txt`, as Audacity exports a label track: one line a
sound, with begin and end in seconds and the class, separated by tabs. Lines of Audacity that begin
with a backslash (frequency ranges) say nothing here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Fault, InputError
from sounds.decode import Samples, read_samples
from sounds.names import names_of

LABEL_SUFFIX = ".txt"
SOUND_SUFFIXES = (".wav", ".flac", ".ogg")
FORMAT = "write one line a sound: begin<tab>end<tab>class, in seconds, as Audacity exports labels"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One labelled sound: its class, and from when to when it is heard."""

    begin_s: float
    end_s: float
    label: str


@dataclass(frozen=True, slots=True)
class Recording:
    """Samples int16 [n] of one rate, mono, and what is heard in them, in the order of begins."""

    name: str
    samples: Samples
    rate_hz: int
    occurrences: tuple[Occurrence, ...]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate_hz


def read_recordings(folder: Path, rate_hz: int) -> tuple[Recording, ...]:
    """Every sound of `folder` that has its labels beside it, by name, at this rate.

    Raises InputError with every fault: no such folder or sound, sounds without labels, lines that
    are no labels, sounds that cannot be decoded.
    """
    if not folder.is_dir():
        remedy = "name a folder of recordings with their labels beside them"
        raise InputError([Fault(str(folder), "there is no such folder", remedy)])
    paths = sorted(one for one in folder.iterdir() if one.suffix.lower() in SOUND_SUFFIXES)
    if not paths:
        what = f"holds no recording ({', '.join(SOUND_SUFFIXES)})"
        raise InputError([Fault(str(folder), what, "put some there, with their labels")])
    faults: list[Fault] = []
    recordings = []
    for path, name in zip(paths, names_of([one.relative_to(folder) for one in paths]), strict=True):
        try:
            samples = read_samples(path, rate_hz)
            occurrences = read_labels(path.with_suffix(LABEL_SUFFIX), len(samples) / rate_hz)
        except InputError as error:
            faults += error.faults
            continue
        recordings.append(Recording(name, samples, rate_hz, occurrences))
    if faults:
        raise InputError(faults)
    return tuple(recordings)


def read_labels(path: Path, seconds: float) -> tuple[Occurrence, ...]:
    """The labels of a recording that long; raises InputError with every line that is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        what = "there are no labels beside the recording"
        remedy = f"{FORMAT}; an empty file where nothing of a known class sounds"
        raise InputError([Fault(str(path), what, remedy)]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Fault(str(path), f"cannot be read: {error}", FORMAT)]) from error
    faults: list[Fault] = []
    occurrences = list(_occurrences(path, text, seconds, faults))
    if faults:
        raise InputError(faults)
    return tuple(sorted(occurrences, key=lambda one: (one.begin_s, one.end_s, one.label)))


def labels_text(occurrences: tuple[Occurrence, ...]) -> str:
    """The text that `read_labels` reads, times in microseconds as Audacity writes them."""
    return "".join(f"{one.begin_s:.6f}\t{one.end_s:.6f}\t{one.label}\n" for one in occurrences)


def _occurrences(
    path: Path, text: str, seconds: float, faults: list[Fault]
) -> Iterator[Occurrence]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("\\"):
            continue
        where = f"{path}:{number}"
        parts = line.split("\t")
        try:
            begin_s, end_s = float(parts[0]), float(parts[1])
            label = parts[2].strip()
        except (ValueError, IndexError):
            faults.append(Fault(where, f"{line!r} is no label", FORMAT))
            continue
        if not label:
            faults.append(Fault(where, "the class is missing", FORMAT))
        elif not (math.isfinite(begin_s) and math.isfinite(end_s) and 0 <= begin_s <= end_s):
            faults.append(Fault(where, f"{begin_s:g} to {end_s:g} s is no time", FORMAT))
        elif begin_s >= seconds:
            what = f"begins at {begin_s:g} s, and the recording ends at {seconds:.2f} s"
            faults.append(Fault(where, what, "take the labels of this recording"))
        else:
            yield Occurrence(begin_s, min(end_s, seconds), label)
