# SPDX-License-Identifier: Apache-2.0
"""The course of a board's runs, as a page and as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from generator.errors import InputError
from hil.history.chart import MEASURES, draw, scale
from hil.history.row import Row
from hil.report.records import BoardRecord, Record
from hil.report.stored import read_runs
from mel2metal.__main__ import main
from tests.hil.report.test_figures import BOARD, clip
from tests.support.stored_runs import write_run

CYCLES = MEASURES[1]
SILICON = replace(BOARD, virtual=False, cycles_are="measured")


def other_model(board: BoardRecord) -> BoardRecord:
    project = replace(board.identity.project, model_sha256="ef" * 32)
    identity = replace(board.identity, project=project)
    return replace(board, model="<b>other.tflite", identity=identity)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Six runs: virtual, virtual, partial, silicon, of another model, without a patch."""
    both: tuple[Record, ...] = (clip("a", 0, 0), clip("b", 1, 0))
    faster = (clip("a", 0, 0, network_cycles=(12_000_000,)), clip("b", 1, 1))
    write_run(tmp_path, BOARD, *both)
    write_run(tmp_path, BOARD, *faster, days=1)
    write_run(tmp_path, BOARD, *both, days=2, why_partial="interrupted (Ctrl-C)")
    write_run(tmp_path, SILICON, *both, days=3)
    write_run(tmp_path, other_model(BOARD), *both, days=4)
    write_run(tmp_path, BOARD, days=5)
    return tmp_path


def rows_of(folder: Path) -> list[Row]:
    return [Row.of(run) for run in read_runs(folder / "u585")[0]]


def test_models_and_boards_of_another_kind_are_series_of_their_own(runs: Path) -> None:
    rows = rows_of(runs)
    first, second, partial, silicon, other, bare = (row.series for row in rows)
    assert first == second == partial == bare
    assert first == "model.tflite abababab, builtin, virtual board, cycles estimated"
    assert silicon == "model.tflite abababab, builtin, real board, cycles measured"
    assert other.startswith("<b>other.tflite efefefef")


def test_estimates_and_partial_runs_are_marked_and_lines_join_what_is_comparable(
    runs: Path,
) -> None:
    rows = rows_of(runs)
    series = list(dict.fromkeys(row.series for row in rows))
    drawn = draw(CYCLES, rows, series)
    assert [point.estimated for point in drawn.points] == [True, True, True, False, True]
    assert [point.partial for point in drawn.points] == [False, False, True, False, False]
    (line,) = drawn.lines
    first, second = drawn.points[:2]
    assert line.points == f"{first.x},{first.y} {second.x},{second.y}"
    assert second.y > first.y  # fewer cycles are further down
    accuracy = draw(MEASURES[0], rows, series)
    (joined,) = accuracy.lines
    assert len(joined.points.split()) == 2
    for point in accuracy.points:
        assert point.low is not None and point.high is not None
        assert point.high < point.y < point.low or point.y in (point.low, point.high)


def test_accuracy_of_other_clips_is_not_joined(tmp_path: Path) -> None:
    write_run(tmp_path, BOARD, clip("a", 0, 0))
    write_run(tmp_path, BOARD, clip("a", 0, 0), clip("b", 1, 1), days=1)
    rows = rows_of(tmp_path)
    assert draw(MEASURES[0], rows, [rows[0].series]).lines == ()
    assert len(draw(CYCLES, rows, [rows[0].series]).lines) == 1


@pytest.mark.parametrize(
    ("low", "high"),
    [
        *((0.0, 0.0), (21.8e6, 21.9e6), (99.9, 100.0), (-3.0, 1e9), (5.0, 5.0), (1, 7)),
        *((-(2.0**64), 2.0**64), (0.0, 5e-324), (1.0, 1.0 + 2.0**-52), (1e-310, 3e-310)),
    ],
)
def test_a_scale_is_round_and_holds_its_range(low: float, high: float) -> None:
    bottom, step, top = scale(low, high)
    assert bottom <= low <= high <= top
    assert bottom < top
    assert 1 < (top - bottom) / step < 7.5
    assert re.fullmatch(r"[125]\.?0*", f"{step / 10 ** int(f'{step:e}'[-3:]):.9g}")


class Page(HTMLParser):
    """Elements with their attributes, and whether every one was closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_loads_nothing(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = runs / "u585" / "20010301T000000Z-m"
    broken.mkdir()
    (broken / "report.json").write_text("{")
    assert main(["history", "--board", "u585", "--report-dir", str(runs)]) == 0
    out = capsys.readouterr().out
    assert "6 runs of u585, 1 of them partial" in out
    assert f"left out: {broken}" in out
    text = (runs / "u585" / "history.html").read_text()
    page = Page(text)
    assert page.open == []
    names = [name for name, _ in page.elements]
    assert names.count("svg") == 5
    assert not {"script", "link", "img", "iframe"} & set(names)
    links = [values.get("href") for _, values in page.elements if "href" in values]
    assert links and all(re.fullmatch(r"200102\d\dT\d+Z-m/", str(link)) for link in links)
    assert "url(" not in text and "@import" not in text
    dots = [values["class"] for name, values in page.elements if name == "circle"]
    assert sum("partial" in str(names) for names in dots) == 5  # one run in each of five charts
    assert "<b>other" not in text and "&lt;b&gt;other.tflite" in text
    assert str(broken) in text


def test_json_has_every_run_and_what_was_left_out(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (runs / "u585" / "report.json").write_text("{}")
    assert main(["history", "--board", "u585", "--report-dir", str(runs), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["schema"] == "mel2metal-history/1"
    assert [run["complete"] for run in content["runs"]] == [True, True, False, True, True, True]
    assert [run["accuracy"] for run in content["runs"][:2]] == [0.5, 1.0]
    assert content["runs"][1]["network_cycles"] == (12e6 + 16e6 + 32e6) / 3
    assert content["runs"][5]["network_cycles"] is None
    (skipped,) = content["skipped"]
    assert skipped["where"].endswith("report.json")
    assert not (runs / "u585" / "history.html").exists()


def test_without_a_report_it_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["history", "--board", "l475", "--report-dir", str(tmp_path)]) == InputError.exit_code
    )
    assert "make hil BOARD=l475" in "".join(capsys.readouterr())
