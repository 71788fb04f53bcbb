# SPDX-License-Identifier: Apache-2.0
"""The bench's JSON, what differs between two of them, and the tables made of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from generator.errors import InputError
from generator.repository import REPO_ROOT
from hil.bench.diff import changes
from hil.bench.page import BEGIN, END, PAGE, page_tables, with_tables
from hil.bench.record import Cost, KernelsBench, read_record, write_baseline, write_record
from hil.bench.table import print_record
from tests.hil.bench.records import COST, MODEL, RECORD, with_network


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "u585" / "bench.json"
    write_record(path, RECORD)
    assert read_record(path) == RECORD
    write_baseline(path, RECORD)
    assert read_record(path) == RECORD
    layer = next(line for line in path.read_text(encoding="utf-8").splitlines() if "first" in line)
    assert layer.startswith('{"index": 0')


@pytest.mark.parametrize(
    ("text", "says"),
    [(None, "No such file"), ("{}", "Field required"), ("[", "Invalid JSON")],
)
def test_a_damaged_record_is_refused(tmp_path: Path, text: str | None, says: str) -> None:
    path = tmp_path / "bench.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_record(path)


def test_a_record_of_another_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    write_record(path, replace(RECORD, schema=99))
    with pytest.raises(InputError, match="schema 99"):
        read_record(path)


def test_equal_runs_have_no_changes() -> None:
    assert changes(RECORD, RECORD) == []


def test_every_figure_that_changed_is_told() -> None:
    found = changes(RECORD, with_network(replace(COST, instructions=900, table_cycles=1300)))
    told = {one.figure: (one.before, one.now) for one in found}
    assert told == {"network_instructions": (1000, 900), "network_table_cycles": (1250, 1300)}
    assert [one.percent for one in found] == pytest.approx([-10.0, 4.0])


def test_layers_are_compared_one_by_one() -> None:
    layer = replace(MODEL.layers[0], cost=Cost(991, 1188, 1237))
    now = replace(RECORD, models=(replace(MODEL, layers=(layer,)),))
    assert [(one.figure, one.before, one.now) for one in changes(RECORD, now)] == [
        ("0 CONV_2D: instructions", 990, 991)
    ]


def test_a_model_that_only_one_run_has_is_told() -> None:
    other = replace(RECORD, models=(replace(MODEL, model_sha256="cd" * 32),))
    assert [(one.before, one.now) for one in changes(RECORD, other)] == [(None, 1000), (1000, None)]


def printed(record: object = RECORD) -> str:
    console = Console(width=240, record=True, quiet=False)
    with console.capture() as captured:
        print_record(console, record)  # type: ignore[arg-type]
    return captured.get()


def test_the_table_names_estimates_and_their_uncertainty() -> None:
    text = printed()
    assert "cycles ~ pipeline" in text
    assert "Off by -1.0 to +2.0 % over 8 published sequences" in text
    assert "40 % of the networks' cycles" in text
    assert "Off by +3.0 to +10.0 %" in text
    assert "not asked for" in text


def test_portable_kernels_stand_beside_the_others() -> None:
    portable = KernelsBench(Cost(2500, 2900, 3000), Cost(350, 400, 410), 16_000)
    text = printed(replace(RECORD, models=(replace(MODEL, portable=portable),)))
    assert "hand-written" in text
    assert "2,500" in text
    assert "16,000" in text


def test_measured_cycles_of_silicon_need_no_estimate() -> None:
    silicon = replace(with_network(Cost(measured_cycles=5000)), estimate=None)
    text = printed(silicon)
    assert "5,000" in text
    assert "published sequences" not in text


def test_the_page_keeps_its_own_text(tmp_path: Path) -> None:
    write_record(tmp_path / "baseline-u585.json", RECORD)
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    written = with_tables(page, tmp_path)
    assert written.startswith("before\n")
    assert written.endswith("\nafter\n")
    assert "old" not in written
    assert "| net | 800 | 1,000 | 1.25 |" in written
    assert with_tables(written, tmp_path) == written


def test_the_page_has_the_tables_of_the_baselines() -> None:
    """`make bench-baseline` writes both."""
    assert page_tables(REPO_ROOT / "bench") in PAGE.read_text(encoding="utf-8")
