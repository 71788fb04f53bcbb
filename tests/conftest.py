# SPDX-License-Identifier: Apache-2.0
"""Options of the whole test run."""

from __future__ import annotations

import pytest

from tests.support.cpu_time import CpuTimes


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("golden", "generated trees that tests compare with")
    group.addoption(
        "--update-golden",
        action="store_true",
        help="write tests/golden/ anew from what is generated now, and review it with git diff",
    )
    times = parser.getgroup("times", "what the tests cost")
    times.addoption(
        "--cpu-times",
        type=int,
        metavar="N",
        help="show the N tests with the most processor time, and the time of each folder",
    )


def pytest_configure(config: pytest.Config) -> None:
    shown = config.getoption("--cpu-times")
    if shown is not None:
        config.pluginmanager.register(CpuTimes(shown))
