# SPDX-License-Identifier: Apache-2.0
"""Limits in a whole run of pytest: exit code, summary, JUnit."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from hil.report.model import Report
from tests.hil.test_plugin import RECORDING_TEST
from tests.support.model_files import write_model
from tests.support.pytest_run import run_pytest
from tests.support.tiny_model import tiny_model

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one-process", "two-processes"])
def test_a_limit_exceeded_fails_a_run_whose_tests_passed(
    tmp_path: Path, processes: tuple[str, ...]
) -> None:
    (tmp_path / "test_recording.py").write_text(RECORDING_TEST)
    write_model(tmp_path / "m.tflite", tiny_model())
    (tmp_path / "pyproject.toml").write_text(
        "[tool.mel2metal]\nmax_network_cycles = 12_000\nmin_accuracy = 0.99\n"
    )
    done = run_pytest(
        *("--rootdir", ".", "--board", "u585", "--virtual", "--model", "m.tflite"),
        *("--build-dir", ".", "--junitxml", "junit.xml", "--min-accuracy", "50%", *processes),
        "test_recording.py",
        cwd=tmp_path,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    said = "network cycles a patch 16,000 (an estimate): 4,000 (33.3 %) over the limit of 12,000"
    assert f"FAILED {said}" in " ".join(done.stdout.split())
    assert "1 failed, 7 passed" in done.stdout  # six clips and the accuracy
    report = Report.model_validate_json(
        (tmp_path / "hil" / "u585" / "latest" / "report.json").read_bytes(), strict=True
    )
    kept = {gate.name: (gate.passed, gate.source) for gate in report.gates}
    assert kept == {
        "min_accuracy": (True, "--min-accuracy"),
        "max_network_cycles": (False, "pyproject.toml: tool.mel2metal.max_network_cycles"),
    }
    cases = ElementTree.parse(tmp_path / "junit.xml").getroot().iter("testcase")
    failures = [(case.get("name"), one) for case in cases for one in case.iter("failure")]
    (name, failure) = failures[0]
    assert (len(failures), name) == (1, "max_network_cycles")
    assert said in str(failure.get("message"))
    copy = tmp_path / "hil" / "u585" / "latest" / "junit.xml"
    assert copy.read_bytes() == (tmp_path / "junit.xml").read_bytes()


def test_wrong_limits_and_missing_sounds_end_the_run_before_it_begins(tmp_path: Path) -> None:
    arguments = ("hil/", "--board", "u585", "--virtual", "--build-dir", str(tmp_path))
    done = run_pytest(*arguments, "--min-accuracy", "95", "--max-ram", "64K")
    assert done.returncode == 2
    assert "--min-accuracy: '95'" in done.stderr
    assert "--max-ram: '64K'" in done.stderr
    (tmp_path / "empty").mkdir()
    done = run_pytest(*arguments, "--sounds", str(tmp_path / "empty"), "--require-sounds")
    assert done.returncode == 2
    assert "has neither ESC-50's layout" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not (tmp_path / "hil" / "u585").exists()
