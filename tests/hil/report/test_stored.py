# SPDX-License-Identifier: Apache-2.0
"""Runs on disk: found by name, and refused in words where they are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import InputError
from hil.report.run import RunReport
from hil.report.stored import find_run, read_details, read_run, read_runs
from tests.hil.report.test_figures import BOARD, clip
from tests.support.stored_runs import FIRST, write_run


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    """Three runs of the u585 in `tmp_path`, a day apart."""
    return [write_run(tmp_path, BOARD, clip("a", 0, 0), days=day) for day in range(3)]


def test_a_run_is_found_by_path_word_or_the_beginning_of_its_name(
    tmp_path: Path, runs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "u585"
    assert find_run("latest", folder) == runs[2]
    assert find_run("previous", folder) == runs[1]
    assert find_run("20010203", folder) == runs[0]
    assert find_run(runs[1].name, folder) == runs[1]
    assert find_run(str(runs[0]), Path("nowhere")) == runs[0]
    monkeypatch.chdir(runs[0])
    assert read_run(find_run("report.json", folder)).report == read_run(runs[0]).report


def test_a_beginning_that_fits_several_or_none_is_refused_with_their_names(
    tmp_path: Path, runs: list[Path]
) -> None:
    with pytest.raises(InputError, match=f"begins 3 names: {runs[0].name}, "):
        find_run("200102", tmp_path / "u585")
    with pytest.raises(InputError, match=f"no run in .* begins so\n.*{runs[2].name}"):
        find_run("1999", tmp_path / "u585")
    with pytest.raises(InputError, match="there is no latest run"):
        find_run("latest", tmp_path / "h743")


def test_a_killed_run_is_the_latest_and_says_that_it_has_no_report(
    tmp_path: Path, runs: list[Path]
) -> None:
    killed = RunReport(tmp_path, "m", FIRST.replace(year=2002)).open_folder("u585")
    assert find_run("latest", tmp_path / "u585") == killed
    assert find_run("previous", tmp_path / "u585") == runs[2]
    with pytest.raises(InputError, match=r"has no report\.json; the run has not ended"):
        read_run(killed)
    assert [run.folder for run in read_runs(tmp_path / "u585")[0]] == runs


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "Invalid JSON"),
        ("[1, 2]", "should be an object"),
        ("{}", "of another version of mel2metal, or of another program"),
        ('{"schema": "mel2metal-report/2"}', "of another version"),
        ('{"schema": "mel2metal-report/1"}', "board: Field required"),
        ("\udcff", "Invalid JSON"),
    ],
)
def test_damaged_and_foreign_reports_are_named_and_left_out(
    tmp_path: Path, runs: list[Path], content: str, said: str
) -> None:
    (runs[1] / "report.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    found, faults = read_runs(tmp_path / "u585")
    assert [run.folder for run in found] == [runs[0], runs[2]]
    (fault,) = faults
    assert str(runs[1]) in fault.where
    assert said in fault.what


def test_a_report_where_earlier_versions_put_it_is_named(tmp_path: Path, runs: list[Path]) -> None:
    old = tmp_path / "u585" / "report.json"
    old.write_text('{"board": "u585"}')
    found, faults = read_runs(tmp_path / "u585")
    assert len(found) == len(runs)
    assert [fault.where for fault in faults] == [str(old)]


def test_details_are_read_where_they_are(runs: list[Path]) -> None:
    run = read_run(runs[0])
    details = read_details(run)
    assert details is not None and details.clips == (clip("a", 0, 0),)
    (runs[0] / "details.json").unlink()
    assert read_details(run) is None
