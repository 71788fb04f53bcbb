# SPDX-License-Identifier: Apache-2.0
"""Limits in pytest: each one is reported as a test, and one that was not kept fails the run."""

from __future__ import annotations

from typing import Any

import pytest

from hil.report.model import Gate
from hil.report.run import RunReport

PLACE = "mel2metal limits"
"""What is given instead of a file in a limit's node id."""


def is_limit(report: pytest.TestReport) -> bool:
    """Whether the report is one of those made here, and of no test."""
    return report.nodeid.startswith(f"{PLACE}::")


def report_gates(session: pytest.Session, run: RunReport) -> None:
    """Hand each limit to pytest's reporters (terminal, JUnit, HTML), and set the exit code.

    Needs the run's reports to be written. Called once, where the run ends.
    """
    failed = False
    for board, gates in run.gates.items():
        for gate in gates:
            for report in _reports(board, gate):
                session.config.hook.pytest_runtest_logreport(report=report)
            failed = failed or not gate.passed
    if failed and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _reports(board: str, gate: Gate) -> list[pytest.TestReport]:
    """As a test has them: of its setup, its call and its teardown."""
    return [_report(board, gate, when) for when in ("setup", "call", "teardown")]


def _report(board: str, gate: Gate, when: Any) -> pytest.TestReport:
    name = f"{board}::{gate.name}"
    failed = when == "call" and not gate.passed
    properties: list[tuple[str, object]] = [
        *(("board", board), ("limit", gate.limit)),
        *(("value", "" if gate.value is None else gate.value), ("unit", gate.unit)),
        *(("estimated", str(gate.estimated).lower()), ("source", gate.source)),
    ]
    return pytest.TestReport(
        nodeid=f"{PLACE}::{name}",
        location=(PLACE, None, name),
        keywords={},
        outcome="failed" if failed else "passed",
        longrepr=gate.text if failed else None,
        when=when,
        user_properties=properties,
    )
