# SPDX-License-Identifier: Apache-2.0
"""`--resume` in processes that are killed: the report is that of a run that never was."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hil.report.completeness import PARTIAL_FILE
from hil.report.journal import JOURNAL_FILE, read_journal
from hil.report.model import Report
from tests.hil.test_plugin import BOARD_RECORD
from tests.support.model_files import write_model
from tests.support.pytest_run import run_pytest
from tests.support.tiny_model import tiny_model

pytestmark = pytest.mark.slow

CLIPS = 6
CLIP_TEST = f"""
{BOARD_RECORD}

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from generator.errors import ToolError

@pytest.fixture(scope="module")
def of_the_module():
    yield

def test_clip(board_name, clip, save_record, of_the_module):
    record = board("")
    if Path("other-image").exists():
        record = replace(record, identity=replace(record.identity, firmware_sha256="ef"))
    save_record(record)
    with open("played", "a") as played:
        played.write(clip.name + "\\n")
    FAULT
    save_record(ClipRecord("u585", clip.name, 1, (0,), 0, (0,), 8, 0, 96, (16000,),
                           (160,), (99,), 5, 96, (96, 96), (), 0.1))
    if clip.name.startswith("1-1"):
        save_record(DivergenceRecord("u585", 2, "clip 1: features"))
        pytest.fail("differs")
"""
FAULTS = """
    if clip.name.startswith("1-2") and not Path("unplugged").exists():
        Path("unplugged").touch()
        raise ToolError("the port failed", "plug it in")
    if clip.name.startswith("1-3") and not Path("killed").exists():
        Path("killed").touch()
        os.kill(os.getppid(), signal.SIGKILL)
"""
NO_DRAWING = """
from hil.report.run import RunReport

RunReport._draw = lambda *_: None
"""


def folder_of_clips(folder: Path, fault: str = "    pass") -> Path:
    """Made-up clips, a test that takes them, and another in a module behind it."""
    rows = [f"1-{number}-A.wav,1,sound{number},True" for number in range(CLIPS)]
    (folder / "meta").mkdir(parents=True)
    (folder / "meta" / "esc50.csv").write_text("\n".join(["filename,fold,category,esc10", *rows]))
    (folder / "audio").mkdir()
    for row in rows:
        (folder / "audio" / row.split(",")[0]).touch()  # the test never reads them
    (folder / "test_clip.py").write_text(CLIP_TEST.replace("    FAULT", fault.strip("\n")))
    (folder / "test_last.py").write_text("def test_last(board_name):\n    pass\n")
    (folder / "conftest.py").write_text(NO_DRAWING)
    write_model(folder / "m.tflite", tiny_model())
    return folder


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The run on these clips; they stay as they were found by the first."""
    return run_pytest(
        *("--rootdir", ".", "--board", "u585", "--virtual", "--model", "m.tflite", "-v"),
        *("--sounds", ".", "--build-dir", ".", *options, "test_clip.py", "test_last.py"),
        theirs=("-p", "no:pytest_embedded"),  # whose process would outlive one that is killed
        cwd=folder,
    )


def stored(folder: Path) -> Path:
    """The only run's folder."""
    (found,) = (one for one in (folder / "hil" / "u585").iterdir() if re.match(r"\d", one.name))
    return found


def contents(folder: Path) -> dict[str, Any]:
    """What a run wrote, without times, the checkout's state, and that it was resumed."""
    texts = {name: (stored(folder) / name).read_text() for name in ("report.json", "details.json")}
    content = {name: json.loads(text) for name, text in texts.items()}
    for key in ("started_at", "resumed_at", "wall_seconds", "tool"):
        content["report.json"].pop(key)
    content["evidence.json"] = json.loads((stored(folder) / "evidence.json").read_text())
    return content


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was never interrupted, by one process."""
    folder = folder_of_clips(tmp_path_factory.mktemp("whole"))
    assert run(folder).returncode == 1
    return folder


def test_a_run_that_was_killed_and_resumed_reports_as_one_that_was_not(
    tmp_path: Path, whole: Path
) -> None:
    """Clip 1 is wrong, which stands; clip 2 could not be asked, and runs again; clip 3 kills."""
    cut, processes = folder_of_clips(tmp_path, FAULTS), ("-n", "2")
    killed = run(cut, *processes)
    assert killed.returncode == -signal.SIGKILL
    journal = read_journal(stored(cut) / JOURNAL_FILE)
    assert journal is not None and len(journal.judged) < CLIPS
    (cut / "played").unlink()
    resumed = run(cut, "--resume", *processes, "--junitxml", "junit.xml")
    assert resumed.returncode == 1, resumed.stdout + resumed.stderr
    assert contents(cut) == contents(whole)
    report = Report.model_validate_json((stored(cut) / "report.json").read_bytes(), strict=True)
    assert report.complete and len(report.resumed_at) == 1
    assert (report.divergences, report.tests.failed, report.tests.finished) == (2, 1, CLIPS + 1)
    assert not (stored(cut) / PARTIAL_FILE).exists()
    assert f"RESUMED      at {report.resumed_at[0]}" in resumed.stdout
    assert (cut / "junit.xml").read_text().count("<testcase") == CLIPS + 1
    again = (cut / "played").read_text().split()
    done = [test for test in journal.judged if "test_clip" in test]
    assert len(again) == CLIPS - len(done)
    ended = read_journal(stored(cut) / JOURNAL_FILE)
    assert ended is not None and ended.ended


def test_another_image_is_refused_and_the_same_one_is_gone_on_with(
    tmp_path: Path, whole: Path
) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(whole, folder, symlinks=True)
    journal = stored(folder) / JOURNAL_FILE
    before = b"".join(journal.read_bytes().splitlines(keepends=True)[:3])
    journal.write_bytes(before + b'{"kind":"test","te')  # as it is where a line was cut off
    (stored(folder) / "report.json").unlink()
    (folder / "other-image").touch()
    done = run(folder, "--resume")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "the firmware is another one: SHA-256 then cd, now ef" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert not (stored(folder) / "report.json").exists()
    stays = read_journal(journal)
    assert stays is not None and len(stays.judged) == 2 and not stays.ended
    assert journal.read_bytes().startswith(before)
    (folder / "other-image").unlink()
    assert run(folder, "--resume").returncode == 1
    assert contents(folder) == contents(whole)
