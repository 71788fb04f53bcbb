# SPDX-License-Identifier: Apache-2.0
"""Write the seeds of the C targets that are cut out of what runs have found.

`python -m tests.fuzz.seeds COUNT`: of each target's inputs in `build/fuzz/corpus`, the COUNT
shortest that reach something which shorter ones do not, into `tests/fuzz/corpus/<target>`. Seeds
with names of their own stay: they were written by hand, or are of a bug that was found.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.fuzz.c_build import build_program
from tests.fuzz.c_run import environment
from tests.fuzz.c_targets import C_TARGETS
from tests.fuzz.engines import find_engine
from tests.fuzz.target import CORPUS, WORK

LONGEST = 600
CUT = re.compile(r"[0-9a-f]{40}")
"""What libFuzzer names an input by: its SHA-1."""


def main(count: int) -> None:
    """Merge each target's corpus by libFuzzer, and keep the shortest."""
    engine = find_engine()
    if engine.is_built_in:
        sys.exit("seeds are cut by libFuzzer: python -m tools.fuzzer_install")
    for target in C_TARGETS:
        merged = WORK / "merged" / target.name
        shutil.rmtree(merged, ignore_errors=True)
        merged.mkdir(parents=True)
        program = build_program(target.program, engine)
        sources = [WORK / "corpus" / target.name, CORPUS / target.name]
        for folder in sources:
            folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [str(program), "-merge=1", f"-max_len={LONGEST}", str(merged), *map(str, sources)],
            env=environment(),
            stderr=subprocess.DEVNULL,
            check=True,
        )
        replace_seeds(merged, CORPUS / target.name, count)


def replace_seeds(merged: Path, seeds: Path, count: int) -> None:
    """Put the shortest of `merged` in the place of those that were cut before."""
    for path in seeds.iterdir():
        if CUT.fullmatch(path.name):
            path.unlink()
    fit = [path for path in merged.iterdir() if path.stat().st_size <= LONGEST]
    inputs = sorted(fit, key=lambda path: (path.stat().st_size, path.name))
    for path in inputs[:: max(1, len(inputs) // count)][:count]:
        shutil.copy(path, seeds / path.name)
        print(seeds / path.name, path.stat().st_size)


if __name__ == "__main__":
    main(int(sys.argv[1]))
