# SPDX-License-Identifier: Apache-2.0
"""A command in a process group of its own, and SIGKILL to the whole of it at a drawn moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HOOK = Path(__file__).parent / "write_hook"
LONGEST_RUN_S = 1800.0
LONGEST_DELAY_S = 0.004
"""After a change on the disk has begun: some are still under way then."""


@dataclass(frozen=True)
class Usual:
    """What an undisturbed run takes: seconds, and changes on the disk by its Pythons."""

    seconds: float
    writes: int


@dataclass(frozen=True)
class Moment:
    """When a run is killed: after a time, or at a change on the disk (`write` counts from 1)."""

    after_s: float | None = None
    write: int = 0
    delay_s: float = 0.0

    def __str__(self) -> str:
        if self.after_s is not None:
            return f"after {self.after_s:.2f} s"
        return f"at write {self.write}" + (f" + {1000 * self.delay_s:.1f} ms" * bool(self.delay_s))


def draw_moment(rng: random.Random, usual: Usual) -> Moment:
    """Every second one at any time of the usual duration, the others at a change on the disk."""
    if rng.random() < 0.5 or usual.writes == 0:
        return Moment(after_s=rng.uniform(0.0, usual.seconds))
    delay_s = rng.choice((0.0, rng.uniform(0.0, LONGEST_DELAY_S)))
    return Moment(write=rng.randint(1, usual.writes), delay_s=delay_s)


@dataclass(frozen=True)
class Ended:
    """A run that has come to its end, by itself or killed."""

    code: int
    seconds: float
    writes: int
    printed: str

    @property
    def was_killed(self) -> bool:
        """Whether the command itself died of SIGKILL."""
        return self.code == -signal.SIGKILL


@dataclass(frozen=True)
class Command:
    """What is run: words, folder, environment, and the folder whose changes are counted."""

    words: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    root: Path

    def run(self, scratch: Path, moment: Moment | None = None) -> Ended:
        """Run it; with a moment, until then. No process of it is left afterwards."""
        printed, counter = scratch / "printed.txt", scratch / "writes"
        counter.unlink(missing_ok=True)
        environment = dict(self.environment)
        paths = [str(HOOK), *filter(None, [environment.get("PYTHONPATH")])]
        environment |= {
            "PYTHONPATH": os.pathsep.join(paths),
            "KILLS_ROOT": str(self.root),
            "KILLS_COUNTER": str(counter),
        }
        if moment and moment.write:
            environment |= {"KILLS_AT": str(moment.write), "KILLS_DELAY": str(moment.delay_s)}
        start = time.monotonic()
        with printed.open("wb") as stream:
            process = subprocess.Popen(
                self.words, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=stream, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        try:
            after_s = moment.after_s if moment else None
            with suppress(subprocess.TimeoutExpired):
                process.wait(LONGEST_RUN_S if after_s is None else after_s)
        finally:
            _kill_group(process.pid)
            code = process.wait()
        seconds = time.monotonic() - start
        _wait_for_end_of(process.pid)
        writes = counter.stat().st_size if counter.exists() else 0
        return Ended(code, seconds, writes, printed.read_text(errors="replace"))


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _wait_for_end_of(leader: int) -> None:
    """Wait until the kernel has cleared the group away: it kills each process in its own time."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.killpg(leader, 0)
        except ProcessLookupError:
            return
        os.sched_yield()
    raise RuntimeError(f"processes of group {leader} are still there a minute after SIGKILL")
