# SPDX-License-Identifier: Apache-2.0
"""Files that are removed, and what stays: each with its reason. Only the standard library."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

try:
    import fcntl
except ImportError:  # no Unix: locks cannot be asked
    fcntl = None  # type: ignore[assignment]

IN_USE = "is in use by another process, or cannot be locked"
UNKNOWN = "was not written by mel2metal"


@dataclass(frozen=True, slots=True)
class Left:
    """A path that stays, and why; `is_failure`: it ought to have gone."""

    path: Path
    why: str
    is_failure: bool = False


@dataclass(slots=True)
class Cleaning:
    """What one run of `clean` removed, and what it left."""

    removed: list[Path] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    def keep(self, path: Path, why: str) -> None:
        """Note that a path stays because it is, or may be, the user's."""
        self.left.append(Left(path, why))

    def fail(self, path: Path, why: str) -> None:
        """Note that a path stays although it should go."""
        self.left.append(Left(path, why, is_failure=True))

    def remove(self, path: Path) -> bool:
        """Remove a file, a link, or a folder with all that is in it."""
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        except FileNotFoundError:
            return True
        except OSError as error:
            self.fail(path, f"cannot be removed: {error.strerror or error}")
            return False
        self.removed.append(path)
        return True

    def remove_if_empty(self, folder: Path) -> None:
        """Remove a folder with nothing in it."""
        with suppress(OSError):
            folder.rmdir()


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Hold a lock file while something that it guards is removed, and remove it as well.

    False where another process holds it: then nothing may be removed. A waiting process sees that
    the file is gone, and makes a new one.
    """
    if fcntl is None:
        yield True
        return
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
        with suppress(OSError):
            path.unlink()
    finally:
        os.close(handle)
