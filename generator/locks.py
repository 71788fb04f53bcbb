# SPDX-License-Identifier: Apache-2.0
"""One user at a time for a board or a build folder.

The lock is the operating system's, so that a killed run leaves none behind. A file beside it names
the owner, for whoever has to wait.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from generator.errors import ToolError

WAIT_S = 600.0
"""Longest wait for another run to end."""


@contextmanager
def hold_lock(build_dir: Path, name: str, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold `<build_dir>/locks/<name>.lock`; ToolError naming the owner after `wait_s`."""
    folder = build_dir / "locks"
    owner = folder / f"{name}.owner.json"
    lock = FileLock(folder / f"{name}.lock", timeout=wait_s)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        owner.write_text(_own_name(), encoding="utf-8")
    except Timeout as error:
        raise ToolError(
            f"{name} is in use by another run: {_describe(owner)}",
            "wait for it or end it; the lock goes with the process",
        ) from error
    except OSError as error:
        lock.release()
        raise ToolError(
            f"cannot write in {folder}: {error.strerror or error}",
            "make it writable, or name another folder (--build-dir)",
        ) from error
    try:
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()


def _own_name() -> str:
    name = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(sys.argv),
    }
    return f"{json.dumps(name, indent=2)}\n"


def _describe(owner: Path) -> str:
    try:
        known = json.loads(owner.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "its owner left no name"
    return f"process {known['pid']} on {known['host']} since {known['since']}: {known['command']}"
