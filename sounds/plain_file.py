# SPDX-License-Identifier: Apache-2.0
"""Whether a path is a file that can be read to its end: no folder, no pipe, no dangling link."""

from __future__ import annotations

import stat
from pathlib import Path

from generator.errors import Fault

_KINDS = (
    (stat.S_ISDIR, "is a folder, no file"),
    (stat.S_ISFIFO, "is a pipe, no file"),
    (stat.S_ISSOCK, "is a socket, no file"),
    (stat.S_ISCHR, "is a device, no file"),
    (stat.S_ISBLK, "is a device, no file"),
)


def file_fault(path: Path, absent: str, remedy: str) -> Fault | None:
    """What keeps a path from being such a file, links followed; `absent` where nothing is there."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        dangling = path.is_symlink()
        what = f"is a link to {path.readlink()}, which is not there" if dangling else absent
        return Fault(str(path), what, "mend the link, or remove it" if dangling else remedy)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        return Fault(str(path), f"cannot be read: {reason}", remedy)
    what = next((text for is_kind, text in _KINDS if is_kind(mode)), "")
    return Fault(str(path), what, remedy) if what else None
