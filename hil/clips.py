# SPDX-License-Identifier: Apache-2.0
"""The clips that are played to a board: ESC-10 in ESC-50's layout, or seeded synthetic sounds.

A data set is a folder with `meta/esc50.csv` (filename, fold, category, esc10, …) and the sounds
in `audio/`. The file type does not matter, the table names the file: both the public archive (WAV)
and an edition in Ogg are read alike. A clip reaches the board as int16, mono, 16 kHz.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from generator.errors import Fault, InputError, ToolError

SAMPLE_RATE_HZ = 16_000
CSV_COLUMNS = ("filename", "fold", "category", "esc10")
DIRECTORY_VARIABLE = "ESC10_DIR"
DEFAULT_DIRECTORY = Path("data") / "ESC-50"
SYNTHETIC_SEED = 0x4D324D

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: a file of a data set, or a synthetic sound when `path` is None."""

    name: str
    """File name without suffix: the same for every edition of the data set."""

    fold: int
    """Fold of the data set; 0 for synthetic clips."""

    label: str | None
    """Category by the table; None where there is no truth to compare with."""

    path: Path | None = None

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


def find_directory(option: str | None, environment: Mapping[str, str], root: Path) -> Path | None:
    """The data set's folder: the option, else ESC10_DIR, else `data/ESC-50` if it is there.

    A folder that the user named is returned whether it exists or not, so that `load_clips` refuses
    it instead of falling back to synthetic sounds unasked.
    """
    named = option or environment.get(DIRECTORY_VARIABLE)
    if named:
        return Path(named)
    default = root / DEFAULT_DIRECTORY
    return default if (default / "meta" / "esc50.csv").is_file() else None


def load_clips(
    directory: Path | None, folds: Sequence[int] = (), limit: int | None = None
) -> ClipSet:
    """The clips of `folds` (none given: of all folds), at most `limit` of them.

    Without a directory: the synthetic clips. The limit keeps classes and folds balanced and picks
    the same clips every time; the order is that of the file names. Raises ToolError when there is
    no table, and InputError with all faults of the table and all missing files.
    """
    if directory is None:
        clips = tuple(Clip(name, 0, None) for name in _SYNTHETIC)
        return ClipSet(clips[:limit], (), "synthetic clips, seeded")
    rows = _read_table(directory)
    labels = tuple(sorted({row["category"] for row in rows}))
    faults = []
    clips_found = []
    wanted = set(folds)
    for row in rows:
        if not row["fold"].isdigit():
            faults.append(Fault(row["filename"], f"fold {row['fold']!r} is no number", _RELOAD))
            continue
        fold = int(row["fold"])
        if wanted and fold not in wanted:
            continue
        path = directory / "audio" / row["filename"]
        if not path.is_file():
            faults.append(Fault(str(path), "named by the table, but not there", _RELOAD))
        clips_found.append(Clip(path.stem, fold, row["category"], path))
    for fold in sorted(wanted - {clip.fold for clip in clips_found}):
        have = ", ".join(sorted({row["fold"] for row in rows}))
        faults.append(Fault("--folds", f"no clip in fold {fold}", f"the table has folds {have}"))
    if faults:
        raise InputError(faults)
    chosen = choose_clips(clips_found, limit)
    return ClipSet(chosen, labels, f"{directory.name or directory}, {len(chosen)} clips")


_RELOAD = "mend the folder, or fetch the data set again with `make dataset`"


def _read_table(directory: Path) -> list[dict[str, str]]:
    table = directory / "meta" / "esc50.csv"
    if not table.is_file():
        remedy = f"name a folder in ESC-50's layout by {DIRECTORY_VARIABLE}, or run `make dataset`"
        raise ToolError(f"{table} not found: this is no ESC-50 folder", remedy)
    faults: list[Fault] = []
    rows = []
    try:
        with table.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in CSV_COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                what = f"no column {', '.join(missing)}"
                raise InputError([Fault(str(table), what, "use ESC-50's own esc50.csv")])
            for row in reader:
                if any(row[name] is None for name in CSV_COLUMNS):
                    faults.append(
                        Fault(f"{table}, line {reader.line_num}", "the row is cut short", _RELOAD)
                    )
                elif row["esc10"].strip().lower() == "true":
                    rows.append(row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError([Fault(str(table), f"is no CSV in UTF-8: {error}", _RELOAD)]) from error
    except OSError as error:
        raise ToolError(f"cannot read {table}: {error.strerror}", _RELOAD) from error
    if faults:
        raise InputError(faults)
    if not rows:
        raise InputError([Fault(str(table), "no row of ESC-10", "use ESC-50's own esc50.csv")])
    return rows


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


def read_samples(path: Path) -> Samples:
    """Decode one file to int16 mono at 16 kHz, shape [samples].

    Channels are averaged, other rates pass soxr's HQ resampler, values are scaled by 32768, rounded
    to nearest even and clamped: the same file gives the same samples. Raises InputError when the
    file cannot be decoded, is empty, or holds values that are not finite.
    """
    import soundfile
    import soxr

    try:
        channels, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise InputError([Fault(str(path), f"cannot be decoded: {error}", _RELOAD)]) from error
    if not len(channels) or not np.isfinite(channels).all():
        raise InputError([Fault(str(path), "empty, or values that are not finite", _RELOAD)])
    mono = channels.mean(axis=1, dtype=np.float32)
    if rate != SAMPLE_RATE_HZ:
        mono = soxr.resample(mono, rate, SAMPLE_RATE_HZ, quality="HQ")
    return to_int16(mono)


def to_int16(mono: npt.NDArray[np.floating]) -> Samples:
    """Values in [-1, 1) to int16 full scale 32768, rounded to nearest even and clamped."""
    return np.clip(np.rint(mono.astype(np.float64) * 32768), -32768, 32767).astype(np.int16)


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
