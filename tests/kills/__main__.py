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
from tests.kills.strike import Usual
from tests.kills.sweep import Kill, kill_runs, run_undisturbed
from tests.kills.train import Train

KINDS: dict[str, type[Kind]] = {kind.name: kind for kind in (SetUp, Build, Flash, Run, Train)}


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


def sweep(name: str, count: int, seed: int, journal: Journal, folder: Path) -> None:
    """All kills of one kind that are not done yet."""
    done = journal.kills[name]
    missing = [number for number in range(1, count + 1) if number not in done]
    if not missing:
        return
    kind = KINDS[name](folder / name)
    say(f"{name}: {kind.purpose}")
    known = run_undisturbed(kind)
    usual: Usual = known.usual
    say(f"{name}: undisturbed {usual.seconds:.1f} s, {usual.writes} writes by Python")
    for number in missing:
        for kill in kill_runs(kind, seed, range(number, number + 1), known):
            journal.add(name, kill)
            what = "; ".join(kill.faults) or f"next run right, {kill.next_seconds:.1f} s"
            say(f"{name} {number}/{count}: killed {kill.moment} ({kill.seconds:.1f} s); {what}")


def print_table(journal: Journal, kinds: Sequence[str], count: int) -> bool:
    """Per kind: kills, next runs that were right, hand work needed. True if all is well."""
    print(f"\n{'kind':8} {'kills':>6} {'at a write':>11} {'next run right':>15} {'hand work':>10}")
    total = [0, 0, 0, 0]
    for name in kinds:
        kills = [kill for number, kill in journal.kills[name].items() if number <= count]
        right = sum(not kill.faults for kill in kills)
        row = [len(kills), sum("write" in kill.moment for kill in kills), right, len(kills) - right]
        total = [a + b for a, b in zip(total, row, strict=True)]
        print("{:8} {:>6} {:>11} {:>15} {:>10}".format(name, *row))
    print("{:8} {:>6} {:>11} {:>15} {:>10}".format("all", *total))
    return total[3] == 0 and total[0] == count * len(kinds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sweep; 1 where a run after a kill was not right."""
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
        for name in kinds:
            sweep(name, count, options.seed, journal, Path(folder))
    return 0 if print_table(journal, kinds, count) else 1


if __name__ == "__main__":
    sys.exit(main())
