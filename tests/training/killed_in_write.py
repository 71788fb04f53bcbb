# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.training.killed_in_write`: trainings, each in a process of its own, some killed.

Importing TensorFlow takes seconds, so it is done once: for each line on stdin this program forks,
before TensorFlow has started anything. A line is JSON: the arguments of `python -m training`, the
number of the write to be killed in (null: none) and a file for what is printed. The answer is a
line with the exit code, negative for a signal.

SIGKILL is sent after the temporary file is written and before it is renamed: the worst moment.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

from generator.repository import REPO_ROOT
from tests.training.short_backbone import shorten_backbone
from training.__main__ import main


class Trainings:
    """The program seen from outside."""

    def __init__(self, folder: Path) -> None:
        """Start it; what the trainings print goes to files in `folder`."""
        self._folder, self._count = folder, 0
        # One thread: those of OpenBLAS would not live on in a forked process.
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        environment.pop("MODELS_DIR", None)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.training.killed_in_write"],
            cwd=REPO_ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def run(self, arguments: list[str], kill_in: int | None) -> tuple[int, str]:
        """One training: its exit code, negative for a signal, and what it printed."""
        self._count += 1
        printed = self._folder / f"printed-{self._count}.txt"
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps([arguments, kill_in, str(printed)])}\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        text = printed.read_text() if printed.is_file() else ""
        assert answer, f"the program itself ended: {text}"
        return int(answer), text

    def close(self) -> None:
        """End the program."""
        self._process.communicate(timeout=60)


def kill_in_write(number: int) -> None:
    """Let this process die in the middle of its `number`-th write."""
    real, left = os.fsync, [number]

    def fsync(fd: Any) -> None:
        real(fd)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = fsync


def _train(arguments: list[str], kill_in: int | None, printed: str) -> int:
    """The forked process."""
    with open(printed, "wb") as stream:
        for descriptor in (1, 2):
            os.dup2(stream.fileno(), descriptor)
    if kill_in is not None:
        kill_in_write(kill_in)
    return main(arguments)


def _serve() -> None:
    import training.train  # noqa: F401

    tasks = Path("/proc/self/task")  # Linux alone has it
    assert not tasks.is_dir() or len(list(tasks.iterdir())) == 1, "threads end in a fork"
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = _train(*json.loads(line))
            except BaseException:
                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    shorten_backbone(setattr)
    _serve()
