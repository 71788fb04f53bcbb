# SPDX-License-Identifier: Apache-2.0
"""Two folders that change places in one step, where the system can do that. Standard library."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

AT_FDCWD = -100 if sys.platform == "linux" else -2
"""Paths are relative to the working folder (fcntl.h)."""

EXCHANGE = 2
"""RENAME_EXCHANGE of renameat2 (Linux), RENAME_SWAP of renameatx_np (macOS)."""

FUNCTION = {"linux": "renameat2", "darwin": "renameatx_np"}
UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What a kernel or a file system says that has no exchange."""


class NoExchangeError(OSError):
    """This system or file system cannot exchange two paths."""


def exchange(one: Path, other: Path) -> None:
    """Let two paths of one file system change places, at once.

    Raises `NoExchangeError` where that cannot be done at all, and OSError if it fails.
    """
    try:
        rename = getattr(ctypes.CDLL(None, use_errno=True), FUNCTION[sys.platform])
    except (KeyError, AttributeError, OSError):
        raise NoExchangeError(errno.ENOSYS, "no exchange of paths on this system") from None
    if rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), EXCHANGE) == 0:
        return
    number = ctypes.get_errno()
    kind = NoExchangeError if number in UNSUPPORTED else OSError
    raise kind(number, os.strerror(number), str(other))
