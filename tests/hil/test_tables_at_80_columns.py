# SPDX-License-Identifier: Apache-2.0
"""The harness's tables on a terminal of 80 columns, with long names and large numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from generator.model.published import MODEL_SHA256
from hil.bench.record import BenchRecord, Cost, KernelsBench, LayerBench, Memory
from hil.bench.table import print_record
from hil.compare import EngineRun, print_comparison
from hil.report.figures import make_report
from hil.report.overview import overview_text
from hil.report.text import summary_text
from tests.hil.bench.records import MODEL, RECORD
from tests.hil.report.test_overview import U585, clip, run_of
from tests.support.narrow_terminal import NARROW, assert_fits, assert_numbers_stay_whole, printed

LONG = "a_model_with_a_name_that_is_longer_than_many_a_terminal_is_wide_and_then_some"
COST = Cost(123_456_789, 234_567_891, 345_678_912, None, 456_789_123, 567_891_234)


def bench_record() -> BenchRecord:
    layers = tuple(
        LayerBench(index, LONG.upper(), LONG, (480, 320, 1024), 987_654_321, 123_456, COST)
        for index in (0, 127)
    )
    model = replace(
        MODEL,
        name=LONG,
        macs=1_234_567_890,
        network=COST,
        finding_rows=COST,
        frontend_frame=COST,
        answer=COST,
        answer_ms=12345.678,
        memory=Memory(3_500_000, 15_000_000, 14_000_000, 6_500_000, 17_000_000, 900_000),
        layers=layers,
        portable=KernelsBench(COST, COST, 23_456_789),
    )
    return replace(RECORD, models=(model, replace(model, name=f"{LONG}_2", macs=7)))


def show_overview(console: Console) -> None:
    run = run_of(U585, clip("a"), clip("b", decision=1, detected=(1,)))
    other = f"{LONG}_board"
    records = {other: run, "u585": run}
    console.file.write(
        overview_text(records, {name: make_report(run, 1) for name in records}, console.width)
    )


def show_summary(console: Console) -> None:
    project = replace(U585.identity.project, model_sha256=MODEL_SHA256)
    engine = "stedgeai 3.0.0-20426 of a long name"
    board = replace(U585, identity=replace(U585.identity, project=project, engine=engine))
    run = run_of(board, clip("a", network_cycles=(123_456_789_000,)))
    console.file.write(summary_text(run, make_report(run, 1), console.width))


def show_comparison(console: Console) -> None:
    sizes = (1234567.25,) * 6
    runs = [
        EngineRun(f"{LONG} {index}", MODEL_SHA256, 123456.78, True, sizes, 123_456, 0.5, 9, 1, "")
        for index in range(4)
    ]
    print_comparison(console, "u585", runs)


PRINTS: dict[str, Callable[[Console], object]] = {
    "bench": lambda console: print_record(console, bench_record()),
    "overview": show_overview,
    "summary": show_summary,
    "comparison": show_comparison,
}


@pytest.mark.parametrize("name", PRINTS)
def test_no_number_is_cut(name: str) -> None:
    assert_numbers_stay_whole(PRINTS[name])


@pytest.mark.parametrize("name", ["overview", "summary"])
def test_reports_fit(name: str) -> None:
    assert_fits(printed(PRINTS[name], NARROW))


def test_long_names_are_shortened() -> None:
    text = printed(PRINTS["overview"], NARROW)
    assert f"{LONG[:8]}" in text
    assert "…" in text
