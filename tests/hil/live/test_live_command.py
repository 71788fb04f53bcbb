# SPDX-License-Identifier: Apache-2.0
"""`mel2metal live` on the virtual board: in a terminal, and without one. Each ends by a signal."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import soundfile

from generator.boards.boards_file import load_board
from generator.errors import EXIT_INTERRUPTED, ToolError
from generator.project.applications import MONITOR
from generator.repository import DEFAULT_BOARDS_FILE, DEFAULT_MODEL, REPO_ROOT
from hil.boards.board import Board
from hil.boards.locks import FOLDER_VARIABLE, hold_any, holder
from hil.live.command import reset_board
from sounds.decode import read_samples
from tests.hil.fake_device import FakeDevice
from tests.hil.live.listening_parts import FakeBoard
from tests.support.firmware_store import stored_firmware

pytestmark = pytest.mark.slow

BOARD = "u585"
DOG = "1-85362-A-0.ogg"
WITHIN_S = 2.0
TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""So that Ctrl-C, typed there, becomes a signal."""

PROBE = f"virtual:{BOARD}-live"


@pytest.fixture(scope="module")
def dog() -> Path:
    folder = os.environ.get("ESC10_DIR")
    if not folder:
        pytest.skip("no ESC10_DIR")
    return Path(folder) / "audio" / DOG


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build folder with the image that other tests have built."""
    made = stored_firmware(load_board(DEFAULT_BOARDS_FILE, BOARD), DEFAULT_MODEL)
    folder = tmp_path_factory.mktemp("live") / "build"
    shutil.copytree(made.image.project_dir, folder / BOARD)
    return folder


class Live:
    """The command as a process; its locks are in a folder of its own."""

    def __init__(self, build: Path, *arguments: str) -> None:
        self.locks = build.parent / "locks"
        self.words = [sys.executable, "-P", "-m", "mel2metal", "live", "--board", BOARD]
        self.words += ["--virtual", "--probe", PROBE, "--build-dir", str(build), *arguments]
        self.environment = {
            **os.environ,
            FOLDER_VARIABLE: str(self.locks),
            "PYTHONPATH": str(REPO_ROOT),
            "TERM": "xterm-256color",
            "COLUMNS": "80",
            "LINES": "30",
        }

    @property
    def is_locked(self) -> bool:
        return holder(PROBE, self.locks) is not None


def read_until(read: Callable[[], bytes], pattern: str) -> tuple[re.Match[str], str]:
    """What a process says up to a pattern."""
    said = b""
    while (found := re.search(pattern, text := said.decode("utf-8", "replace"))) is None:
        piece = read()
        assert piece, f"it ended before {pattern!r}:\n{text}"
        said += piece
    return found, text


def test_a_dog_is_seen_within_two_seconds_of_its_sound_and_ctrl_c_ends_it(
    build: Path, dog: Path
) -> None:
    live = Live(build, "--wav", str(dog), str(dog), str(dog), str(dog))
    terminal, end = pty.openpty()
    before = termios.tcgetattr(end)

    with subprocess.Popen(
        [sys.executable, "-c", TAKE_TERMINAL, *live.words],
        stdin=end,
        stdout=end,
        stderr=end,
        env=live.environment,
        start_new_session=True,
    ) as process:
        try:
            found, said = read_until(
                lambda: os.read(terminal, 65536), r"(\d+\.\d\d) s dog (0\.\d\d|1\.00)"
            )
            assert float(found[1]) <= WITHIN_S
            assert live.is_locked
            assert "▀" in said and "CPU" in said and "crackling_fire" in said
            os.write(terminal, b"\x03")
            _, said = read_until(lambda: os.read(terminal, 65536), rf"\[board\] +{BOARD}: reset")
            assert process.wait() == EXIT_INTERRUPTED
        finally:
            process.kill()
    assert "\x1b[?25h" in said  # the cursor is shown again
    assert termios.tcgetattr(end) == before
    assert not live.is_locked
    os.close(terminal)
    os.close(end)


def interrupted_after_a_begin(live: Live, by: signal.Signals) -> list[dict[str, Any]]:
    """All lines of a run that is interrupted when a class has begun; it resets the board."""
    with subprocess.Popen(
        live.words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=live.environment
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        lines = []
        for line in process.stdout:
            lines.append(json.loads(line))
            if lines[-1]["event"] == "begin":
                break
        process.send_signal(by)
        lines += [json.loads(line) for line in process.stdout]
        errors = process.stderr.read().decode()
        assert process.wait() == EXIT_INTERRUPTED
    assert f"{BOARD}: reset" in errors
    return lines


def test_without_a_terminal_lines_are_json_and_what_was_recorded_is_whole(
    build: Path, dog: Path, tmp_path: Path
) -> None:
    record = tmp_path / "walk"
    live = Live(build, "--wav", *[str(dog)] * 8, "--fast", "--record", str(record))
    lines = interrupted_after_a_begin(live, signal.SIGTERM)
    assert not live.is_locked
    begin = next(line for line in lines if line["event"] == "begin")
    assert (begin["class"], begin["time_s"] <= WITHIN_S) == ("dog", True)
    start, summary = lines[0], lines[-1]
    assert start["event"] == "start" and start["virtual"]
    assert summary["event"] == "summary" and summary["interrupted"]
    assert summary["resent"] == summary["recoveries"] == 0

    kept = [json.loads(line) for line in (record / "results.jsonl").read_text().splitlines()]
    assert kept == lines
    samples, rate_hz = soundfile.read(record / "sound.wav", dtype="int16")
    played = np.concatenate([read_samples(dog, rate_hz)] * 8)
    assert len(samples) >= begin["time_s"] * rate_hz
    assert np.array_equal(samples, played[: len(samples)])


def test_what_the_board_s_own_microphone_hears_is_seen(tmp_path: Path, dog: Path) -> None:
    made = stored_firmware(
        load_board(DEFAULT_BOARDS_FILE, BOARD), DEFAULT_MODEL, application=MONITOR
    )
    build = tmp_path / "build"
    shutil.copytree(made.image.project_dir, build / made.image.project_dir.name)
    live = Live(build, "--board-microphone", "--wav", str(dog), "--fast")
    lines = interrupted_after_a_begin(live, signal.SIGINT)
    begin = next(line for line in lines if line["event"] == "begin")
    assert (begin["class"], begin["time_s"] <= WITHIN_S) == ("dog", True)
    kinds = [line["event"] for line in lines]
    assert kinds[0] == "start" and kinds[-1] == "summary"
    assert {"patch", "load"} <= set(kinds)
    assert lines[-1]["overruns"] == lines[-1]["board_dropped"] == 0


def test_a_wait_for_a_board_that_another_uses_ends_by_ctrl_c(build: Path, dog: Path) -> None:
    live = Live(build, "--wav", str(dog))
    with (
        hold_any([PROBE], BOARD, 0, folder=live.locks),
        subprocess.Popen(
            live.words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=live.environment
        ) as process,
    ):
        error_output = process.stderr
        assert error_output is not None
        read_until(lambda: os.read(error_output.fileno(), 4096), r"\[lock\] .*waiting")
        process.send_signal(signal.SIGINT)
        assert process.wait() == EXIT_INTERRUPTED
        assert live.is_locked  # by this process still
    assert not live.is_locked


class Absent(FakeBoard):
    def reset(self) -> bool:
        raise ToolError("there is no probe virtual:x", "look")


@pytest.mark.parametrize(
    ("board", "said"),
    [
        (FakeBoard(FakeDevice()), ["[board]    fake: reset"]),
        (FakeBoard(FakeDevice(), can_reset=False), []),
        (
            Absent(FakeDevice()),
            ["[board]    fake: could not be reset: there is no probe virtual:x"],
        ),
    ],
    ids=["reset", "no way to", "absent"],
)
def test_a_board_is_reset_in_the_end_where_that_can_be_done(
    board: FakeBoard, said: list[str]
) -> None:
    told: list[str] = []
    reset_board(cast(Board, board), told.append)
    assert told == said
