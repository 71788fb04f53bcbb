# SPDX-License-Identifier: Apache-2.0
"""Retries on their way to the reports: none is lost, none makes a failure look flaky."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hil.boards.recovery import Retry, Rung
from hil.pytest_records import account_retries
from hil.report.details import make_details
from hil.report.figures import make_report
from hil.report.records import RetryRecord, RunRecords, from_plain, to_plain
from hil.report.text import retry_lines
from hil.report.tool import tool_versions
from tests.hil.report.test_figures import BOARD, clip, run_of

RETRY = RetryRecord("u585", "t[a]", "reset", "silence", "a", "2001-01-01T00:00:00+00:00")


def run() -> RunRecords:
    other = replace(RETRY, test="t[b]", rung="re-flash", reason="still silent", clip="b")
    return run_of(BOARD, clip("a", 0, 0), clip("b", 1, 1), RETRY, RETRY, other)


def test_retry_travels_as_plain_values() -> None:
    assert from_plain(json.loads(json.dumps(to_plain(RETRY)))) == RETRY


def test_all_steps_are_in_the_reports_and_counted_by_test() -> None:
    records = run()
    report, details = make_report(records, 1.0), make_details(records).as_json()
    assert (report.retries, report.flaky_tests) == (3, 2)
    assert details["flaky_tests"] == ["t[a]", "t[b]"]
    assert [(one["test"], one["rung"]) for one in details["retries"]] == [
        *([("t[a]", "reset")] * 2),
        ("t[b]", "re-flash"),
    ]


def test_test_that_failed_is_not_flaky() -> None:
    records = run()
    records.failed_tests["t[b]"] = "b"
    assert records.flaky_tests == ["t[a]"]
    assert make_report(records, 1.0).retries == 3


def test_summary_names_every_means_with_its_reasons() -> None:
    assert retry_lines(run()) == [
        "RETRIES      2 × reset: silence",
        "             1 × re-flash: still silent",
    ]
    assert retry_lines(run_of(BOARD)) == []
    many = (replace(RETRY, reason=f"reason {number}") for number in range(9))
    assert retry_lines(run_of(BOARD, *many))[-1] == "             and 4 more, in details.json"


@pytest.mark.parametrize(
    ("outcomes", "flaky"),
    [(("passed", "passed", "passed"), "true"), (("passed", "failed", "passed"), "false")],
)
def test_properties_come_with_the_last_phase(outcomes: tuple[str, ...], flaky: str) -> None:
    item = cast(Any, SimpleNamespace(stash=pytest.Stash(), nodeid="t[a]"))
    reports: list[Any] = []
    retry = Retry(Rung.RESET, "silence", "a", "now")
    for when, outcome in zip(("setup", "call", "teardown"), outcomes, strict=True):
        failed = outcome == "failed"
        reports.append(SimpleNamespace(when=when, failed=failed, user_properties=[]))
        records = account_retries(item, reports[-1], [("u585", retry)] if when == "setup" else [])
        assert len(records) == (when == "setup")
    assert [report.user_properties for report in reports[:2]] == [[], []]
    assert reports[2].user_properties == [("retries", 1), ("flaky", flaky)]


def test_versions_of_what_takes_part_are_known() -> None:
    assert set(tool_versions()) >= {"python", "pytest", "pyocd", "unicorn"}
