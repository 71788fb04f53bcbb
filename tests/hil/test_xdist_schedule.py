# SPDX-License-Identifier: Apache-2.0
"""Boards over processes of pytest-xdist: no more processes than there are boards of a kind."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hil.boards.locks import hold_any
from hil.option_table import prefixed_arguments
from hil.xdist_schedule import BoardScheduling, share_out
from tests.support.model_files import write_model
from tests.support.tiny_model import tiny_model


@pytest.mark.parametrize(
    ("attachments", "processes", "shares"),
    [
        # Boards that stand here are never in more processes than there are.
        ({"u585": 1}, 2, {"u585": 1}),
        ({"u585": 2}, 2, {"u585": 2}),
        ({"u585": 3}, 2, {"u585": 2}),
        ({"u585": 2, "h743": 1}, 4, {"u585": 2, "h743": 1}),
        # Virtual boards: each process has its own, where there are fewer boards than processes.
        ({"u585": None}, 2, None),
        ({"u585": None, "h743": None}, 2, {"u585": 1, "h743": 1}),
        ({"u585": None, "h743": None}, 8, None),
        ({"u585": None, "h743": 2}, 4, {"u585": 4, "h743": 2}),
    ],
)
def test_processes_are_shared_out_by_what_stands_here(
    attachments: Mapping[str, int | None], processes: int, shares: dict[str, int] | None
) -> None:
    assert share_out(attachments, processes) == shares


def make_scheduling(shares: Mapping[str, int]) -> BoardScheduling:
    config: Any = SimpleNamespace(getvalue=lambda name: ["popen"], option=SimpleNamespace(tx=[]))
    made = BoardScheduling.__new__(BoardScheduling)
    BoardScheduling.__init__(made, config, None, shares)
    return made


def test_tests_go_to_the_parts_of_their_board_by_turns() -> None:
    scheduling = make_scheduling({"u585": 2, "h743": 1})
    tests = [
        *(f"test_clips.py::test_x[u585-{n}]" for n in range(4)),
        *(f"test_clips.py::test_x[h743-{n}]" for n in range(2)),
        "test_clips.py::test_y[u585]",
        "test_other.py::test_z",
    ]
    scopes = [scheduling._split_scope(test) for test in tests]
    assert scopes == [
        *("u585 0", "u585 1", "u585 0", "u585 1"),
        *("h743 0", "h743 0"),
        *("u585 0", "test_other.py::test_z"),
    ]
    assert [scheduling._split_scope(test) for test in reversed(tests)] == scopes[::-1]


TESTS = """
import json
import os
import select
import signal
import time
from pathlib import Path

import pytest

from hil import pytest_fixtures
from hil.boards.acquire import acquire
from hil.boards.locks import holder
from hil.pytest_stash import OPTIONS


DEADLINE = time.monotonic() + 60


@pytest.fixture(scope="session")
def place(request, board_name, worker_id):
    options = request.config.stash[OPTIONS]
    printer = pytest_fixtures._make_printer(request.config)
    with acquire(options, options.boards[board_name], printer) as attachment:
        Path(f"{worker_id}.here").touch()
        while len(list(Path().glob("*.here"))) < int(os.environ["TOGETHER"]):
            assert time.monotonic() < DEADLINE, "the other process never came"
            select.select([], [], [], 0.01)
        yield attachment.port


@pytest.mark.parametrize("number", range(8))
def test_on_a_board(board_name, place, number, worker_id):
    once = Path("killed")
    if os.environ.get("KILL") and number == 2 and not once.exists():
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    Path(f"{number}.json").write_text(json.dumps([worker_id, place]))
    Path("job.txt").write_text(holder(place.replace("://", ":")).job)
"""


def start(folder: Path, *entries: str, kill: bool = False) -> subprocess.Popen[str]:
    (folder / "test_places.py").write_text(TESTS)
    write_model(folder / "m.tflite", tiny_model())
    inventory = folder / "desk.yaml"
    inventory.write_text("".join(f"- {{board: u585, probe: 'virtual:{e}'}}\n" for e in entries))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", "."]
    # It forks a process in each worker, which outlives a killed one and holds its output open.
    command += ["-p", "no:pytest_embedded"]
    ours = ["-n", "2", "--board", "u585", "--virtual", "--model", "m.tflite"]
    ours += ["--inventory", str(inventory), "--build-dir", ".", "--lock-timeout", "60"]
    environment = {**os.environ, "MEL2METAL_LOCK_DIR": str(folder / "locks")}
    environment |= {"TOGETHER": str(len(entries)), "KILL": "1" if kill else ""}
    return subprocess.Popen(
        [*command, *prefixed_arguments(ours), "test_places.py"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(folder: Path, *entries: str, kill: bool = False) -> subprocess.CompletedProcess[str]:
    process = start(folder, *entries, kill=kill)
    output, _ = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, output)


def places_of(folder: Path) -> list[tuple[str, str]]:
    """Worker and place of each test that ran to its end."""
    return [tuple(json.loads(path.read_text())) for path in sorted(folder.glob("[0-9].json"))]


@pytest.mark.slow
def test_two_boards_of_a_kind_serve_two_processes_each_with_its_own(tmp_path: Path) -> None:
    done = run(tmp_path, "u585-1", "u585-2")
    assert done.returncode == 0, done.stdout
    places = places_of(tmp_path)
    assert len(places) == 8
    assert len({worker for worker, place in places}) == 2
    assert {place for worker, place in places} == {"virtual://u585-1", "virtual://u585-2"}
    assert len(set(places)) == 2  # a process keeps its board
    assert "--m2m-board u585 --m2m-virtual" in (tmp_path / "job.txt").read_text()


@pytest.mark.slow
def test_one_board_serves_one_process(tmp_path: Path) -> None:
    done = run(tmp_path, "u585-1")
    assert done.returncode == 0, done.stdout
    assert len(set(places_of(tmp_path))) == 1


@pytest.mark.slow
def test_a_killed_process_frees_its_board_for_the_next(tmp_path: Path) -> None:
    done = run(tmp_path, "u585-1", kill=True)
    assert "crashed while running" in done.stdout, done.stdout
    # xdist counts the test that was running as failed, and gives it to the next process again.
    assert "1 failed, 8 passed" in done.stdout
    assert len(places_of(tmp_path)) == 8


@pytest.mark.slow
def test_a_process_of_xdist_says_for_whom_it_waits(tmp_path: Path) -> None:
    with hold_any(["virtual:u585-1"], "u585", 0, folder=tmp_path / "locks"):
        process = start(tmp_path, "u585-1")
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        waiting = next((line for line in lines if line.startswith("[lock]")), "no such line")
        assert f"virtual:u585-1 is held by {shlex.join(sys.argv)} (process" in waiting
    rest, _ = process.communicate()
    assert process.returncode == 0, rest
    assert "8 passed" in rest
