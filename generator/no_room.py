# SPDX-License-Identifier: Apache-2.0
"""A full disk, in words: which folder has no room, and what to do. Only the standard library."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.errors import ToolError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class NoRoomError(ToolError):
    """A disk is full."""

    def __init__(self, folder: Path, remedy: str) -> None:
        self.folder = folder
        super().__init__(f"no room on the disk for {folder}", remedy)


@contextmanager
def telling_of_no_room(folder: Path, remedy: str) -> Iterator[None]:
    """Let a full disk end in a NoRoomError that names the folder, and says what to do.

    Of a folder beside it, such as one in which it is made, it names this one.
    """
    try:
        yield
    except NoRoomError as error:
        raise NoRoomError(_named(error.folder, folder), remedy) from error
    except OSError as error:
        if error.errno not in NO_ROOM and os.strerror(errno.ENOSPC) not in str(error):
            raise
        where = Path(error.filename) if isinstance(error.filename, str) else folder
        raise NoRoomError(_named(where, folder), remedy) from error


def _named(where: Path, folder: Path) -> Path:
    return folder if where.is_relative_to(folder.parent) else where


def refuse_no_room(said: Iterable[str], folder: Path) -> None:
    """Raise OSError where a compiler, which speaks English, said that the disk is full."""
    if any(os.strerror(errno.ENOSPC) in line for line in said):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
