# SPDX-License-Identifier: Apache-2.0
"""All boards of a run in one table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from generator.model.decision import DecisionRule, Head
from generator.project.manifest import ProjectInfo
from hil.boards.identity import Identity
from hil.report.figures import make_report
from hil.report.overview import overview_text
from hil.report.records import (
    BoardRecord,
    ClipRecord,
    DivergenceRecord,
    Record,
    RetryRecord,
    RunRecords,
)
from hil.report.run import RunReport
from tests.support.footprints import footprint
from tests.support.frontends import frontend_info

RULE = DecisionRule(Head.SOFTMAX, (-128, -128))
PROJECT = ProjectInfo("u585", "u585", "m", "ab", ("a", "b"), RULE, False, "0", frontend_info())
U585 = BoardRecord(
    board="u585",
    virtual=True,
    cycles_are="estimated",
    identity=Identity(PROJECT, "builtin", 160_000_000, "cd"),
    model="m",
    toolchain="gcc",
    accuracy_unmeasured="",
    source="test",
    footprint=footprint(),
)
H743 = replace(U585, board="h743", virtual=False, cycles_are="measured")


def clip(name: str, board: str = "u585", **changes: Any) -> ClipRecord:
    record = ClipRecord(
        *(board, name, 1, (0,), 0, (0,), 80_000, 0, 497, (16_000_000,), (400_000,), (10,)),
        *(100_000, 168, (49_700, 497), (), 1.0),
    )
    return replace(record, **changes)


def run_of(*records: Record) -> RunRecords:
    run = RunRecords()
    for record in records:
        run.add(record)
    return run


def test_each_board_has_a_line_of_its_own() -> None:
    wrong = clip("b", decision=1, detected=(1,))
    retry = RetryRecord("u585", "test", "send again", "CRC", "b", "2026-01-01T00:00:00")
    h743 = [clip("a", "h743"), clip("b", "h743")]
    never_ready, absent = RunRecords(failed_tests={"t": "a"}), RunRecords(selected_clips={"a"})
    records = {
        "u585": run_of(U585, clip("a"), wrong, DivergenceRecord("u585", 3, "differs"), retry),
        "l475": never_ready,
        "h743": run_of(H743, *h743),
        "u575": absent,
    }
    records["h743"].selected_clips |= {"a", "b", "c"}
    reports = {board: make_report(records[board], 1) for board in ("u585", "h743")}
    lines = overview_text(records, reports, 100).splitlines()
    cells = {line.split()[0]: line.split()[1:] for line in lines}
    headings = "clips right % ms RAM flash divergences retries failed"
    assert cells["board"] == headings.split()
    assert cells["u585"] == ["2/2", "50.00", "~100.00", "35.0", "146.0", "3", "1", "0"]
    assert cells["h743"] == ["2/3", "100.00", "100.00", "35.0", "146.0", "unknown", "0", "0"]
    assert " ".join(cells["l475"]) == "0/0 - - - - not ready - 1"
    assert " ".join(cells["u575"]) == "0/1 - - - - not there - 0"
    assert [line.split()[0] for line in lines[1:5]] == ["h743", "l475", "u575", "u585"]
    assert "~ estimated" in lines[5]


class Terminal:
    """What pytest's terminal reporter is asked for."""

    fullwidth = 100

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._tw = self

    def write_sep(self, _mark: str, title: str) -> None:
        self.lines.append(title)

    def write_line(self, line: str, **_markup: bool) -> None:
        self.lines.append(line)


def test_the_table_ends_a_run_on_several_boards_and_no_other(tmp_path: Path) -> None:
    run = RunReport(tmp_path, "m")
    for record in (U585, clip("a")):
        run.add(record)
    run.write()
    alone = Terminal()
    run.print_summary(alone)
    assert alone.lines[0] == "mel2metal on u585"
    assert not any("boards" in line for line in alone.lines)
    run.fail("h743", "test", None)
    both = Terminal()
    run.print_summary(both)
    assert "mel2metal on h743" in both.lines
    assert "mel2metal on u585" in both.lines
    assert both.lines.index("mel2metal on 2 boards") > both.lines.index("mel2metal on u585")


def test_two_boards_of_a_kind_show_both_their_probes() -> None:
    one = replace(U585, properties={"probe": "0042", "port": "/dev/a", "pyocd": "0.46"})
    other = replace(U585, properties={"probe": "0017", "port": "/dev/b", "pyocd": "0.46"})
    expected = {"probe": "0017, 0042", "port": "/dev/a, /dev/b", "pyocd": "0.46"}
    for records in ((one, other), (other, one), (one, other, one)):
        board = run_of(*records).board
        assert board is not None
        assert board.properties == expected
