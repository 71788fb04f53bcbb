# SPDX-License-Identifier: Apache-2.0
"""What `make fuzz` prints: a line of progress for each target, the table, and the findings."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from generator.repository import REPO_ROOT
from tests.fuzz.target import Finding, Outcome, Progress

EVERY_S = 10.0
"""Where the output is no terminal, a line of progress that often."""

HEADINGS = ("target", "executions", "per second", "edges", "findings")
WIDTHS = (20, 13, 11, 7, 9)


class ProgressLine:
    """One line for a target, written over where a terminal shows it."""

    def __init__(self, name: str, out: TextIO) -> None:
        self._name, self._out = name, out
        self._begun = self._told = time.monotonic()
        self._shown = 0

    def tell(self, progress: Progress) -> None:
        """Show where the target is, if it is time to."""
        now = time.monotonic()
        terminal = self._out.isatty()
        if not terminal and now - self._told < EVERY_S:
            return
        self._told = now
        edges = "" if progress.edges is None else f", {progress.edges} edges"
        count = f"{progress.executions:,} executions"
        line = f"[fuzz]  {self._name}: {now - self._begun:.0f} s, {count}{edges}"
        if terminal:
            self._out.write(f"\r{line.ljust(self._shown)}")
            self._shown = len(line)
        else:
            self._out.write(f"{line}\n")
        self._out.flush()

    def end(self) -> None:
        """Leave an empty line to whoever writes next."""
        if self._shown:
            self._out.write(f"\r{' ' * self._shown}\r")
            self._out.flush()


def table(outcomes: Mapping[str, Outcome]) -> str:
    """Targets with their figures, and the sum."""
    rows = [_row(name, outcome) for name, outcome in outcomes.items()]
    executions = sum(outcome.executions for outcome in outcomes.values())
    seconds = sum(outcome.seconds for outcome in outcomes.values())
    findings = sum(len(outcome.findings) for outcome in outcomes.values())
    rows.append(_row("together", Outcome("", executions, seconds), findings))
    engines = sorted({outcome.engine for outcome in outcomes.values()})
    return "\n".join([_line(HEADINGS), *map(_line, rows), f"engine: {', '.join(engines)}"])


def _row(name: str, outcome: Outcome, findings: int | None = None) -> tuple[str, ...]:
    edges = "-" if outcome.edges is None else str(outcome.edges)
    found = len(outcome.findings) if findings is None else findings
    return name, f"{outcome.executions:,}", f"{outcome.per_second:,.0f}", edges, str(found)


def _line(cells: tuple[str, ...]) -> str:
    first, *rest = (
        cell.rjust(width) if index else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
    )
    return " ".join([first, *rest]).rstrip()


def finding_text(name: str, finding: Finding) -> str:
    """A finding in words: what, where its input is, how to see it again."""
    path = shown_path(finding.file)
    again = f".venv/bin/python -m tests.fuzz --repeat {name} {shlex.quote(path)}"
    report = f"{finding.report.rstrip()}\n" if finding.report else ""
    return f"{report}{name}: {finding.what}\n  input:  {path}\n  repeat: {again}"


def shown_path(path: Path) -> str:
    """Relative to the repository where it is inside."""
    absolute = path.resolve()
    return str(absolute.relative_to(REPO_ROOT) if absolute.is_relative_to(REPO_ROOT) else absolute)
