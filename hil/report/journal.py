# SPDX-License-Identifier: Apache-2.0
"""What a run has judged so far, line by line on disk: a run that was killed goes on behind it.

`journal.jsonl` in the run's folder: one JSON object a line. The first says what the run is about,
then comes one line for each test that was judged, with all that it brought. A line is on the disk
before the next test's is written. One that was cut off is left out, as is what stands behind a
damaged one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from generator.errors import ToolError
from generator.locks import hold_file

JOURNAL_FILE = "journal.jsonl"
JOURNAL_SCHEMA = "mel2metal-journal/1"
_LOCK_FILE = ".journal.lock"

Line = dict[str, Any]

_RUN, _TEST, _AGAIN, _RESUMED, _ENDED = "run", "test", "again", "resumed", "ended"


@dataclass(slots=True)
class StoredJournal:
    """A journal as it stands on the disk."""

    path: Path
    started_at: datetime
    given: dict[str, str]
    """What the run was asked for, by what it is called in words."""

    tests: frozenset[str]
    """All that it selected, by their ids."""

    judged: dict[str, list[Line]] = field(default_factory=dict)
    """The reports of each test that was judged, as pytest writes them."""

    repeated: list[list[Line]] = field(default_factory=list)
    """The reports of each attempt at a test that could not be judged."""

    resumed_at: list[str] = field(default_factory=list)
    """When it was resumed, UTC, ISO 8601."""

    wall_seconds: float = 0.0
    """How long it took so far, over all its processes."""

    ended: bool = False
    good_bytes: int = 0
    """Length of the lines that are whole."""

    @property
    def folder(self) -> Path:
        """Of the run."""
        return self.path.parent

    @property
    def firmware_sha256(self) -> str | None:
        """Of the image that was played to, as the first test's record of the board says."""
        for reports in self.judged.values():
            for report in reports:
                for record in report.get("mel2metal_records", ()):
                    if record["kind"] == "BoardRecord":
                        found: str = record["identity"]["firmware_sha256"]
                        return found
        return None

    def take(self, line: Line) -> None:
        """Take one line behind the first; raises KeyError and its kin for one that is none."""
        match line["kind"]:
            case "test":
                self.judged[line["test"]] = list(line["reports"])
                self.wall_seconds = float(line["wall_seconds"])
            case "again":
                self.repeated.append(list(line["reports"]))
                self.wall_seconds = float(line["wall_seconds"])
            case "resumed":
                self.resumed_at.append(str(line["at"]))
            case "ended":
                self.ended = True
            case kind:
                raise ValueError(f"no kind of line: {kind}")


def read_journal(path: Path) -> StoredJournal | None:
    """What is whole of a journal; None where not even its first line is, or there is no file."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    stored: StoredJournal | None = None
    at = 0
    while (end := content.find(b"\n", at)) >= 0:
        try:
            line = json.loads(content[at:end])
            if stored is None:
                stored = _first(path, line)
            else:
                stored.take(line)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            break
        at = end + 1
        stored.good_bytes = at
    return stored


class Journal:
    """A journal that is written, by one process at a time."""

    def __init__(self, path: Path, good_bytes: int = 0) -> None:
        """Open it, or make it; what stands behind `good_bytes` goes.

        Raises ToolError where it cannot be written, or another run writes it.
        """
        self._path = path
        self._good_bytes = good_bytes
        with ExitStack() as stack:
            stack.enter_context(hold_file(path.parent / _LOCK_FILE, f"run {path.parent}", wait_s=0))
            try:
                self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
                stack.callback(os.close, self._file)
                os.ftruncate(self._file, good_bytes)
            except OSError as error:
                raise self._failed(error) from error
            self._stack = stack.pop_all()

    @classmethod
    def begin(
        cls,
        path: Path,
        started_at: datetime,
        given: Mapping[str, str],
        tests: Sequence[str],
    ) -> Journal:
        """A new one, with its first line."""
        journal = cls(path)
        journal._append(
            _RUN,
            schema=JOURNAL_SCHEMA,
            started_at=started_at.isoformat(),
            given=dict(given),
            tests=sorted(tests),
        )
        return journal

    def judge(self, test: str, reports: Sequence[Line], wall_seconds: float) -> None:
        """Keep a test that was judged, with its reports."""
        self._append(_TEST, test=test, wall_seconds=wall_seconds, reports=list(reports))

    def repeat(self, test: str, reason: str, reports: Sequence[Line], wall_seconds: float) -> None:
        """Keep a test that could not be judged, and why: it will run again."""
        self._append(
            _AGAIN, test=test, reason=reason, wall_seconds=wall_seconds, reports=list(reports)
        )

    def resume(self, at: str) -> None:
        """Note that the run was resumed."""
        self._append(_RESUMED, at=at)

    def end(self) -> None:
        """Note that nothing is left to do."""
        self._append(_ENDED)

    def close(self) -> None:
        """Let go of the file."""
        self._stack.close()

    def _append(self, kind: str, **values: Any) -> None:
        """Write a line whole, or none of it; raises ToolError."""
        text = json.dumps({"kind": kind, **values}, default=str, separators=(",", ":"))
        line = text.encode() + b"\n"
        try:
            written = 0
            while written < len(line):
                written += os.write(self._file, line[written:])
            os.fsync(self._file)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, self._good_bytes)
            raise self._failed(error) from error
        self._good_bytes += len(line)

    def _failed(self, error: OSError) -> ToolError:
        return ToolError(
            f"cannot write {self._path}: {error.strerror or error}",
            "make room or make it writable; --resume then goes on behind the last test in it",
        )


def _first(path: Path, line: Line) -> StoredJournal:
    if line["kind"] != _RUN or line["schema"] != JOURNAL_SCHEMA:
        raise ValueError("no journal of this version")
    given = {str(name): str(value) for name, value in line["given"].items()}
    started_at = datetime.fromisoformat(line["started_at"])
    return StoredJournal(path, started_at, given, frozenset(line["tests"]))
