# SPDX-License-Identifier: Apache-2.0
"""One user at a time for a probe, over all processes, checkouts and users of this machine.

The lock is the operating system's, so it goes with its process, however that ends. A file beside it
names the owner for whoever waits; what it says counts only while the lock is held.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from generator.bounded_json import load_json
from generator.errors import ToolError

FOLDER_VARIABLE = "MEL2METAL_LOCK_DIR"
JOB_VARIABLE = "MEL2METAL_JOB"

_ONE_TRY_S = 0.1
"""How long a wait for several locks stays with each of them."""

_SHARED_FILE, _SHARED_FOLDER = 0o666, 0o1777
"""Any user may lock and name themselves; none may remove another's file."""

_held: dict[Path, int] = {}
"""Locks of this process, each with the process id: a forked child holds none of them."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a lock."""

    board: str
    job: str
    pid: int
    host: str
    since: str

    def __str__(self) -> str:
        return (
            f"{self.job} (process {self.pid} on {self.host}, board {self.board}) since {self.since}"
        )


def lock_folder() -> Path:
    """Where the locks of this machine are: the same place for all users and checkouts."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    # A temporary folder of a user's or a job's own would part those who have to meet.
    shared = Path("/tmp")
    return (shared if shared.is_dir() else Path(tempfile.gettempdir())) / "mel2metal-locks"


def job_name(environment: Mapping[str, str], arguments: Sequence[str]) -> str:
    """What a waiting job is told of this one: the CI job, or else the command line."""
    if environment.get(JOB_VARIABLE):
        return environment[JOB_VARIABLE]
    if "GITHUB_RUN_ID" in environment:
        server = environment.get("GITHUB_SERVER_URL", "")
        repository = environment.get("GITHUB_REPOSITORY", "")
        return f"{server}/{repository}/actions/runs/{environment['GITHUB_RUN_ID']}"
    for variable in ("CI_JOB_URL", "BUILD_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL"):
        if environment.get(variable):
            return environment[variable]
    return shlex.join(arguments)


class PlaceLock:
    """The lock of one probe, or of one port where there is no probe."""

    def __init__(self, place: str, folder: Path) -> None:
        # Readable, and different for any two places.
        readable = re.sub(r"[^A-Za-z0-9.-]+", "_", place)[-60:]
        stem = f"{readable}-{zlib.crc32(place.encode()):08x}"
        self.place = place
        self._folder = folder
        self._path = folder / f"{stem}.lock"
        self._owner_path = folder / f"{stem}.owner.json"
        self._lock = FileLock(self._path, mode=_SHARED_FILE)

    @property
    def held_here(self) -> bool:
        """Whether this very process holds it, by this object or another."""
        return _held.get(self._path) == os.getpid()

    @property
    def was_ever_taken(self) -> bool:
        """Whether there is a lock file: nothing is made by asking."""
        return self._path.exists()

    def try_for(self, seconds: float) -> bool:
        """Take the lock within that time; False if not. Raises ToolError for a bad folder."""
        if self.held_here:
            return False
        try:
            self._make_folder()
            self._lock.acquire(timeout=seconds)
        except Timeout:
            return False
        except OSError as error:
            raise ToolError(
                f"cannot write in {self._folder}: {error.strerror or error}",
                f"make it writable for all users, or name another folder by {FOLDER_VARIABLE}",
            ) from error
        _held[self._path] = os.getpid()
        return True

    def name_owner(self, owner: Owner) -> None:
        """Say who holds it. The lock counts without that, so a failure is no reason to stop."""
        with suppress(OSError):
            self._write(json.dumps(asdict(owner), indent=2) + "\n")

    def owner(self) -> Owner | None:
        """Who wrote down last that they hold it; None if nobody did, or it cannot be read."""
        try:
            return Owner(**load_json(self._owner_path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def release(self) -> None:
        """Take the name away, and let go."""
        with suppress(OSError):
            self._write("")
        _held.pop(self._path, None)
        self._lock.release()

    def _make_folder(self) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            with suppress(PermissionError):  # another user was faster, and did the same
                self._folder.chmod(_SHARED_FOLDER)

    def _write(self, text: str) -> None:
        # Without O_CREAT first: in a sticky folder it is refused for a file of another user.
        flags = os.O_WRONLY | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        try:
            file = os.open(self._owner_path, flags)
        except FileNotFoundError:
            file = os.open(self._owner_path, flags | os.O_CREAT, _SHARED_FILE)
            with suppress(OSError):
                self._owner_path.chmod(_SHARED_FILE)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(text)


def holder(place: str, folder: Path | None = None) -> Owner | None:
    """Who holds the lock of `place` now; None where it is free, whatever its owner file says."""
    lock = PlaceLock(place, folder or lock_folder())
    if lock.held_here:
        return lock.owner()
    if not lock.was_ever_taken:
        return None
    if lock.try_for(0):
        lock.release()
        return None
    return lock.owner() or Owner("not known", "a job that left no name", 0, "this machine", "?")


@contextmanager
def hold_any(
    places: Sequence[str],
    board: str,
    timeout_s: float,
    on_progress: Callable[[str], None] = lambda line: None,
    folder: Path | None = None,
) -> Iterator[str]:
    """Hold the lock of one of `places`, the first that is free; yield that place.

    Where all are taken, says at once who has them, and waits for any. Raises ToolError with the
    holders after `timeout_s`, and at once where this process holds them all itself.
    """
    locks = [PlaceLock(place, folder or lock_folder()) for place in places]
    taken = _wait_for_any(locks, board, timeout_s, on_progress)
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        job = job_name(os.environ, sys.argv)
        taken.name_owner(Owner(board, job, os.getpid(), socket.gethostname(), since))
        yield taken.place
    finally:
        taken.release()


def _wait_for_any(
    locks: Sequence[PlaceLock],
    board: str,
    timeout_s: float,
    on_progress: Callable[[str], None],
) -> PlaceLock:
    deadline = time.monotonic() + timeout_s
    told = ""
    while True:
        for lock in locks:
            if lock.try_for(_ONE_TRY_S):
                return lock
        if all(lock.held_here for lock in locks):
            raise ToolError(
                f"{board}: this process uses {_names(locks)} already",
                "close the board before it is opened again, or list another one in the inventory",
            )
        holders = "; ".join(f"{lock.place} is held by {_told(lock)}" for lock in locks)
        if time.monotonic() >= deadline:
            raise ToolError(
                f"{board} was not free within {timeout_s:g} s: {holders}",
                "wait for it or end it (the lock goes with the process), or give it more time: "
                "--lock-timeout SECONDS",
            )
        if holders != told:
            told = holders
            on_progress(f"[lock]     {board}: {holders}; waiting, at most {timeout_s:g} s")


def _names(locks: Sequence[PlaceLock]) -> str:
    return ", ".join(lock.place for lock in locks)


def _told(lock: PlaceLock) -> str:
    return str(lock.owner() or "a job that left no name")
