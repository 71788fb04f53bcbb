# SPDX-License-Identifier: Apache-2.0
"""`mel2metal report`: which run, what is written, what is said where there is none."""

from __future__ import annotations

import webbrowser
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hil.report.html import command
from hil.report.html.write import PAGE_FILE, read_run
from hil.report.run import RunReport
from mel2metal.__main__ import main
from tests.hil.report.html.runs import full_records
from tests.hil.report.test_figures import BOARD, clip

AT = datetime(2001, 2, 3, tzinfo=UTC)


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Two runs on one board, as the plug-in writes them, and an empty folder of another board."""
    for day in range(2):
        run = RunReport(tmp_path, "m", AT + timedelta(days=day))
        run.add(BOARD)
        run.add(clip("a", 0, day))
        run.write()
    (tmp_path / "l475").mkdir()
    return tmp_path


def report(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["report", *map(str, arguments)])
    return code, *capsys.readouterr()


def test_the_latest_run_is_made_anew(capsys: pytest.CaptureFixture[str], reports: Path) -> None:
    latest = (reports / "u585" / "latest").resolve()
    written = (latest / PAGE_FILE).read_bytes()
    (latest / PAGE_FILE).unlink()
    for arguments in (("--board", "u585"), ()):
        code, out, _ = report(capsys, *arguments, "--report-dir", reports, "--no-open")
        assert (code, out) == (0, f"{latest / PAGE_FILE}\n")
    assert (latest / PAGE_FILE).read_bytes() == written


def test_a_run_can_be_named(capsys: pytest.CaptureFixture[str], reports: Path) -> None:
    first = reports / "u585" / "20010203T000000Z-m"
    (first / PAGE_FILE).unlink()
    code, out, _ = report(capsys, first, "--no-open")
    assert (code, out) == (0, f"{first / PAGE_FILE}\n")
    code, _, err = report(capsys, first, "--board", "u585")
    assert code == 2 and "give one of them" in err


def test_the_browser_gets_the_page_where_there_is_a_display(
    capsys: pytest.CaptureFixture[str], reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def take(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", take)
    monkeypatch.setattr(command, "has_display", lambda *_: True)
    code, out, _ = report(capsys, "--report-dir", reports)
    path = Path(out.strip())
    assert (code, opened) == (0, [path.as_uri()])
    monkeypatch.setattr(command, "has_display", lambda *_: False)
    code, out, _ = report(capsys, "--report-dir", reports)
    assert code == 0 and "no browser could be opened here" in out
    assert len(opened) == 1


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "darwin", True),
    ],
)
def test_a_display_is_told(environment: dict[str, str], platform: str, *, expected: bool) -> None:
    assert command.has_display(environment, platform) is expected


def test_no_run_is_an_error_that_names_the_boards(
    capsys: pytest.CaptureFixture[str], reports: Path, tmp_path: Path
) -> None:
    code, _, err = report(capsys, "--board", "l475", "--report-dir", reports)
    assert code == 2 and "no run is there" in err and "--board may be: u585" in err
    code, _, err = report(capsys, "--report-dir", tmp_path / "nothing")
    assert code == 2 and "make hil" in err


def test_all_damaged_files_are_told_together(
    capsys: pytest.CaptureFixture[str], reports: Path
) -> None:
    latest = reports / "u585" / "latest"
    (latest / "report.json").write_text('{"board": "u585"')
    (latest / "details.json").write_text('{"schema": "of-another-tool/1"}')
    (latest / "evidence.json").unlink()
    code, _, err = report(capsys, "--report-dir", reports, "--no-open")
    assert code == 2
    for name in ("report.json", "details.json", "evidence.json"):
        assert name in err
    assert "Traceback" not in err


def test_features_that_do_not_fit_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = RunReport(tmp_path, "m", AT)
    run._records["u585"] = full_records(tmp_path)
    run.write()
    path = tmp_path / "u585" / "latest" / "evidence.json"
    known = read_run(path.parent).evidence.clips["wrong-01"].features
    path.write_text(path.read_text().replace(known, "AAAA"))
    code, _, err = report(capsys, "--report-dir", tmp_path, "--no-open")
    assert code == 2 and "features are damaged" in err
