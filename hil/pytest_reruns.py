# SPDX-License-Identifier: Apache-2.0
"""What pytest-rerunfailures may run again, and what not: a wrong result is never asked for twice.

Read in every pytest run of an environment where mel2metal is installed: it imports nothing heavy.
"""

from __future__ import annotations

from typing import Any

import pytest

WRONG_RESULTS = ("DivergenceError", "DeviceFaultError", "WrongDeviceError")
"""Errors that no repetition may hide, by the names of their classes: a result that came and is
wrong, a fault of the core, another device or image than the run's."""

_OPTION = "rerun_except"


def keep_wrong_results(config: pytest.Config) -> None:
    """Tell pytest-rerunfailures, where it is loaded, what it must not run again.

    As if the user had added `--rerun-except` to the command line. A test's own marker
    `flaky(rerun_except=...)` stands above it: see `is_wrong_result`.
    """
    if not hasattr(config.option, _OPTION):
        return
    pattern = f"^({'|'.join(WRONG_RESULTS)}): "
    given: list[str] = config.option.rerun_except or _ini_lines(config)
    if pattern not in given:
        config.option.rerun_except = [*given, pattern]


def is_wrong_result(error: BaseException) -> bool:
    """Whether an error is one that no repetition may hide."""
    return type(error).__name__ in WRONG_RESULTS


def is_judgement(error: BaseException) -> bool:
    """Whether a failure says what the board did, rather than that it could not be asked."""
    judged = (AssertionError, pytest.fail.Exception, pytest.skip.Exception)
    return isinstance(error, judged) or is_wrong_result(error)


def is_rerun(report: pytest.TestReport) -> bool:
    """Whether a phase of a test failed and the test will be run again."""
    outcome: str = report.outcome
    return outcome == "rerun"


def attempt_of(report: pytest.TestReport) -> int:
    """How often the test had run before, as pytest-rerunfailures counts."""
    return getattr(report, "rerun", 0)


def first_line(report: pytest.TestReport) -> str:
    """Why a test failed, in one line."""
    crash: Any = getattr(report.longrepr, "reprcrash", None)
    text = str(report.longrepr) if crash is None else str(crash.message)
    return text.partition("\n")[0]


def _ini_lines(config: pytest.Config) -> list[str]:
    try:
        lines: list[str] = config.getini(_OPTION)
    except (KeyError, ValueError):  # a release without that key
        return []
    return lines
