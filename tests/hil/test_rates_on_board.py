# SPDX-License-Identifier: Apache-2.0
"""Records of other rates than 16 kHz, and a model with variables, end to end on a virtual board."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.network.test_state import streaming_model
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from tests.support.pytest_run import run_pytest, write_noise

pytestmark = pytest.mark.slow

SUITE = ("hil/suite/test_clips.py", "hil/suite/test_latency_and_memory.py")
LABELS = ("bell", "dog", "rain")


def report_of(model: Path, scratch: Path) -> dict[str, Any]:
    """report.json of a run on clips of 32,000 samples at 16 kHz; the run must have passed."""
    sounds = write_noise(scratch / "sounds", LABELS, 32_000)
    done = run_pytest(
        *(*SUITE, "--board", "u585", "--virtual", "--model", str(model)),
        *("--sounds", str(sounds), "--build-dir", str(scratch / "build")),
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "features     " in done.stdout
    report: dict[str, Any] = json.loads(
        (scratch / "build" / "hil" / "u585" / "latest" / "report.json").read_text()
    )
    return report


@pytest.mark.parametrize("rate_hz", [8000, 48_000])
def test_another_rate_is_played_measured_and_judged(tmp_path: Path, rate_hz: int) -> None:
    hop = rate_hz // 100
    record = (
        f"preset: yamnet\nsample_rate_hz: {rate_hz}\nhop_samples: {hop}\nbands: 32\n"
        f"window_samples: {2 * hop if rate_hz < 20_000 else 512}\nhigh_hz: {0.45 * rate_hz}\n"
        "silence_gate: null\n"
    )
    content = ModelBuilder(frames=48, bands=32).conv(4, stride=(2, 2)).head(3).to_bytes()
    report = report_of(write_model(tmp_path / "m.tflite", content, LABELS, record), tmp_path)
    assert report["divergences"] == 0
    frames = 1 + (2 * rate_hz - 512) // hop
    assert report["features"]["frames"] == 3 * frames
    assert report["patches"] == 3 * (1 + (frames - 48) // 36)
    assert report["frontend"]["sample_rate_hz"] == rate_hz
    assert report["frontend"]["step_ms"] == pytest.approx(360.0)
    assert 0 < report["latency"]["real_time_margin_percent"] < 100


def test_a_model_with_variables_equals_the_interpreter_clip_by_clip(tmp_path: Path) -> None:
    record = "preset: yamnet\nbands: 8\n"
    content = streaming_model(assigns_first=False)
    report = report_of(write_model(tmp_path / "m.tflite", content, LABELS, record), tmp_path)
    assert report["divergences"] == 0
    assert (report["frontend"]["patch_frames"], report["frontend"]["overlap_frames"]) == (3, 0)
