# SPDX-License-Identifier: Apache-2.0
"""Cases of one parser, in a process of its own whose memory is bounded.

    python -m tests.fuzz.parsers.run NAME --seed 1 --cases 20000 --work build/fuzz

Prints a line of JSON now and then and at the end. What is found is made small; the case that runs
is in `current/<name>` of the work folder, also where a library in C ends the process.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import HypothesisWarning

from tests.fuzz.parsers.parser import Parser, case_folder, check
from tests.fuzz.parsers.table import PARSERS

ROUND = 50
"""Lists of cases of one seed: Hypothesis remembers them all."""

ADDRESS_SPACE_BYTES = 2 << 30
"""Beside what is mapped at the start: a case's own bound is far below, and told in words."""

SURELY_TAKEN = 5000
"""Cases among which each parser takes some: the dearest refuses all but one of 200."""
TELL_S = 1.0
SHOWN = 400
"""Characters of what was found."""


@dataclass
class Count:
    """What a run did so far."""

    cases: int = 0
    taken: int = 0
    cpu_s: float = 0.0
    longest_s: float = 0.0
    """Processor time of the slowest case."""
    found: str = ""
    report: str = ""


def run_parser(parser: Parser, first_seed: int, cases: int, seconds: float, work: Path) -> Count:
    """Cases until so many were run, or so many seconds went by; 0: no such end."""
    count = Count()
    current = work / "current" / parser.name
    current.parent.mkdir(parents=True, exist_ok=True)
    strategy = parser.cases()
    began_s = told_s = time.monotonic()
    number, is_found = first_seed, False
    with case_folder() as folder:
        while not count.found and not _is_done(count, cases, seconds, began_s):

            @seed(number)
            @settings(
                max_examples=ROUND,
                database=None,
                deadline=None,
                derandomize=False,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            )
            @given(strategy)
            def one(some: list[object]) -> None:
                nonlocal told_s, is_found
                for case in some:
                    if not is_found and _is_done(count, cases, seconds, began_s):
                        return
                    current.write_bytes(parser.to_bytes(case))
                    case_s = time.process_time()
                    count.cases += not is_found
                    try:
                        count.taken += check(parser, case, folder)
                    except Exception:
                        is_found = True  # what follows makes it small
                        raise
                    count.longest_s = max(count.longest_s, time.process_time() - case_s)
                if time.monotonic() - told_s > TELL_S:
                    told_s = time.monotonic()
                    print(json.dumps(asdict(count)), flush=True)

            try:
                one()
            except Exception as raised:
                error: BaseException = raised
                while isinstance(error, BaseExceptionGroup):
                    error = error.exceptions[0]
                count.found = f"{type(error).__name__}: {str(error)[:SHOWN]} (seed {number})"
                count.report = "".join(traceback.format_tb(error.__traceback__)[-6:])
            number += 1
    if not count.found and count.cases >= SURELY_TAKEN and not count.taken:
        count.found = f"none of {count.cases:,} cases was taken: the parser refuses all files here"
    count.cpu_s = time.process_time()
    return count


def _is_done(count: Count, cases: int, seconds: float, began_s: float) -> bool:
    has_all = bool(cases) and count.cases >= cases
    return has_all or (bool(seconds) and time.monotonic() - began_s >= seconds)


def _limit_memory() -> None:
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + ADDRESS_SPACE_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one parser; 0 whatever was found: that is in the last line."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz.parsers.run", description=__doc__)
    options.add_argument("name", choices=sorted(PARSERS))
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--cases", type=int, default=0)
    options.add_argument("--seconds", type=float, default=0.0)
    options.add_argument("--work", type=Path, required=True)
    said = options.parse_args(arguments)
    warnings.simplefilter("ignore", HypothesisWarning)
    parser = PARSERS[said.name]
    parser.cases()
    _limit_memory()
    print(json.dumps(asdict(run_parser(parser, said.seed, said.cases, said.seconds, said.work))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
