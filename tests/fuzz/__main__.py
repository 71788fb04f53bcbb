# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.fuzz`: run the fuzz targets for some minutes, or one input of one target again.

Exit code 0 where nothing was found, 1 on a finding, 2 for a wrong word, 3 where a tool is missing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from generator.errors import Mel2metalError
from tests.fuzz.report import ProgressLine, finding_text, table
from tests.fuzz.table import TARGETS, find_target
from tests.fuzz.target import Budget, Outcome, Target

LONGEST_MINUTES = 7 * 24 * 60.0
SEEDS = 1 << 32


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.list:
            for target in TARGETS:
                print(f"{target.name:20} {target.about}")
            return 0
        if options.repeat:
            return _repeat(find_target(options.repeat[0]), Path(options.repeat[1]))
        chosen = [find_target(name) for name in options.targets] or list(TARGETS)
        return _run(chosen, options.minutes, options.runs, options.seed)
    except KeyError as error:
        names = ", ".join(target.name for target in TARGETS)
        print(f"no fuzz target {error}: say one of {names}", file=sys.stderr)
        return 2
    except Mel2metalError as error:
        print(f"fuzz: {error}", file=sys.stderr)
        return error.exit_code


def _run(targets: Sequence[Target], minutes: float, runs: int | None, seed: int) -> int:
    outcomes: dict[str, Outcome] = {}
    for target in targets:
        line = ProgressLine(target.name, sys.stdout)
        seconds = None if runs else minutes * 60 / len(targets)
        outcome = target.run(Budget(seed, seconds, runs, line.tell))
        line.end()
        outcomes[target.name] = outcome
        edges = "" if outcome.edges is None else f", {outcome.edges} edges"
        print(
            f"[fuzz]  {target.name}: {outcome.executions:,} executions in {outcome.seconds:.1f} s"
            f"{edges}, {len(outcome.findings)} findings",
            flush=True,
        )
    print(table(outcomes))
    found = [(name, one) for name, outcome in outcomes.items() for one in outcome.findings]
    for name, finding in found:
        print(finding_text(name, finding), file=sys.stderr)
    return 1 if found else 0


def _repeat(target: Target, file: Path) -> int:
    if not file.is_file():
        print(f"{file}: there is no such file", file=sys.stderr)
        return 2
    finding = target.repeat(file)
    if finding is None:
        print(f"{target.name}: nothing is wrong with {file}")
        return 0
    print(finding_text(target.name, finding), file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description="Give parsers inputs that nobody thought of; see whether what must hold does.",
        epilog="Seeds: tests/fuzz/corpus. What runs find: build/fuzz. More: docs/fuzzing.md",
    )
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help="these alone (default: all, one after another)"
    )
    parser.add_argument(
        "--minutes", type=_minutes, default=1.0, metavar="N", help="for all together (default: 1)"
    )
    parser.add_argument(
        "--runs", type=_count, metavar="N", help="so many executions of each, instead of a time"
    )
    parser.add_argument(
        "--seed", type=_seed, default=1, metavar="N", help="of what is drawn (default: 1)"
    )
    parser.add_argument("--list", action="store_true", help="the targets, and what each one asks")
    parser.add_argument(
        "--repeat", nargs=2, metavar=("TARGET", "FILE"), help="run the target for one input"
    )
    return parser


def _minutes(text: str) -> float:
    value = float(text)
    if not 0 < value <= LONGEST_MINUTES:
        raise argparse.ArgumentTypeError(f"{text}: say more than 0 and at most a week, 10080")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text}: say 1 or more")
    return value


def _seed(text: str) -> int:
    value = int(text)
    if not 1 <= value < SEEDS:
        raise argparse.ArgumentTypeError(f"{text}: say 1 to {SEEDS - 1}")
    return value


if __name__ == "__main__":
    sys.exit(main())
