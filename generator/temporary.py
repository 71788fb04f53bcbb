# SPDX-License-Identifier: Apache-2.0
"""Temporary folders that do not stay for ever, also where their process is killed.

Each is locked for as long as its process lives, by the operating system: so whoever makes the next
one beside it finds out which are abandoned, and removes them. Only the standard library.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "mel2metal-tmp-"
"""How their names begin in the system's folder for temporary files."""


@contextmanager
def temporary_folder(parent: Path | None = None, prefix: str = PREFIX) -> Iterator[Path]:
    """A folder of this process's own, removed in the end; abandoned ones beside it go first.

    `parent` is the system's folder for temporary files, or one that is there. Raises OSError where
    it cannot be made.
    """
    where = Path(tempfile.gettempdir()) if parent is None else parent
    remove_abandoned(where, prefix)
    folder, handle = _make(where, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def remove_abandoned(parent: Path, prefix: str) -> None:
    """Remove the folders of that prefix whose processes have ended; others and links stay."""
    for folder in parent.glob(f"{prefix}*"):
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # another user's, or gone by now
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(handle)


def _make(where: Path, prefix: str) -> tuple[Path, int]:
    """A new folder, locked; another process may have taken it for abandoned before it was."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=where))
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        fcntl.flock(handle, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder, handle
        os.close(handle)
