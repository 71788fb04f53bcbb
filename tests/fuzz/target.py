# SPDX-License-Identifier: Apache-2.0
"""What a fuzz target is to `make fuzz`: a name, a run within a budget, and one input again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from generator.repository import REPO_ROOT

CORPUS = Path(__file__).parent / "corpus"
"""Seeds, a folder for each target: what a run begins with, and what `make test` replays."""

WORK = REPO_ROOT / "build" / "fuzz"
"""What runs leave: inputs with new coverage in `corpus/`, inputs that fail in `findings/`."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run of a target is."""

    executions: int
    edges: int | None
    """Edges of the control flow that were reached; None where they are not counted."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may take, and where it begins. At least one of the two limits is given."""

    seed: int
    seconds: float | None = None
    executions: int | None = None
    tell: Callable[[Progress], None] = lambda _: None
    """Called some times a second at most."""
    work: Path = WORK


@dataclass(frozen=True, slots=True)
class Finding:
    """An input for which a target fails."""

    file: Path
    what: str
    """What was seen, in one line."""
    report: str = ""
    """All that was said: a sanitizer's report, a traceback."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of a target gave."""

    engine: str
    """What made its inputs: `libFuzzer of clang 14.0.6`, `hypothesis`."""
    executions: int
    seconds: float
    edges: int | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def per_second(self) -> float:
        """Executions a second."""
        return self.executions / self.seconds if self.seconds > 0 else 0.0


class Target(Protocol):
    """One entry of the table."""

    @property
    def name(self) -> str:
        """Letters, digits and dashes: also that of its folders."""

    @property
    def about(self) -> str:
        """What it feeds, and what must hold, in one line."""

    def run(self, budget: Budget) -> Outcome:
        """Run it until the budget is used or the first finding. Raises Mel2metalError."""

    def repeat(self, file: Path) -> Finding | None:
        """Run one input; what is wrong with it, or None."""


def seeds_of(name: str) -> list[Path]:
    """The target's seeds in the repository, in order."""
    return sorted(path for path in (CORPUS / name).glob("*") if path.is_file())
