# SPDX-License-Identifier: Apache-2.0
"""ESC-50's layout: a table in `meta/esc50.csv`, the sounds in `audio/`.

Columns: filename, fold and category; `esc10`, if there, marks the rows that belong to ESC-10 and
the others are left out; `src_file`, if there, names the recording that a sound was cut from.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from generator.errors import Fault, InputError, ToolError
from generator.repository import command
from sounds.sound import Sound, SoundSet, classes_of, split_category

TABLE = Path("meta") / "esc50.csv"
COLUMNS = ("filename", "fold", "category")
REMEDY = f"mend the table, or fetch ESC-50 again with `{command('dataset')}`"

Row = dict[str, str]


def read_esc50(root: Path, folds: Sequence[int] = (), *, whole: bool = False) -> SoundSet:
    """The sounds of `folds` (none given: of all), in the table's order.

    Files of other folds are not opened, and not even looked for. The classes are those of the whole
    table, so that they do not depend on the folds. `whole` takes the rows that are not of ESC-10 as
    well. Raises InputError with every fault of the table and every missing file.
    """
    table = root / TABLE
    rows = _read_rows(table, whole)
    wanted = set(folds)
    faults: list[Fault] = []
    sounds: list[Sound] = []
    for row in rows:
        if not re.fullmatch(r"\s*[0-9]+\s*", row["fold"]):
            where = f"{table}, {row['filename']}"
            faults.append(Fault(where, f"fold {row['fold']!r} is no number", REMEDY))
            continue
        fold = int(row["fold"])
        if wanted and fold not in wanted:
            continue
        path = root / "audio" / row["filename"]
        if not path.is_file():
            faults.append(Fault(str(path), "named by the table, but not there", REMEDY))
        source = (row.get("src_file") or "").strip()
        sounds.append(
            Sound(
                name=PurePosixPath(row["filename"]).stem,
                path=path,
                fold=fold,
                category=row["category"],
                recording=source if source not in ("", "0") else path.stem,
            )
        )
    for fold in sorted(wanted - {sound.fold for sound in sounds}):
        have = ", ".join(sorted({row["fold"] for row in rows}))
        faults.append(Fault(str(table), f"no clip in fold {fold}", f"it has folds {have}"))
    faults += _double_faults(table, rows)
    faults += _leak_faults(table, sounds)
    if faults:
        raise InputError(faults)
    return SoundSet(root, table, tuple(sounds), classes_of(row["category"] for row in rows))


def _double_faults(table: Path, rows: Sequence[Row]) -> list[Fault]:
    counts = Counter(row["filename"] for row in rows)
    return [
        Fault(f"{table}, {name}", f"is in {count} rows", "keep one")
        for name, count in sorted(counts.items())
        if count > 1
    ]


def _leak_faults(table: Path, sounds: Sequence[Sound]) -> list[Fault]:
    """Recordings with pieces in several folds: one fold would train on the other's test."""
    folds: defaultdict[str, set[int]] = defaultdict(set)
    for sound in sounds:
        folds[sound.recording].add(sound.fold)
    return [
        Fault(
            f"{table}, src_file {recording}",
            f"pieces of one recording are in folds {', '.join(map(str, sorted(found)))}",
            "put them into one fold",
        )
        for recording, found in sorted(folds.items())
        if len(found) > 1
    ]


def _read_rows(table: Path, whole: bool) -> list[Row]:
    faults: list[Fault] = []
    rows: list[Row] = []
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, skipinitialspace=True)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                what = f"no column {', '.join(missing)}"
                raise InputError([Fault(str(table), what, "use ESC-50's own esc50.csv")])
            for row in reader:
                where = f"{table}, line {reader.line_num}"
                if any(row[name] is None for name in COLUMNS):
                    faults.append(Fault(where, "the row is cut short", REMEDY))
                elif not split_category(row["category"]):
                    faults.append(Fault(where, "no category", REMEDY))
                elif whole or (row.get("esc10") or "true").strip().lower() == "true":
                    rows.append(row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError([Fault(str(table), f"is no CSV in UTF-8: {error}", REMEDY)]) from error
    except OSError as error:
        raise ToolError(f"cannot read {table}: {error.strerror}", REMEDY) from error
    if faults:
        raise InputError(faults)
    if not rows:
        raise InputError([Fault(str(table), "no row of ESC-10", "use ESC-50's own esc50.csv")])
    return rows
