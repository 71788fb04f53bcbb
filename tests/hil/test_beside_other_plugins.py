# SPDX-License-Identifier: Apache-2.0
"""The plug-in beside pytest-embedded and pytest-rerunfailures: both do their work in one run."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from generator.repository import REPO_ROOT
from hil.pytest_reruns import WRONG_RESULTS
from tests.hil.test_plugin import BOARD_RECORD
from tests.support.model_files import write_model
from tests.support.pytest_run import run_pytest
from tests.support.tiny_model import tiny_model

pytestmark = pytest.mark.slow

WITHOUT_EMBEDDED = ("-p", "no:pytest_embedded")
"""Its fixtures stand around every test and warn."""

VIRTUAL = ("--board", "u585", "--virtual", "--build-dir", ".", "--rootdir", ".")


@pytest.fixture
def embedded() -> None:
    """Tests that need it are skipped where it is not installed."""
    pytest.importorskip("pytest_embedded", reason="pytest-embedded is not installed: make test")


@pytest.fixture
def reruns() -> None:
    """Tests that need it are skipped where it is not installed."""
    reason = "pytest-rerunfailures is not installed: make test"
    pytest.importorskip("pytest_rerunfailures", reason=reason)


BOTH = """
import numpy as np
from pytest_embedded.dut import Dut

def test_theirs(dut, redirect, port, build_dir):
    assert isinstance(dut, Dut)
    assert (port, build_dir) == ("/dev/their-port", "their-folder")
    with redirect():
        print("said by a program")
    dut.expect_exact("said by a program")

def test_ours(m2m_dut, board):
    assert m2m_dut is board
    assert m2m_dut.play(np.zeros(16_000, np.int16)).patches == 0

def test_both(dut, m2m_dut):
    assert isinstance(dut, Dut)
    assert m2m_dut.labels == ("bark", "rain", "silence")
"""


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("first", ["mel2metal", "pytest_embedded"])
def test_embedded_and_ours_in_one_run(tmp_path: Path, tiny_build: Path, first: str) -> None:
    (tmp_path / "test_both.py").write_text(BOTH)
    suite = REPO_ROOT / "hil" / "suite" / "test_handshake.py"
    done = run_pytest(
        *("-p", first, "test_both.py", str(suite), "--board", "u585", "--virtual"),
        *("--model", str(tiny_build / "m.tflite"), "--m2m-build-dir", str(tiny_build)),
        *("--rootdir", ".", "--junitxml", "junit.xml", "-rA"),
        theirs=("--port", "/dev/their-port", "--build-dir", "their-folder"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    passed = [line for line in done.stdout.splitlines() if line.startswith("PASSED ")]
    assert sum("test_both.py" in line for line in passed) == 3
    assert len(passed) == 3 + 5, "and those of the suite, which lies outside this folder"
    cases = {case.get("name") for case in ET.parse(tmp_path / "junit.xml").iter("testcase")}
    assert {"test_theirs", "test_ours[u585]", "test_both[u585]"} <= cases


RERUNS = f"""
from pathlib import Path
import pytest
from hil.judges.divergence import DivergenceError
from hil.link.errors import DeviceFaultError, LinkLostError
{BOARD_RECORD}

def is_first(name):
    path = Path(name)
    first = not path.exists()
    path.touch()
    return first

def save(save_record, clip, *, diverges):
    save_record(board("no labels"))
    save_record(ClipRecord("u585", clip, 1, None, 0, (0,), 8, 0, 96, (16000,),
                           (160,), (99,), 5, 96, (96, 96), (), 0.1))
    if diverges:
        save_record(DivergenceRecord("u585", 2, f"{{clip}}: features"))

def test_link(m2m_board_name, m2m_save_record, m2m_record_property):
    m2m_record_property("truth", "dog")
    save(m2m_save_record, "link", diverges=False)
    if is_first("link"):
        raise LinkLostError("the port failed")

def test_again_and_still_wrong(m2m_board_name, m2m_save_record):
    save(m2m_save_record, "wrong", diverges=True)
    if is_first("wrong"):
        raise LinkLostError("the port failed, with a wrong result before it")
"""

WRONG = """
def test_wrong(m2m_board_name, m2m_save_record):
    save(m2m_save_record, "clip", diverges=is_first("clip"))
    if is_first("diverges"):
        raise DivergenceError("clip: features: 2 of 64 differ")
"""

MARKED = """
@pytest.mark.flaky(reruns=2, rerun_except=["none of ours"])
""" + WRONG.lstrip("\n")


def run_again(
    folder: Path, source: str, *arguments: str
) -> tuple[int, str, dict[str, Any], dict[str, Any]]:
    """Exit code, output, report.json and details.json of a run with reruns."""
    (folder / "test_again.py").write_text(source)
    write_model(folder / "m.tflite", tiny_model())
    done = run_pytest(
        *("test_again.py", *VIRTUAL, "--model", "m.tflite", "--junitxml", "junit.xml"),
        *("-o", "junit_family=xunit2", *WITHOUT_EMBEDDED, *arguments),
        cwd=folder,
    )
    (report,) = folder.glob("hil/u585/**/report.json")
    details = report.with_name("details.json")
    text = done.stdout + done.stderr
    return done.returncode, text, json.loads(report.read_text()), json.loads(details.read_text())


@pytest.mark.usefixtures("reruns")
@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one-process", "two-processes"])
def test_what_failed_by_the_link_is_run_again_and_counted_once(
    tmp_path: Path, processes: tuple[str, ...]
) -> None:
    code, text, report, details = run_again(tmp_path, RERUNS, "--reruns", "2", *processes)
    assert code == 0, text
    assert "2 passed, 2 rerun" in text
    assert (report["clips"], report["divergences"]) == (2, 2)
    assert (report["retries"], report["flaky_tests"]) == (2, 2)
    assert {retry["rung"] for retry in details["retries"]} == {"run again by pytest"}
    assert any(retry["reason"].startswith("the port failed") for retry in details["retries"])
    assert details["flaky_tests"] == [
        "test_again.py::test_again_and_still_wrong[u585]",
        "test_again.py::test_link[u585]",
    ]
    last = ET.parse(tmp_path / "junit.xml").getroot().findall(".//testcase")[-1]
    found = [(p.get("name"), p.get("value")) for p in last.iter("property")]
    assert ("flaky", "true") in found
    assert len(found) == len(dict(found)), "no property twice"


@pytest.mark.usefixtures("reruns")
@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one-process", "two-processes"])
def test_a_wrong_result_is_not_run_again(tmp_path: Path, processes: tuple[str, ...]) -> None:
    code, text, report, details = run_again(tmp_path, RERUNS + WRONG, "--reruns", "2", *processes)
    assert code == 1, text
    assert "1 failed, 2 passed, 2 rerun" in text
    assert report["divergences"] == 4
    assert details["tests_failed"] == ["test_again.py::test_wrong[u585]"]


@pytest.mark.usefixtures("reruns")
def test_a_wrong_result_that_a_marker_has_run_again_stays_in_the_report(tmp_path: Path) -> None:
    source = RERUNS + MARKED
    code, text, report, details = run_again(tmp_path, source, "-k", "test_wrong")
    assert code == 0, text
    assert "1 passed, 2 deselected, 1 rerun" in text
    assert report["divergences"] == 2
    assert details["tests_failed"] == ["test_again.py::test_wrong[u585]"]
    assert details["flaky_tests"] == []


FAILS_ONCE = """
from contextlib import contextmanager

import hil.session
from hil.link.errors import LinkLostError

opened = hil.session.open_session
failures = [LinkLostError("the port failed while the board was opened")]

@contextmanager
def open_session(*arguments, **named):
    if failures:
        raise failures.pop()
    with opened(*arguments, **named) as session:
        yield session

hil.session.open_session = open_session
"""

USES_BOARD = """
import numpy as np
from hil.link.errors import LinkLostError

lost = [LinkLostError("the port failed, and all that was tried was in vain")]

def test_plays(m2m_dut):
    if lost:
        m2m_dut.board.close()
        raise lost.pop()
    assert m2m_dut.play(np.zeros(16_000, np.int16)).patches == 0
"""


@pytest.mark.usefixtures("reruns")
def test_the_board_is_opened_again_for_a_test_that_is_run_again(
    tmp_path: Path, tiny_build: Path
) -> None:
    (tmp_path / "conftest.py").write_text(FAILS_ONCE)
    (tmp_path / "test_board.py").write_text(USES_BOARD)
    arguments = (
        *("test_board.py", "--board", "u585", "--virtual", "--rootdir", "."),
        *("--model", str(tiny_build / "m.tflite"), "--build-dir", str(tiny_build)),
        *WITHOUT_EMBEDDED,
    )
    done = run_pytest(*arguments, "--reruns", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed, 2 rerun" in done.stdout
    done = run_pytest(*arguments, "--reruns", "0", cwd=tmp_path)
    assert done.returncode == 3, "without a repetition the run ends where it has no board"


def test_errors_that_must_not_be_repeated_are_those_of_the_harness() -> None:
    modules = [import_module(name) for name in ("hil.judges.divergence", "hil.link.errors")]
    for name in WRONG_RESULTS:
        (error,) = (vars(module)[name] for module in modules if name in vars(module))
        assert issubclass(error, Exception)
