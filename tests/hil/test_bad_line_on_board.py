# SPDX-License-Identifier: Apache-2.0
"""A line with framing errors carries clips: parts are sent again and counted, no bit is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.pytest_run import run_pytest, write_noise
from tests.support.tiny_model import TINY_LABELS

BOARD = "l475"
SAMPLES = 48_000
"""96 kB a clip: some ten framing errors in each."""


@pytest.mark.slow
def test_clips_go_on_behind_framing_errors(tmp_path: Path, tiny_build: Path) -> None:
    sounds = write_noise(tmp_path / "sounds", TINY_LABELS, SAMPLES)
    done = run_pytest(
        *("hil/suite/test_clips.py", "--board", BOARD),
        *("--virtual", "--virtual-fault", "framing-errors"),
        *("--sounds", str(sounds), "--model", str(tiny_build / "m.tflite")),
        *("--build-dir", str(tiny_build), "--report-dir", str(tmp_path / "report")),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folder = tmp_path / "report" / BOARD / "latest"
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    details: dict[str, Any] = json.loads((folder / "details.json").read_text())
    resumed = sum(clip["resumptions"] for clip in details["clips"])
    assert resumed > 3
    assert f"{resumed} gaps sent again" in " ".join(done.stdout.split())
    assert report["divergences"] == 0
    assert not any(clip["retries"] for clip in details["clips"])
