# SPDX-License-Identifier: Apache-2.0
"""Limits against a run's figures: kept, exceeded by so much, or not to be judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hil.gates.limits import Limit
from hil.report.figures import make_report
from hil.report.gates import judge_gates
from hil.report.model import Gate, Report
from hil.report.records import RunRecords
from hil.report.run import RunReport
from tests.hil.report.test_figures import BOARD, FULL, clip, run_of

CYCLES = 24_000_000
"""Of FULL, a patch."""


def judge(name: str, limit: float, run: RunRecords = FULL) -> Gate:
    (gate,) = judge_gates(make_report(run, 1), [Limit(name, limit, "--here")])
    return gate


@pytest.mark.parametrize(
    ("name", "limit", "text"),
    [
        ("min_accuracy", 0.75, "accuracy 75.00 %, at least 75.00 % (--here)"),
        (
            "max_network_cycles",
            CYCLES,
            "network 24,000,000 cycles a patch (an estimate), at most 24,000,000 cycles a patch "
            "(--here)",
        ),
        ("max_answer_ms", 5, "answer 5.000 ms (an estimate), at most 5.000 ms (--here)"),
        ("max_ram_bytes", 60_000, "RAM 60,000 bytes, at most 60,000 bytes (--here)"),
        ("max_flash_bytes", 180_000, "flash 180,000 bytes, at most 180,000 bytes (--here)"),
    ],
)
def test_a_limit_that_is_just_reached_is_kept(name: str, limit: float, text: str) -> None:
    gate = judge(name, limit)
    assert (gate.passed, gate.value, gate.text) == (True, limit, text)


@pytest.mark.parametrize(
    ("name", "limit", "text"),
    [
        ("min_accuracy", 0.8, "75.00 %: 5.00 percentage points below the least 80.00 %"),
        (
            "max_network_cycles",
            20_000_000,
            "network 24,000,000 cycles a patch (an estimate): 4,000,000 cycles a patch (20.0 %) "
            "over the limit of 20,000,000 cycles a patch",
        ),
        ("max_answer_ms", 4, "1.000 ms (25.0 %) over the limit of 4.000 ms"),
        ("max_ram_bytes", 59_999, "RAM 60,000 bytes: 1 bytes (0.0 %) over the limit of 59,999"),
        ("max_flash_bytes", 160_000, "20,000 bytes (12.5 %) over the limit of 160,000 bytes"),
    ],
)
def test_a_limit_that_is_exceeded_says_by_how_much(name: str, limit: float, text: str) -> None:
    gate = judge(name, limit)
    assert not gate.passed
    assert text in gate.text


def test_cycles_of_silicon_are_no_estimate() -> None:
    run = run_of(replace(BOARD, virtual=False, cycles_are="measured"), clip("a", 0, 0))
    gate = judge("max_network_cycles", CYCLES, run)
    assert not gate.estimated
    assert "estimate" not in gate.text


@pytest.mark.parametrize(
    ("name", "run", "why"),
    [
        (
            "min_accuracy",
            run_of(replace(BOARD, accuracy_unmeasured="no labels"), clip("a", None, 0)),
            "accuracy was not measured: no labels",
        ),
        ("max_network_cycles", run_of(BOARD), "no patch was answered"),
        ("max_answer_ms", run_of(BOARD, clip("a", 0, 0, answer_cycles=())), "in mid-clip"),
        ("max_ram_bytes", run_of(replace(BOARD, footprint={})), "without its footprint"),
    ],
)
def test_what_was_not_measured_fails(name: str, run: RunRecords, why: str) -> None:
    gate = judge(name, 1, run)
    assert (gate.passed, gate.value) == (False, None)
    assert "cannot be judged" in gate.text and why in gate.text


def test_a_partial_run_keeps_no_limit_of_its_clips() -> None:
    run = run_of(BOARD, clip("a", 0, 0))
    run.interruptions.append("interrupted (Ctrl-C)")
    for name in ("min_accuracy", "max_network_cycles", "max_answer_ms"):
        gate = judge(name, 0.1 if name == "min_accuracy" else 1e9, run)
        assert not gate.passed
        assert "the run is partial: interrupted (Ctrl-C)" in gate.text
    assert judge("max_ram_bytes", 60_000, run).passed


def test_accuracy_on_clips_that_trained_the_model_says_so() -> None:
    run = run_of(replace(BOARD, trained_folds=(1,)), clip("a", 0, 0))
    assert (
        "100.00 % (1 of the clips trained the model), at least"
        in judge("min_accuracy", 0.9, run).text
    )


AT = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(("limit", "passed"), [(60_000, True), (50_000, False)])
def test_report_and_summary_have_them(tmp_path: Path, limit: float, passed: bool) -> None:
    limits = {"u585": [Limit("max_ram_bytes", limit, "--max-ram")]}
    run = RunReport(tmp_path, "m", AT, limits)
    for record in (BOARD, clip("a", 0, 0)):
        run.add(record)
    run.write()
    path = tmp_path / "u585" / "latest" / "report.json"
    report = Report.model_validate_json(path.read_bytes(), strict=True)
    (gate,) = report.gates
    assert (gate.name, gate.limit, gate.passed) == ("max_ram_bytes", limit, passed)
    assert report.passed == passed
    mark = "kept    RAM" if passed else "FAILED  RAM"
    assert f"limits       {mark} 60,000 bytes" in run.html_summaries()[0]


def test_limits_of_a_board_that_no_test_made_ready_have_failed(tmp_path: Path) -> None:
    run = RunReport(tmp_path, "m", AT, {"u585": [Limit("max_ram_bytes", 1, "--max-ram")]})
    run.select("u585", "t[u585]", None, [])
    run.open_folder("u585")
    run.write()
    (gate,) = run.gates["u585"]
    assert not gate.passed
    assert "no test made the board ready" in gate.text
