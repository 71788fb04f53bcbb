# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.kills`: set-up, build, flash, run and train, killed at drawn moments.

Each kill is SIGKILL to a run's whole process group, in a throw-away clone of what is committed.
The next run of the same command must succeed by itself and end as one that was never disturbed:
the same bytes, figures and files, no lock held, nothing left over. What is done is kept in
build/kills/<commit>-<seed>.jsonl, and a sweep that ended early goes on there.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from generator.repository import REPO_ROOT
from tests.kills.build import Build
from tests.kills.flash import Flash
from tests.kills.kind import Kind
from tests.kills.run import Run
from tests.kills.set_up import SetUp
from tests.kills.sweep import Kill, Undisturbed, kill_and_run, run_undisturbed
from tests.kills.train import Train

KINDS: dict[str, type[Kind]] = {kind.name: kind for kind in (Build, Flash, Run, Train, SetUp)}

IN_A_ROUND = 5
"""Kills of one kind before the next kind has its turn."""


class Journal:
    """The kills that were done, one a line, on the disk before the next one begins."""

    def __init__(self, path: Path) -> None:
        """Read what is there; a line that was cut short does not count."""
        self._path = path
        self.kills: dict[str, dict[int, Kill]] = {name: {} for name in KINDS}
        path.parent.mkdir(parents=True, exist_ok=True)
        for line in path.read_text().splitlines() if path.exists() else ():
            try:
                row = json.loads(line)
                kill = Kill(**{**row["kill"], "faults": tuple(row["kill"]["faults"])})
                self.kills[row["kind"]][kill.number] = kill
            except (ValueError, KeyError, TypeError):
                continue

    def add(self, kind: str, kill: Kill) -> None:
        """Keep one."""
        self.kills[kind][kill.number] = kill
        with self._path.open("a") as stream:
            stream.write(f"\n{json.dumps({'kind': kind, 'kill': asdict(kill)})}")
            stream.flush()
            os.fsync(stream.fileno())


def say(text: str) -> None:
    """A line of progress, at once."""
    print(f"[kills]    {text}", flush=True)


class Sweep:
    """The kinds in their clones, each made when its first kill is due."""

    def __init__(self, count: int, seed: int, journal: Journal, folder: Path) -> None:
        """`count` kills of each kind; the clones go to `folder`."""
        self._count, self._seed, self._journal, self._folder = count, seed, journal, folder
        self._ready: dict[str, tuple[Kind, Undisturbed]] = {}

    def kill(self, name: str, number: int) -> None:
        """One kill of one kind, unless it was done before."""
        if number in self._journal.kills[name]:
            return
        kind, known = self._ready_for(name)
        kill = kill_and_run(kind, self._seed, number, known)
        self._journal.add(name, kill)
        what = "; ".join(kill.faults) or f"next run right, {kill.next_seconds:.1f} s"
        where = f"killed {kill.moment} ({kill.seconds:.1f} s)"
        say(f"{name} {number}/{self._count}: {where}; {what}")

    def _ready_for(self, name: str) -> tuple[Kind, Undisturbed]:
        if name not in self._ready:
            kind = KINDS[name](self._folder / name)
            say(f"{name}: {kind.purpose}")
            known = run_undisturbed(kind)
            usual = known.usual
            say(f"{name}: undisturbed {usual.seconds:.1f} s, {usual.writes} writes by Python")
            self._ready[name] = (kind, known)
        return self._ready[name]


def print_table(journal: Journal, kinds: Sequence[str], count: int) -> bool:
    """Per kind: kills, next runs that were right, left-overs, hand work. True if all is well."""
    heads = ("kind", "kills", "at a write", "next run right", "left over", "hand work needed")
    line = "{:8} {:>6} {:>11} {:>15} {:>10} {:>17}".format
    print(f"\n{line(*heads)}")
    total = [0, 0, 0, 0, 0]
    for name in kinds:
        kills = [kill for number, kill in journal.kills[name].items() if number <= count]
        right = sum(kill.is_right for kill in kills)
        left = sum(bool(kill.faults) and kill.is_right for kill in kills)
        writes = sum("write" in kill.moment for kill in kills)
        row = [len(kills), writes, right, left, len(kills) - right]
        total = [a + b for a, b in zip(total, row, strict=True)]
        print(line(name, *row))
    print(line("all", *total))
    return total[3] + total[4] == 0 and total[0] == count * len(kinds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sweep; 1 where a run after a kill was not right."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="kills of all kinds together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS), help="comma-separated; default: all")
    options = parser.parse_args(arguments)
    kinds = options.kinds.split(",")
    if unknown := sorted(set(kinds) - set(KINDS)):
        parser.error(f"no kind {', '.join(unknown)}: there are {', '.join(KINDS)}")
    if options.count < len(kinds):
        parser.error(f"--count {options.count}: at least one a kind, {len(kinds)}")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=REPO_ROOT, check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    count = options.count // len(kinds)
    journal = Journal(REPO_ROOT / "build" / "kills" / f"{commit}-{options.seed}.jsonl")
    say(f"commit {commit}, seed {options.seed}, {count} kills of each of {', '.join(kinds)}")
    with tempfile.TemporaryDirectory(prefix="mel2metal-kills-") as folder:
        sweep = Sweep(count, options.seed, journal, Path(folder))
        for first in range(1, count + 1, IN_A_ROUND):  # so that each kind has had its share
            for name in kinds:
                for number in range(first, min(first + IN_A_ROUND, count + 1)):
                    sweep.kill(name, number)
    return 0 if print_table(journal, kinds, count) else 1


if __name__ == "__main__":
    sys.exit(main())
