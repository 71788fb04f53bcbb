# SPDX-License-Identifier: Apache-2.0
"""The head of the page: did the run pass, was it whole, and what failed."""

from __future__ import annotations

from dataclasses import dataclass

from hil.report.details import Details
from hil.report.model import Report

_SHOWN_TESTS = 30
_SHOWN_DIVERGENCES = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What stands on top."""

    state: str
    """passed, partial or failed: a class of the style sheet."""

    word: str
    sentence: str
    failed_tests: tuple[str, ...]
    more_failed_tests: int
    divergences: tuple[str, ...]
    more_divergences: int


def judge(report: Report, details: Details) -> Verdict:
    """From the report's own judgement; nothing is judged again."""
    failed, differing = details.tests_failed, details.divergences
    return Verdict(
        state="failed" if not report.passed else "passed" if report.complete else "partial",
        word="Failed" if not report.passed else "Passed" if report.complete else "Passed in part",
        sentence=_sentence(report),
        failed_tests=failed[:_SHOWN_TESTS],
        more_failed_tests=max(0, len(failed) - _SHOWN_TESTS),
        divergences=differing[:_SHOWN_DIVERGENCES],
        more_divergences=max(0, len(differing) - _SHOWN_DIVERGENCES),
    )


def _sentence(report: Report) -> str:
    """What the word means for this run."""
    exceeded = sum(not gate.passed for gate in report.gates)
    faults = []
    if report.tests.failed:
        faults.append(f"{report.tests.failed} of {report.tests.selected} tests failed")
    if exceeded:
        faults.append(f"{exceeded} of {len(report.gates)} limits exceeded or not judged")
    if faults:
        return f"{' and '.join(faults)}."
    kept = f", and all {len(report.gates)} limits were kept" if report.gates else ""
    if report.complete:
        return f"All {report.tests.selected} tests passed{kept}."
    return f"Nothing that ran failed{kept}, but the run is partial."
