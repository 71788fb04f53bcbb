# SPDX-License-Identifier: Apache-2.0
"""The folder of one run: `<board>/<UTC time>-<model>/`, and `<board>/latest`, which points to it.

No run writes into another one's folder, also where two begin in the same second.
"""

from __future__ import annotations

import itertools
import os
import re
from datetime import UTC, datetime
from pathlib import Path

from hil.report.files import write_text

LATEST = "latest"
LATEST_TEXT = "latest.txt"
"""In place of the link where the file system has none: holds the folder's name."""

ROOM_FILE = ".room"
ROOM_BYTES = 1 << 16
"""A report.json has 6 kB, the other numbers of 80 clips fill the rest."""

TIME_FORMAT = "%Y%m%dT%H%M%SZ"
_RUN_NAME = re.compile(r"\d{8}T\d{6}Z-.+")
_LONGEST_MODEL = 60


def utc_text(moment: datetime) -> str:
    """A time in UTC to the second, as the files of a run have it: ISO 8601 with Z."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def make_run_folder(board_folder: Path, started_at: datetime, model: str) -> Path:
    """Make a folder that no other run has; raises OSError where none can be made."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", model)[:_LONGEST_MODEL] or "model"
    name = f"{started_at.astimezone(UTC):{TIME_FORMAT}}-{plain}"
    for number in itertools.count(1):
        folder = board_folder / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise AssertionError("unreachable")


def keep_room(folder: Path) -> None:
    """Take the room that the numbers of a run need, before a run of hours: a disk may fill up."""
    with (folder / ROOM_FILE).open("wb") as stream:
        stream.write(bytes(ROOM_BYTES))
        stream.flush()
        os.fsync(stream.fileno())


def give_room(folder: Path) -> None:
    """Give it to them."""
    (folder / ROOM_FILE).unlink(missing_ok=True)


def point_latest(board_folder: Path, run: Path) -> None:
    """Let `latest` mean this run from now on; whoever reads it meets the old one or the new."""
    link, text = board_folder / LATEST, board_folder / LATEST_TEXT
    fresh = board_folder / f".{LATEST}-{run.name}"
    try:
        fresh.symlink_to(run.name, target_is_directory=True)
        os.replace(fresh, link)
    except (OSError, NotImplementedError):
        fresh.unlink(missing_ok=True)
        write_text(text, f"{run.name}\n")
    else:
        text.unlink(missing_ok=True)


def latest_run(board_folder: Path) -> Path | None:
    """The run that began last; None where there is none."""
    link, text = board_folder / LATEST, board_folder / LATEST_TEXT
    if text.is_file():
        named = board_folder / text.read_text(encoding="utf-8").strip()
        return named if named.is_dir() else None
    return link.resolve() if link.is_dir() else None


def run_folders(board_folder: Path) -> list[Path]:
    """All folders of runs, the first one first."""
    if not board_folder.is_dir():
        return []
    inside = (path for path in board_folder.iterdir() if _RUN_NAME.fullmatch(path.name))
    return sorted(path for path in inside if path.is_dir())
