# SPDX-License-Identifier: Apache-2.0
"""The parsers of Python as targets of `make fuzz`: Hypothesis makes their cases."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import hypothesis

from generator.repository import REPO_ROOT
from tests.fuzz.parsers.parser import Parser, case_folder, check
from tests.fuzz.parsers.run import Count
from tests.fuzz.parsers.table import PARSERS
from tests.fuzz.target import Budget, Finding, Outcome, Progress

ENGINE = f"hypothesis {hypothesis.__version__}"


@dataclass(frozen=True, slots=True)
class PythonTarget:
    """A parser, run in a process of its own."""

    parser: Parser

    @property
    def name(self) -> str:
        """The parser's."""
        return self.parser.name

    @property
    def about(self) -> str:
        """What it reads. The same must hold for each: docs/fuzzing.md."""
        return self.parser.about

    def run(self, budget: Budget) -> Outcome:
        """Run it until the budget is used or the first finding."""
        words = [sys.executable, "-m", "tests.fuzz.parsers.run", self.name]
        words += ["--seed", str(budget.seed), "--work", str(budget.work)]
        words += ["--cases", str(budget.executions or 0), "--seconds", str(budget.seconds or 0)]
        began_s = time.monotonic()
        count = Count()
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=REPO_ROOT) as process:
            assert process.stdout is not None
            for line in process.stdout:
                count = Count(**json.loads(line))
                budget.tell(Progress(count.cases, None))
        if process.returncode:
            count.found = f"the process ended with {process.returncode}"
        findings = (self._keep(count, budget.work),) if count.found else ()
        seconds = time.monotonic() - began_s
        return Outcome(ENGINE, count.cases, seconds, None, findings)

    def _keep(self, count: Count, work: Path) -> Finding:
        """The case that ran last: Hypothesis has made it small, and ended with it."""
        current = work / "current" / self.name
        digest = hashlib.sha256(current.read_bytes()).hexdigest()[:16]
        file = work / "findings" / self.name / digest
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(current, file)
        return Finding(file, count.found, count.report)

    def repeat(self, file: Path) -> Finding | None:
        """Run one case again, in this process."""
        try:
            case = self.parser.from_bytes(file.read_bytes())
            with case_folder() as folder:
                check(self.parser, case, folder)
        except Exception as error:
            return Finding(file, f"{type(error).__name__}: {error}", traceback.format_exc())
        return None


PYTHON_TARGETS = tuple(PythonTarget(parser) for parser in PARSERS.values())
