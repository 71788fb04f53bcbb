# SPDX-License-Identifier: Apache-2.0
"""What a run leaves in its folder, and what it says where it is not whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator.errors import ToolError
from hil.report.completeness import NOT_ENDED, PARTIAL_FILE
from hil.report.details import Details
from hil.report.model import Report
from hil.report.run import RunReport
from tests.hil.report.test_figures import BOARD, MEMORY, clip

AT = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
NAME = "20010203T040506Z-m"


def run_in(folder: Path) -> RunReport:
    """A run that has played one clip of one that there is."""
    run = RunReport(folder, "m", AT)
    for record in (BOARD, clip("a", 0, 0), MEMORY):
        run.add(record)
    run.select("u585", "t[u585-a]", "a", ["a"])
    run.finish("u585", "t[u585-a]")
    return run


def test_files_of_a_run_are_written_and_read_by_their_models(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    run.write()
    folder = tmp_path / "u585" / NAME
    assert sorted(path.name for path in folder.iterdir()) == [
        *("details.json", "evidence.json", "report.html", "report.json", "report.png"),
    ]
    report = Report.model_validate_json((folder / "report.json").read_bytes(), strict=True)
    assert (report.clips, report.complete, report.started_at) == (1, True, "2001-02-03T04:05:06Z")
    details = Details.model_validate_json((folder / "details.json").read_bytes(), strict=True)
    assert details.clips == (clip("a", 0, 0),)
    assert (tmp_path / "u585" / "latest" / "report.json").samefile(folder / "report.json")
    assert "mel2metal builtin" in run.html_summaries()[0]


def test_what_fails_in_drawing_costs_a_line_and_no_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no font\nand more")

    monkeypatch.setattr("hil.report.picture.draw_report", fail)
    run = run_in(tmp_path)
    run.write()
    folder = tmp_path / "u585" / NAME
    names = {path.name for path in folder.iterdir()}
    assert {"details.json", "report.json", "report.html"} <= names
    assert "report.png" not in names
    terminal = Terminal()
    run.print_summary(terminal)
    assert f"WARNING: {folder / 'report.png'} was not written: RuntimeError: no font" in (
        terminal.lines
    )


class Terminal:
    """In the place of pytest's."""

    class _tw:  # noqa: N801
        fullwidth = 100

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write_line(self, line: str, **_: bool) -> None:
        self.lines.append(line)

    def write_sep(self, separator: str, title: str) -> None:
        self.lines.append(title)


def test_a_run_destroys_no_earlier_one(tmp_path: Path) -> None:
    old = tmp_path / "u585" / "report.json"
    old.parent.mkdir(parents=True)
    old.write_text("of an earlier version")
    first, second = run_in(tmp_path), run_in(tmp_path)
    folders = [run.open_folder("u585") for run in (first, second)]
    assert [folder.name for folder in folders] == [NAME, f"{NAME}-2"]
    second.add(clip("b", 0, 0))
    for run in (second, first):
        run.write()
    clips = [Report.model_validate_json((f / "report.json").read_bytes()).clips for f in folders]
    assert clips == [1, 2]
    assert old.read_text() == "of an earlier version"
    assert (tmp_path / "u585" / "latest").resolve() == folders[1]


def test_a_run_that_was_killed_leaves_no_old_numbers_as_its_own(tmp_path: Path) -> None:
    run_in(tmp_path).write()
    killed = RunReport(tmp_path, "m", AT)
    folder = killed.open_folder("u585")
    assert (tmp_path / "u585" / "latest").resolve() == folder
    assert not (tmp_path / "u585" / "latest" / "report.json").exists()
    assert (folder / PARTIAL_FILE).read_text() == f"{NOT_ENDED}\n"


def test_board_that_was_never_ready_says_so_in_the_folder(tmp_path: Path) -> None:
    run = RunReport(tmp_path, "m", AT)
    run.select("u585", "t[u585]", None, ["a"])
    run.fail("u585", "t[u585]", None)
    run.interrupt("no debug probe is plugged in")
    run.write()
    text = (tmp_path / "u585" / "latest" / PARTIAL_FILE).read_text()
    assert text.splitlines()[:2] == [
        "no report: the board was never ready",
        "no debug probe is plugged in",
    ]


def test_a_board_without_tests_or_records_gets_no_folder(tmp_path: Path) -> None:
    run = RunReport(tmp_path, "m", AT)
    run.check_writable(["u585"])
    run.select("u585", "t[u585]", None, [])
    run.write()
    assert list((tmp_path / "u585").iterdir()) == []


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda run: run.interrupt("interrupted (Ctrl-C)"), "interrupted (Ctrl-C)"),
        (
            lambda run: run.select("u585", "t[u585-b]", "b", ["a", "b"]),
            "1 of 2 tests did not run; 1 of 2 clips were not played",
        ),
        (
            lambda run: run.select("u585", "t[u585-a]", "a", ["a", "b", "c"]),
            "2 of 3 clips were not selected (by -k, -m, --lf or the names of tests)",
        ),
    ],
    ids=["interrupted", "not-run", "deselected"],
)
def test_a_partial_run_is_named_so_with_its_reason(
    tmp_path: Path, spoil: object, reason: str
) -> None:
    run = run_in(tmp_path)
    assert callable(spoil)
    spoil(run)
    run.write()
    folder = tmp_path / "u585" / NAME
    report = Report.model_validate_json((folder / "report.json").read_bytes())
    assert not report.complete
    assert "; ".join(report.incomplete_because) == reason
    assert (folder / PARTIAL_FILE).read_text() == reason.replace("; ", "\n") + "\n"
    summary = run.html_summaries()[0]
    assert f"PARTIAL RUN  {reason.split('; ', maxsplit=1)[0]}" in summary


def test_place_that_cannot_be_written_is_told_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ToolError, match=r"cannot write .*file"):
        RunReport(tmp_path / "file", "m").check_writable(["u585"])
