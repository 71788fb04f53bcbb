# SPDX-License-Identifier: Apache-2.0
"""A run that ends before its time says so and why, in the folder, the summary and report.json."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from hil.report.completeness import PARTIAL_FILE
from hil.report.model import Report
from tests.hil.test_plugin import BOARD_RECORD
from tests.support.model_files import write_model
from tests.support.pytest_run import run_pytest
from tests.support.tiny_model import tiny_model

pytestmark = pytest.mark.slow

CLIP_TEST = f"""
{BOARD_RECORD}

import pytest

def test_clip(board_name, clip, save_record):
    save_record(board(""))
    if clip.name == "1-2-A":
        FAULT
    save_record(ClipRecord("u585", clip.name, 1, (0,), 0, (0,), 8, 0, 96, (16000,),
                           (160,), (99,), 5, 96, (96, 96), (), 0.1))
"""


def run_clips(
    folder: Path, fault: str, *options: str
) -> tuple[subprocess.CompletedProcess[str], Report, str]:
    """Six made-up clips of which the third meets a fault; also report.json and PARTIAL.txt."""
    rows = [f"1-{number}-A.wav,1,sound{number},True" for number in range(6)]
    (folder / "meta").mkdir()
    (folder / "meta" / "esc50.csv").write_text("\n".join(["filename,fold,category,esc10", *rows]))
    (folder / "audio").mkdir()
    for row in rows:
        (folder / "audio" / row.split(",")[0]).touch()  # the test never reads them
    (folder / "test_clip.py").write_text(CLIP_TEST.replace("FAULT", fault))
    write_model(folder / "m.tflite", tiny_model())
    done = run_pytest(
        *("--rootdir", ".", "--board", "u585", "--virtual", "--model", "m.tflite"),
        *("--sounds", ".", "--build-dir", ".", "--min-accuracy", "1%", *options, "test_clip.py"),
        cwd=folder,
    )
    run = folder / "hil" / "u585" / "latest"
    report = Report.model_validate_json((run / "report.json").read_bytes(), strict=True)
    partial = run / PARTIAL_FILE
    return done, report, partial.read_text() if partial.exists() else ""


@pytest.mark.parametrize(
    ("fault", "options", "exit_code", "reasons"),
    [
        (
            "raise KeyboardInterrupt",
            (),
            2,
            [r"interrupted \(Ctrl-C\)", "4 of 6 tests did not run", "4 of 6 clips were not played"],
        ),
        (
            "pytest.fail('differs')",
            ("-x",),
            1,
            ["stopping after 1 failures", "3 of 6 tests did not run", "4 of 6 clips were not play"],
        ),
        (
            "pytest.fail('differs')",
            ("-x", "-n", "2"),
            2,
            ["stopping after 1 failures", r"[1-5] of 6 clips were not played"],
        ),
        ("pass", ("-k", "not 1-3-A"), 1, ["1 of 6 clips were not selected"]),
        ("pytest.fail('cable')", (), 1, ["1 of 6 clips were not played"]),
    ],
    ids=["ctrl-c", "first-failure", "first-failure-of-two-processes", "deselected", "cut-cable"],
)
def test_a_partial_run_is_named_with_its_reasons(
    tmp_path: Path, fault: str, options: tuple[str, ...], exit_code: int, reasons: list[str]
) -> None:
    done, report, partial = run_clips(tmp_path, fault, *options)
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert not report.complete
    for text in ("\n".join(report.incomplete_because), partial, done.stdout):
        for reason in reasons:
            assert re.search(reason, text), (reason, text)
    assert "PARTIAL RUN" in done.stdout
    (gate,) = report.gates
    assert not gate.passed
    assert "the run is partial" in gate.text


def test_a_whole_run_is_not(tmp_path: Path) -> None:
    done, report, partial = run_clips(tmp_path, "pass")
    assert done.returncode == 0, done.stdout + done.stderr
    assert report.complete and report.passed and not partial
    assert (report.tests.selected, report.tests.finished, report.tests.failed) == (6, 6, 0)
    assert "PARTIAL" not in done.stdout
