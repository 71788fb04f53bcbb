# SPDX-License-Identifier: Apache-2.0
"""Folders of runs: none is shared, and `latest` is one of them at any time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from generator.cleaning.build_folder import RESULT_FILE
from hil.report.completeness import PARTIAL_FILE
from hil.report.run import REPORT_FILES
from hil.report.run_folder import latest_run, make_run_folder, point_latest, run_folders

AT = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)


def test_runs_of_the_same_second_have_folders_of_their_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: make_run_folder(tmp_path / "b", AT, "m"), range(32)))
    assert len(set(made)) == 32
    assert len(run_folders(tmp_path / "b")) == 32


def test_the_name_is_time_and_model_in_plain_letters(tmp_path: Path) -> None:
    folder = make_run_folder(tmp_path, AT, "my model/é")
    assert folder.name == "20010203T040506Z-my_model_"
    assert len(make_run_folder(tmp_path, AT, "x" * 300).name) < 100


def test_latest_is_the_run_that_began_last(tmp_path: Path) -> None:
    assert latest_run(tmp_path) is None
    runs = [make_run_folder(tmp_path, AT + timedelta(seconds=n), "m") for n in range(2)]
    for run in runs:
        point_latest(tmp_path, run)
        assert latest_run(tmp_path) == run
    assert run_folders(tmp_path) == runs
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_without_links_a_text_file_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    run = make_run_folder(tmp_path, AT, "m")
    monkeypatch.setattr(Path, "symlink_to", refuse)
    point_latest(tmp_path, run)
    assert (tmp_path / "latest.txt").read_text() == f"{run.name}\n"
    assert latest_run(tmp_path) == run
    monkeypatch.undo()
    point_latest(tmp_path, run)
    assert not (tmp_path / "latest.txt").exists()
    assert latest_run(tmp_path) == run


def test_a_folder_called_latest_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "mine.txt").write_text("a user's")
    run = make_run_folder(tmp_path, AT, "m")
    point_latest(tmp_path, run)
    assert latest_run(tmp_path) == run
    assert (tmp_path / "latest" / "mine.txt").read_text() == "a user's"


@pytest.mark.parametrize("name", [*REPORT_FILES, PARTIAL_FILE, "junit.xml", "latest", "latest.txt"])
def test_make_clean_knows_every_file_of_a_run(name: str) -> None:
    assert RESULT_FILE.fullmatch(name)
