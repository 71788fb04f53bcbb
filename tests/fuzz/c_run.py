# SPDX-License-Identifier: Apache-2.0
"""Run a compiled C target: read its lines of progress, and take what it found."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from generator.errors import ToolError
from tests.fuzz.engines import Engine
from tests.fuzz.target import CORPUS, Budget, Finding, Outcome, Progress

LONGEST_INPUT = 600
LONGEST_RUN_S = 20
"""For one input: more is a finding."""

GRACE_S = 120.0
"""For an engine to end by itself after its time."""

REPEAT_S = 60.0
KEPT_LINES = 120

PULSE = re.compile(r"^#(\d+)\s+\w+\s+cov: (\d+)")
STATUS = re.compile(r"^#(\d+)\s")
EXECUTED = re.compile(r"^stat::number_of_executed_units:\s+(\d+)")
WRITTEN = re.compile(r"Test unit written to (.+)$")
CAUSE = re.compile(
    r"^(REQUIRED: .*|.*runtime error: .*|.*ERROR: \w+Sanitizer: .*|.*ERROR: libFuzzer: .*)$"
)
UNKNOWN_CAUSE = "the target ended by itself"


def run_engine(engine: Engine, program: Path, name: str, budget: Budget) -> Outcome:
    """Run it until the budget is used up, or something is found."""
    corpus, findings = budget.work / "corpus" / name, budget.work / "findings" / name
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    command = [
        *(str(program), f"-seed={budget.seed}", f"-max_len={LONGEST_INPUT}"),
        *(f"-timeout={LONGEST_RUN_S}", "-rss_limit_mb=2048", "-print_final_stats=1"),
        f"-artifact_prefix={findings}/",
        *([f"-runs={budget.executions}"] if budget.executions else []),
        *([f"-max_total_time={max(1, round(budget.seconds))}"] if budget.seconds else []),
        str(corpus),
        *([str(CORPUS / name)] if (CORPUS / name).is_dir() else []),
    ]
    reader = _Reader(budget.tell)
    begun = time.monotonic()
    process = subprocess.Popen(
        command,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            reader.take(line.rstrip("\n"))
        process.wait(GRACE_S)
    finally:
        process.kill()
        process.wait()
    seconds = time.monotonic() - begun
    found = () if process.returncode == 0 else (reader.finding(findings),)
    return Outcome(engine.name, reader.executions, seconds, reader.edges, found)


def repeat_input(program: Path, file: Path) -> Finding | None:
    """Run one input; what is wrong with it, or None."""
    try:
        done = subprocess.run(
            [str(program), f"-timeout={LONGEST_RUN_S}", str(file)],
            env=environment(),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=REPEAT_S,
            cwd=program.parent,
        )
    except subprocess.TimeoutExpired:
        return Finding(file, f"it takes more than {REPEAT_S:.0f} s")
    if done.returncode == 0:
        return None
    return Finding(file, _cause(done.stderr.splitlines()), done.stderr)


def environment() -> dict[str, str]:
    """For the sanitizers: no search for leaks, which some containers forbid; lines in reports."""
    asan = ["detect_leaks=0", "allow_addr2line=1"]
    addr2line = shutil.which("addr2line")
    ubsan = ["print_stacktrace=1", "allow_addr2line=1"]
    if addr2line:
        asan.append(f"external_symbolizer_path={addr2line}")
        ubsan.append(f"external_symbolizer_path={addr2line}")
    return {**os.environ, "ASAN_OPTIONS": ":".join(asan), "UBSAN_OPTIONS": ":".join(ubsan)}


class _Reader:
    """Takes an engine's lines: where it is, and what it says of a finding."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell = tell
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._written: Path | None = None
        self.executions = 0
        self.edges: int | None = None

    def take(self, line: str) -> None:
        """One line of stderr."""
        if match := PULSE.match(line):
            self.executions, self.edges = int(match[1]), int(match[2])
        elif (match := STATUS.match(line)) or (match := EXECUTED.match(line)):
            self.executions = int(match[1])
        else:
            if match := WRITTEN.search(line):
                self._written = Path(match[1])
            self._lines.append(line)
            return
        self._tell(Progress(self.executions, self.edges))

    def finding(self, folder: Path) -> Finding:
        """What ended the run. Raises ToolError where that was no input."""
        text = "\n".join(self._lines)
        if self._written is None or not self._written.is_relative_to(folder):
            raise ToolError(f"a fuzz target ended without an input that it failed for:\n{text}")
        return Finding(self._written, _cause(list(self._lines)), text)


def _cause(lines: list[str]) -> str:
    return next((line for line in lines if CAUSE.match(line)), UNKNOWN_CAUSE)
