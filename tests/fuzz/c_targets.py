# SPDX-License-Identifier: Apache-2.0
"""The fuzz targets of the firmware's C."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.c_build import CProgram, build_program
from tests.fuzz.c_run import repeat_input, run_engine
from tests.fuzz.engines import Engine, find_engine
from tests.fuzz.target import Budget, Finding, Outcome


@dataclass(frozen=True, slots=True)
class CTarget:
    """A C file with `LLVMFuzzerTestOneInput`, and what it is compiled with."""

    name: str
    about: str
    program: CProgram
    engine: Engine | None = field(default=None, compare=False)
    """None: the best that this machine has."""

    def run(self, budget: Budget) -> Outcome:
        """Compile it if this machine has not yet, and run it."""
        engine = self.engine or find_engine()
        return run_engine(engine, build_program(self.program, engine), self.name, budget)

    def repeat(self, file: Path) -> Finding | None:
        """Run one input."""
        engine = self.engine or find_engine()
        return repeat_input(build_program(self.program, engine), file)


C_TARGETS = (
    CTarget(
        "link-cobs",
        "COBS: any bytes in any pieces, against an independent decoder; and back",
        CProgram(("cobs.c", "frames.c"), firmware=("app/cobs.c",)),
    ),
)
