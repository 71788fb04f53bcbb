# SPDX-License-Identifier: Apache-2.0
"""A command in a process of its own, bounded and measured: processor time, memory, what it said.

A child begins with the peak of its parent's memory where it is forked from it; so an interpreter
without any library starts it, and reads what the system counted (`python -I -S` of this file).
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BOUND_CPU_S = 60
"""The end of a command that has no end of its own."""

BOUND_BYTES = 8 << 30
"""Of address space: libraries map more than they use."""


@dataclass(frozen=True)
class Measured:
    """What a command did."""

    code: int
    """Its exit code; below 0 the signal that ended it."""
    cpu_s: float
    """User and system time, of it and the children that it waited for."""
    peak_bytes: int
    """The largest part of memory that it, or one of its children, had at once."""
    stdout: str
    stderr: str


def run_measured(
    words: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> Measured:
    """Run a command in a folder to its end."""
    with tempfile.TemporaryFile() as result:
        done = subprocess.run(
            [sys.executable, "-I", "-S", __file__, str(result.fileno()), *words],
            cwd=folder,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
            pass_fds=[result.fileno()],
            check=False,
        )
        result.seek(0)
        counted = json.loads(result.read() or b"{}")
    return Measured(
        counted.get("code", done.returncode),
        counted.get("cpu_s", 0.0),
        counted.get("peak_bytes", 0),
        done.stdout.decode("utf-8", "replace"),
        done.stderr.decode("utf-8", "replace"),
    )


def _measure(result: int, words: Sequence[str]) -> None:
    child = os.fork()
    if not child:
        os.close(result)
        resource.setrlimit(resource.RLIMIT_CPU, (BOUND_CPU_S, BOUND_CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (BOUND_BYTES, BOUND_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.execvp(words[0], list(words))
    _, status, used = os.wait4(child, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    counted = {
        "code": os.waitstatus_to_exitcode(status),
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_bytes": used.ru_maxrss * unit,
    }
    os.write(result, json.dumps(counted).encode())


if __name__ == "__main__":
    _measure(int(sys.argv[1]), sys.argv[2:])
