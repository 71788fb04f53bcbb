# SPDX-License-Identifier: Apache-2.0
"""Recovery on the virtual board: mid-clip events cost a retry, and no bit of the result."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import serial
import soundfile

from generator.repository import REPO_ROOT
from generator.wire import ClipFlag
from hil.boards.recovery import Retry, Rung
from hil.link.played import ClipRun
from hil.options import read_options
from hil.session import BoardSession, open_session
from tests.hil.disturbed_ports import MID_CLIP_BYTES, DisturbedPort
from tests.support.tiny_model import TINY_LABELS

pytestmark = pytest.mark.slow

BOARD = "l475"
RETRIES: list[Retry] = []
SAMPLES = np.random.default_rng(7).integers(-8000, 8000, 9_600).astype(np.int16)


@pytest.fixture(scope="module")
def opened(tiny_build: Path) -> Iterator[BoardSession]:
    given = {"board": [BOARD], "virtual": True, "engine": "builtin"}
    given |= {"model": str(tiny_build / "m.tflite"), "build_dir": str(tiny_build)}
    options = read_options(given.get)
    with open_session(options, options.boards[BOARD], on_retry=RETRIES.append) as session:
        yield session


@pytest.fixture
def session(opened: BoardSession) -> BoardSession:
    opened.reset()
    RETRIES.clear()
    return opened


def play(session: BoardSession) -> ClipRun:
    return session.play_clip(1, SAMPLES, ClipFlag.FEATURES, name="noise")


def bits(run: ClipRun) -> tuple[bytes, list[tuple[int, ...]], tuple[int, ...]]:
    scores = [patch.scores for patch in run.patches]
    return run.features.tobytes(), scores, run.result.score_sums


def disturbed(session: BoardSession, happen: Callable[[], None]) -> ClipRun:
    """Play a clip in the middle of which something happens; it must not show in the result."""
    expected = bits(play(session))
    assert RETRIES == []
    session.link.port = DisturbedPort(session.link.port, MID_CLIP_BYTES, happen)
    run = play(session)
    assert bits(run) == expected
    return run


def machine_of(session: BoardSession) -> Any:
    board: Any = session.board
    return board.machine


def test_reset_in_mid_clip_is_named_and_the_clip_played_again(session: BoardSession) -> None:
    run = disturbed(session, machine_of(session).reset)
    (retry,) = RETRIES
    assert retry.reason == "the board restarted in mid-clip (reset cause: pin)"
    assert (retry.rung, retry.clip) == (Rung.RESYNCHRONISE, "noise")
    assert run.retries == (f"resynchronise: {retry.reason}",)


def test_port_that_vanishes_in_mid_clip_is_opened_again(session: BoardSession) -> None:
    def vanish() -> None:
        raise serial.SerialException("device disconnected")

    disturbed(session, vanish)
    (retry,) = RETRIES
    assert retry.reason == "the port failed: device disconnected"
    assert not isinstance(session.link.port, DisturbedPort)


def test_retry_is_shown_in_summary_reports_and_junit(tmp_path: Path, tiny_build: Path) -> None:
    for number, label in enumerate(TINY_LABELS):
        (tmp_path / "sounds" / label).mkdir(parents=True)
        noise = np.random.default_rng(number).normal(0.0, 0.2, len(SAMPLES))
        place = tmp_path / "sounds" / label / "take.wav"
        soundfile.write(place, np.clip(noise, -1, 1), 16_000)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-p", "no:hypothesispytest", "-p", "tests.hil.disturbed_ports"),
            *("hil/suite/test_clips.py", "--board", BOARD, "--virtual"),
            *("--model", str(tiny_build / "m.tflite"), "--sounds", str(tmp_path / "sounds")),
            *("--build-dir", str(tiny_build), "--junitxml", str(tmp_path / "junit.xml")),
        ],
        cwd=REPO_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 test needed a retry: hil/suite/test_clips.py::" in done.stdout
    assert "RETRIES      1 × resynchronise, first because the board restarted" in done.stdout
    folder = tiny_build / "hil" / BOARD
    report = json.loads((folder / "report.json").read_text())
    details = json.loads((folder / "details.json").read_text())
    assert (report["retries"], report["flaky_tests"], report["divergences"]) == (1, 1, 0)
    (retry,) = details["retries"]
    assert retry["test"] in details["flaky_tests"]
    assert (retry["rung"], retry["board"]) == ("resynchronise", BOARD)
    assert retry["clip"] in {clip["clip"] for clip in details["clips"] if clip["retries"]}
    assert retry["at"].endswith("+00:00")

    root = ET.parse(tmp_path / "junit.xml").getroot()
    suite = {p.get("name"): p.get("value") for p in root.findall("testsuite/properties/property")}
    facts = ("probe", "port", "core_clock_hz", "protocol", "firmware_sha256", "model_sha256")
    for name in (*facts, "engine", "toolchain"):
        assert suite[f"{BOARD}.{name}"]
    assert {"tool.pytest", "tool.pyocd", "tool.unicorn", "tool.python"} <= set(suite)
    cases = [
        {p.get("name"): p.get("value", "") for p in case.findall("properties/property")}
        for case in root.iter("testcase")
    ]
    assert sorted(case["flaky"] for case in cases) == ["false", "false", "true"]
    assert sorted(case["retries"] for case in cases) == ["0", "0", "1"]
    assert {case["truth"] for case in cases} == set(TINY_LABELS)
    assert all(case["network_cycles"] and case["network_ms"] for case in cases)
