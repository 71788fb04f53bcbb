# SPDX-License-Identifier: Apache-2.0
"""One user at a time for a build folder, the tools or a data set.

The lock is the operating system's, so that a killed run leaves none behind. The lock file holds the
name of its owner, for whoever has to wait: they are told at once for whom they wait.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from generator.bounded_json import load_json
from generator.errors import ToolError
from generator.notices import LOCK, notice, notify

WAIT_S = 600.0
"""Longest wait for another run to end."""

ENDLESS_S = -1.0
"""Wait until the lock is free, however long that takes: the owner's death frees it as well."""


@contextmanager
def hold_lock(
    build_dir: Path,
    name: str,
    wait_s: float = WAIT_S,
    on_wait: Callable[[str], None] = notify,
) -> Iterator[None]:
    """Hold `<build_dir>/locks/<name>.lock`; ToolError naming the owner after `wait_s`.

    `on_wait` gets one line where another process holds it.
    """
    path = build_dir / "locks" / f"{name}.lock"
    with hold_file(path, name, wait_s=wait_s, on_wait=on_wait):
        yield


@contextmanager
def hold_file(
    path: Path,
    what: str,
    *,
    wait_s: float = ENDLESS_S,
    again: bool = False,
    on_wait: Callable[[str], None] = notify,
) -> Iterator[None]:
    """Hold the lock file `path`, whose folder is made; `what` names in words what it is for.

    `again`: a process that holds it already may take it again. Raises ToolError after `wait_s`,
    and where the file cannot be written.
    """
    lock = FileLock(path, is_singleton=again)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_outermost = not lock.is_locked
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if wait_s:
                on_wait(notice(LOCK, f"{what} is in use by {describe_owner(path)}; waiting"))
            lock.acquire(timeout=wait_s)
    except Timeout as error:
        raise ToolError(
            f"{what} is in use by another run: {describe_owner(path)}",
            "wait for it or end it; the lock goes with the process",
        ) from error
    except OSError as error:
        raise ToolError(
            f"cannot write in {path.parent}: {error.strerror or error}",
            "make it writable, or name another folder (--build-dir)",
        ) from error
    if is_outermost:
        _write(path, _own_name())
    try:
        yield
    finally:
        if is_outermost:
            _write(path, "")
        lock.release()


def describe_owner(path: Path) -> str:
    """Who holds the lock file `path`: process, host, since when and which command, where known."""
    try:
        known = load_json(path.read_text(encoding="utf-8"))
        text = (
            f"process {known['pid']} on {known['host']} since {known['since']}: {known['command']}"
        )
        is_past = known["host"] == socket.gethostname() and not _is_alive(known["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that left no name"
    return "a process that has not left its name yet" if is_past else text


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


def _own_name() -> str:
    name = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(sys.argv),
    }
    return f"{json.dumps(name, indent=2)}\n"


def _write(path: Path, text: str) -> None:
    # The lock counts without its owner's name, so a full disk is no reason to stop.
    with suppress(OSError), path.open("r+", encoding="utf-8") as stream:
        stream.truncate()
        stream.write(text)
