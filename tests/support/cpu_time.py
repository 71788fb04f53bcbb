# SPDX-License-Identifier: Apache-2.0
"""`--cpu-times N`: the tests that took the most processor time, and the time of each folder.

Wall time depends on what else the machine does; processor time hardly does. What counts is the test
process and the processes that it started and waited for, from the report before to this one: a
fixture counts for the test that made it first.
"""

from __future__ import annotations

import resource
from collections import defaultdict
from collections.abc import Generator

import pytest


def cpu_s() -> float:
    """User and system time so far, of this process and of the children that it waited for."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(one) for one in whose]
    return sum(one.ru_utime + one.ru_stime for one in used)


class CpuTimes:
    """Notes the time in each report; workers of pytest-xdist send theirs along."""

    def __init__(self, shown: int) -> None:
        self._shown = shown
        self._last_s = cpu_s()
        self._by_test: defaultdict[str, float] = defaultdict(float)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self,
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        now_s = cpu_s()
        report.cpu_s = now_s - self._last_s  # type: ignore[attr-defined]
        self._last_s = now_s
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._by_test[report.nodeid] += getattr(report, "cpu_s", 0.0)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section(f"most processor time, {self._shown} of {len(self._by_test)}")
        for test, time_s in _longest(self._by_test)[: self._shown]:
            terminalreporter.write_line(f"{time_s:7.2f} s  {test}")
        folders: defaultdict[str, float] = defaultdict(float)
        for test, time_s in self._by_test.items():
            folders["/".join(test.split("::")[0].split("/")[:2])] += time_s
        terminalreporter.section(f"processor time by folder, {sum(folders.values()):.0f} s")
        for folder, time_s in _longest(folders):
            terminalreporter.write_line(f"{time_s:7.2f} s  {folder}")


def _longest(times: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(times.items(), key=lambda one: -one[1])
