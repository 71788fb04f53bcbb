# SPDX-License-Identifier: Apache-2.0
"""ESC-50's layout: a table in `meta/esc50.csv`, the sounds in `audio/`.

Columns: filename, fold and category; `esc10`, if there, marks the rows that belong to ESC-10 and
the others are left out; `src_file`, if there, names the recording that a sound was cut from.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from generator.errors import Fault, InputError, ToolError
from generator.repository import command
from sounds.names import names_of
from sounds.plain_file import file_fault
from sounds.sound import Sound, SoundSet, classes_of, split_category

TABLE = Path("meta") / "esc50.csv"
COLUMNS = ("filename", "fold", "category")
REMEDY = f"mend the table, or fetch ESC-50 again with `{command('dataset')}`"

LARGEST_TABLE_BYTES = 8 << 20
"""Room for 100,000 rows; ESC-50's own table has 2,000 in 100 kB."""

LONGEST_NAME = 255
"""Bytes in a name: more than that no file system of Linux, macOS or Windows holds."""

SHOWN = 80
"""Characters of a cell in a message."""

Row = dict[str, str]

_FOLD = re.compile(r"\s*[0-9]{1,4}\s*")


def read_esc50(root: Path, folds: Sequence[int] = (), *, whole: bool = False) -> SoundSet:
    """The sounds of `folds` (none given: of all), in the table's order.

    Files of other folds are not opened, and not even looked for. The classes are those of the whole
    table, so that they do not depend on the folds. `whole` takes the rows that are not of ESC-10 as
    well. Raises InputError with every fault of the table and every missing file.
    """
    table = root / TABLE
    rows = _read_rows(table, whole)
    paths = [PurePosixPath(row["filename"]) for row in rows]
    faults = [*_name_faults(table, paths), *_double_faults(table, paths)]
    unique = [path for path in dict.fromkeys(paths) if not _name_fault(path)]
    names = dict(zip(unique, names_of(unique), strict=True))
    wanted = set(folds)
    sounds: list[Sound] = []
    for row, inner in zip(rows, paths, strict=True):
        if not _FOLD.fullmatch(row["fold"]):
            where = f"{table}, {_short(row['filename'])}"
            faults.append(Fault(where, f"fold {_short(row['fold'])!r} is no number", REMEDY))
            continue
        fold = int(row["fold"])
        if (wanted and fold not in wanted) or _name_fault(inner):
            continue
        path = root / "audio" / inner
        if fault := file_fault(path, "named by the table, but not there", REMEDY):
            faults.append(fault)
        source = (row.get("src_file") or "").strip()
        sounds.append(
            Sound(
                name=names[inner],
                path=path,
                fold=fold,
                category=row["category"],
                recording=source if source not in ("", "0") else str(inner.with_suffix("")),
            )
        )
    there = {fold for row in rows if _FOLD.fullmatch(row["fold"]) for fold in [int(row["fold"])]}
    for fold in sorted(wanted - there):
        have = ", ".join(map(str, sorted(there)))
        faults.append(Fault(str(table), f"no clip in fold {fold}", f"it has folds {have}"))
    faults += _leak_faults(table, sounds)
    if faults:
        raise InputError(faults)
    return SoundSet(root, table, tuple(sounds), classes_of(row["category"] for row in rows))


def _name_faults(table: Path, paths: Sequence[PurePosixPath]) -> list[Fault]:
    """Names that lead out of the folder of sounds, or to no file that could be there."""
    return [
        Fault(f"{table}, {_short(str(path))}", what, REMEDY)
        for path in dict.fromkeys(paths)
        if (what := _name_fault(path))
    ]


def _name_fault(path: PurePosixPath) -> str:
    if path.is_absolute() or ".." in path.parts:
        return "the name leads out of the folder audio"
    if not path.name:
        return "the file has no name"
    if any(len(part.encode("utf-8", "surrogatepass")) > LONGEST_NAME for part in path.parts):
        return f"the name has more than {LONGEST_NAME} bytes"
    return "" if str(path).isprintable() else "the name has characters that cannot be printed"


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _double_faults(table: Path, paths: Sequence[PurePosixPath]) -> list[Fault]:
    counts = Counter(paths)
    return [
        Fault(f"{table}, {_short(str(path))}", f"is in {count} rows", "keep one")
        for path, count in sorted(counts.items())
        if count > 1
    ]


def _leak_faults(table: Path, sounds: Sequence[Sound]) -> list[Fault]:
    """Recordings with pieces in several folds: one fold would train on the other's test."""
    folds: defaultdict[str, set[int]] = defaultdict(set)
    for sound in sounds:
        folds[sound.recording].add(sound.fold)
    return [
        Fault(
            f"{table}, src_file {_short(recording)}",
            f"pieces of one recording are in folds {', '.join(map(str, sorted(found)))}",
            "put them into one fold",
        )
        for recording, found in sorted(folds.items())
        if len(found) > 1
    ]


def table_rows(table: Path) -> tuple[tuple[str, ...], list[tuple[int, Row]]]:
    """The columns of a table, and its rows with their lines; a cell that is missing is None.

    Raises InputError where it is no CSV in UTF-8, too large, or a cell goes on over a line's end:
    a quotation mark that is never closed swallows the rows behind it. ToolError where it cannot be
    read.
    """
    try:
        if fault := file_fault(table, "is not there", REMEDY):
            raise InputError([fault])
        with table.open("rb") as stream:
            raw = stream.read(LARGEST_TABLE_BYTES + 1)
        if len(raw) > LARGEST_TABLE_BYTES:
            what = f"has more than {LARGEST_TABLE_BYTES >> 20} MiB: no table of sounds"
            raise InputError([Fault(str(table), what, REMEDY)])
        lines = io.StringIO(raw.decode("utf-8-sig"), newline="")
        reader = csv.DictReader(lines, skipinitialspace=True, strict=True)
        columns = tuple(reader.fieldnames or ())
        rows: list[tuple[int, Row]] = []
        open_quotes: list[Fault] = []
        for row in reader:
            cells = [*(row.pop(None, None) or ()), *row.values()]
            if any(mark in (cell or "") for cell in cells for mark in "\r\n"):
                where = f"{table}, line {reader.line_num}"
                what = "a quotation mark is open: a cell goes on from the lines above"
                open_quotes.append(Fault(where, what, "close it, or remove it"))
            rows.append((reader.line_num, row))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError([Fault(str(table), f"is no CSV in UTF-8: {error}", REMEDY)]) from error
    except OSError as error:
        raise ToolError(f"cannot read {table}: {error.strerror}", REMEDY) from error
    if open_quotes:
        raise InputError(open_quotes)
    return columns, rows


def _read_rows(table: Path, whole: bool) -> list[Row]:
    columns, found = table_rows(table)
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        what = f"no column {', '.join(missing)}"
        raise InputError([Fault(str(table), what, "use ESC-50's own esc50.csv")])
    faults: list[Fault] = []
    rows: list[Row] = []
    for line, row in found:
        where = f"{table}, line {line}"
        if any(row[name] is None for name in COLUMNS):
            faults.append(Fault(where, "the row is cut short", REMEDY))
        elif not split_category(row["category"]):
            faults.append(Fault(where, "no category", REMEDY))
        elif whole or (row.get("esc10") or "true").strip().lower() == "true":
            rows.append(row)
    if faults:
        raise InputError(faults)
    if not rows:
        raise InputError([Fault(str(table), "no row of ESC-10", "use ESC-50's own esc50.csv")])
    return rows
