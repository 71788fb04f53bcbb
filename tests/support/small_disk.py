# SPDX-License-Identifier: Apache-2.0
"""A disk that is really full: a small tmpfs, which only the process that is started sees.

It needs user namespaces of Linux, no root; `needs_small_disk` skips a test where there are none.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from generator.repository import REPO_ROOT

_MOUNT = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'


def on_small_disk(
    size: str, folder: Path, command: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    """Run a command that sees a disk of that size at `folder`; it is gone afterwards."""
    words = ["unshare", "--user", "--map-root-user", "--mount"]
    return subprocess.run(
        [*words, "sh", "-c", _MOUNT, "sh", size, str(folder), *command],
        cwd=REPO_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@cache
def _can_mount() -> bool:
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    return on_small_disk("16k", Path("/mnt"), ["true"]).returncode == 0


@pytest.fixture
def needs_small_disk() -> None:
    """Skip where no such disk can be had."""
    if not _can_mount():
        pytest.skip("no user namespace in which a tmpfs can be mounted")
