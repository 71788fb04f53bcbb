# SPDX-License-Identifier: Apache-2.0
"""The labelled clips: ESC-10 in ESC-50's own layout, read by its CSV.

Layout: `<root>/meta/esc50.csv` with the columns filename, fold, category and esc10, and the sounds
in `<root>/audio/`, in any format that libsndfile reads, at any rate, with any number of channels.
A clip leaves this module as the samples the chip would be sent: int16, mono, 16 kHz.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from generator.errors import Fault, InputError, ToolError

SAMPLE_RATE_HZ = 16_000
CSV_COLUMNS = ("filename", "fold", "category", "esc10")

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Clip:
    """One sound file, the fold it belongs to and the index of its label."""

    path: Path
    fold: int
    label: int

    @property
    def name(self) -> str:
        """File name without its folder and suffix: stable between the Ogg and WAV editions."""
        return self.path.stem


@dataclass(frozen=True, slots=True)
class DataSet:
    """Clips in the CSV's order and the labels, alphabetical, that their indices mean."""

    root: Path
    labels: tuple[str, ...]
    clips: tuple[Clip, ...]

    def in_folds(self, folds: Iterable[int]) -> tuple[Clip, ...]:
        """The clips of the given folds, in order."""
        wanted = set(folds)
        return tuple(clip for clip in self.clips if clip.fold in wanted)

    @property
    def folds(self) -> tuple[int, ...]:
        """The folds that occur, ascending."""
        return tuple(sorted({clip.fold for clip in self.clips}))


def load_dataset(root: Path, folds: Sequence[int]) -> DataSet:
    """Read the table of `root` and keep the ESC-10 clips of `folds`.

    Clips of other folds are not opened, and not even looked for. Labels are taken from the whole
    table, so that they do not depend on the folds.

    Raises ToolError when there is no table, and InputError with every fault of the table and every
    missing file.
    """
    table = root / "meta" / "esc50.csv"
    if not table.is_file():
        raise ToolError(
            f"no data set at {root}: {table} is missing",
            "set ESC10_DIR to a folder in ESC-50's layout, or download one with `make dataset`",
        )
    rows = _read_rows(table)
    labels = tuple(sorted({row["category"] for row in rows}))
    wanted = set(folds)
    faults: list[Fault] = []
    clips: list[Clip] = []
    for row in rows:
        try:
            fold = int(row["fold"])
        except ValueError:
            faults.append(
                Fault(f"{table}, {row['filename']}", f"fold {row['fold']!r} is no number")
            )
            continue
        if fold not in wanted:
            continue
        path = root / "audio" / row["filename"]
        if not path.is_file():
            faults.append(
                Fault(str(path), "the table names this file, but it is not there", "download again")
            )
        clips.append(Clip(path, fold, labels.index(row["category"])))
    for fold in sorted(wanted - {clip.fold for clip in clips}):
        have = sorted({row["fold"] for row in rows})
        faults.append(Fault(str(table), f"no clip in fold {fold}", f"it has folds {have}"))
    if faults:
        raise InputError(faults)
    return DataSet(root, labels, tuple(clips))


def _read_rows(table: Path) -> list[dict[str, str]]:
    """The rows of ESC-10; InputError when the table lacks columns, cells or is no CSV at all."""
    remedy = "use ESC-50's own esc50.csv"
    faults: list[Fault] = []
    rows = []
    try:
        with table.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in CSV_COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise InputError([Fault(str(table), f"no column {', '.join(missing)}", remedy)])
            for row in reader:
                if any(row[name] is None for name in CSV_COLUMNS):
                    where = f"{table}, line {reader.line_num}"
                    faults.append(Fault(where, "the row is cut short", remedy))
                elif row["esc10"].strip().lower() == "true":
                    rows.append(row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError([Fault(str(table), f"is no CSV in UTF-8: {error}", remedy)]) from error
    except OSError as error:
        raise ToolError(f"cannot read {table}: {error.strerror}", remedy) from error
    if faults:
        raise InputError(faults)
    return rows


def read_samples(path: Path) -> Samples:
    """Decode one file to int16 mono at 16 kHz, shape [samples].

    Channels are averaged, other rates go through soxr's HQ resampler, values are scaled by 32768,
    rounded to nearest and clamped. Raises InputError when the file cannot be decoded, is empty or
    holds values that are not finite.
    """
    try:
        values, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise InputError([Fault(str(path), f"cannot be decoded: {error}")]) from error
    mono = values.mean(axis=1, dtype=np.float32)
    if mono.size == 0:
        raise InputError([Fault(str(path), "holds no samples")])
    if not np.isfinite(mono).all():
        raise InputError([Fault(str(path), "holds values that are not finite (NaN or infinity)")])
    if rate != SAMPLE_RATE_HZ:
        mono = soxr.resample(mono, rate, SAMPLE_RATE_HZ, quality="HQ")
    scaled = np.rint(mono.astype(np.float64) * 32768.0)
    return np.asarray(np.clip(scaled, -32768, 32767), dtype=np.int16)


def sha256_of_clips(clips: Iterable[Clip]) -> str:
    """One hash over the names, labels, folds and bytes of the clips: what a run was trained on."""
    digest = hashlib.sha256()
    for clip in clips:
        digest.update(f"{clip.path.name}\0{clip.fold}\0{clip.label}\0".encode())
        digest.update(hashlib.sha256(clip.path.read_bytes()).digest())
    return digest.hexdigest()
