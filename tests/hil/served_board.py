# SPDX-License-Identifier: Apache-2.0
"""A virtual board served by a process of its own, and the processes that a test starts and ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from generator.repository import REPO_ROOT

END_S = 60.0
"""Longest time from SIGTERM to the end; a loaded machine takes some of it."""


@contextmanager
def running(
    words: Sequence[str], *, stderr: int | IO[str] | None = None, cwd: Path = REPO_ROOT
) -> Iterator[subprocess.Popen[str]]:
    """A process with its output in a pipe; ended by SIGTERM at last."""
    process = subprocess.Popen(words, cwd=cwd, stdout=subprocess.PIPE, stderr=stderr, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=END_S)


@contextmanager
def served_board(board: str, *arguments: str) -> Iterator[tuple[int, int]]:
    """A virtual board; the TCP ports of its probe and of its serial port."""
    module = "hil.virtual.host_ports.serve"
    words = [sys.executable, "-m", module, "--board", board, *arguments]
    with running([*words, "--probe-port", "0", "--serial-port", "0"]) as process:
        assert process.stdout is not None
        probe, port = process.stdout.readline().split(), process.stdout.readline().split()
        assert (probe[0], port[0]) == ("probe", "port")
        yield int(probe[1].rpartition(":")[2]), int(port[1].rpartition(":")[2])
