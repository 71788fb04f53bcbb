# SPDX-License-Identifier: Apache-2.0
"""Locks of probes, between real processes."""

from __future__ import annotations

import json
import os
import select
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.repository import REPO_ROOT
from hil.boards.acquire import hold_if_free
from hil.boards.locks import JOB_VARIABLE, PlaceLock, hold_any, holder, job_name, lock_folder

DEADLINE_S = 60.0

HOLD = """
import sys
from pathlib import Path
from hil.boards.locks import hold_any
folder, timeout_s, *places = sys.argv[1:]
tell = lambda line: print(line, flush=True)
with hold_any(places, "u585", float(timeout_s), tell, Path(folder)) as place:
    tell(f"holds {place}")
    sys.stdin.read()
tell("let go")
"""


class Holder:
    """A process that takes one of the places, and lets go when its input ends."""

    def __init__(self, folder: Path, places: Sequence[str], job: str, timeout_s: float) -> None:
        command = [sys.executable, "-c", HOLD, str(folder), str(timeout_s), *places]
        self.process = subprocess.Popen(
            command,
            cwd=REPO_ROOT,
            env={**os.environ, JOB_VARIABLE: job},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    def line(self) -> str:
        """The next line that it prints; fails after the deadline."""
        assert self.process.stdout is not None
        text = b""
        while not text.endswith(b"\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], DEADLINE_S)
            assert ready, f"no line within {DEADLINE_S} s, only {text!r}"
            more = self.process.stdout.read(1)
            assert more, f"it ended; before that: {text!r}"
            text += more
        return text.decode().rstrip("\n")

    def let_go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()


@contextmanager
def started(
    folder: Path, *places: str, job: str = "another job", timeout_s: float = DEADLINE_S
) -> Iterator[Holder]:
    one = Holder(folder, places, job, timeout_s)
    try:
        yield one
    finally:
        one.process.kill()
        one.process.wait(DEADLINE_S)


def test_a_second_process_waits_says_for_whom_and_runs_then(tmp_path: Path) -> None:
    with started(tmp_path, "P1", job="nightly 7") as first:
        assert first.line() == "holds P1"
        with started(tmp_path, "P1") as second:
            waiting = second.line()
            assert waiting.startswith("[lock]     u585: P1 is held by nightly 7 (process ")
            assert f"process {first.process.pid} on" in waiting
            assert "board u585) since 20" in waiting
            first.let_go()
            assert second.line() == "holds P1"
            second.let_go()
            assert second.line() == "let go"


def test_a_killed_holder_frees_the_lock_at_once(tmp_path: Path) -> None:
    with started(tmp_path, "P1", job="doomed") as first:
        assert first.line() == "holds P1"
        held = holder("P1", tmp_path)
        assert held is not None
        assert held.job == "doomed"
        with started(tmp_path, "P1") as second:
            assert "doomed" in second.line()
            first.process.send_signal(signal.SIGKILL)
            assert first.process.wait(DEADLINE_S) == -signal.SIGKILL
            assert second.line() == "holds P1"


def test_the_name_of_a_dead_owner_is_overwritten(tmp_path: Path) -> None:
    with started(tmp_path, "P1", job="dead") as first:
        assert first.line() == "holds P1"
        first.process.kill()
        first.process.wait(DEADLINE_S)
    stale = PlaceLock("P1", tmp_path).owner()
    assert stale is not None
    assert stale.job == "dead"
    assert holder("P1", tmp_path) is None  # whatever the file says
    lines: list[str] = []
    with hold_any(["P1"], "u575", 0, lines.append, tmp_path):
        mine = holder("P1", tmp_path)
        assert mine is not None
        assert (mine.pid, mine.board) == (os.getpid(), "u575")
    assert lines == []
    assert PlaceLock("P1", tmp_path).owner() is None


def test_in_vain_it_ends_with_the_holder_by_name(tmp_path: Path) -> None:
    with started(tmp_path, "P1", job="long one") as first:
        assert first.line() == "holds P1"
        with (
            pytest.raises(ToolError, match="P1 is held by long one") as caught,
            hold_any(["P1"], "u585", 0, folder=tmp_path),
        ):
            pytest.fail("held twice")
        assert "u585 was not free within 0 s" in str(caught.value)
        assert "--lock-timeout" in str(caught.value)


def test_two_processes_get_two_different_boards_and_a_third_waits_for_any(tmp_path: Path) -> None:
    places = ("P1", "P2")
    with started(tmp_path, *places) as first, started(tmp_path, *places) as second:
        held = {first.line(), second.line()}
        assert held == {"holds P1", "holds P2"}
        with started(tmp_path, *places) as third:
            waiting = third.line()
            assert "P1 is held by" in waiting
            assert "P2 is held by" in waiting
            second.process.kill()
            second.process.wait(DEADLINE_S)
            assert third.line() in held


def test_one_process_does_not_wait_for_itself(tmp_path: Path) -> None:
    with (
        hold_any(["P1"], "u585", DEADLINE_S, folder=tmp_path),
        pytest.raises(ToolError, match="this process uses P1 already"),
        hold_any(["P1"], "u585", DEADLINE_S, folder=tmp_path),
    ):
        pytest.fail("held twice")
    with hold_any(["P1"], "u585", 0, folder=tmp_path) as place:
        assert place == "P1"


def test_one_process_may_hold_two_boards_of_a_kind(tmp_path: Path) -> None:
    places = ("P1", "P2")
    with (
        hold_any(places, "u585", 0, folder=tmp_path) as one,
        hold_any(places, "u585", 0, folder=tmp_path) as other,
    ):
        assert {one, other} == set(places)


def test_whoever_lists_probes_leaves_one_in_use_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEL2METAL_LOCK_DIR", str(tmp_path))
    with started(tmp_path, "P1", job="its user") as first:
        assert first.line() == "holds P1"
        with hold_if_free("P1") as is_free:
            assert not is_free
        with hold_if_free("P2") as is_free:
            assert is_free
            assert PlaceLock("P2", tmp_path).held_here
        held = holder("P1", tmp_path)
        assert held is not None
        assert held.job == "its user"
    assert holder("P2", tmp_path) is None


def test_places_that_look_alike_have_locks_of_their_own(tmp_path: Path) -> None:
    alike = ("virtual:u585-2", "virtual/u585-2", "1", "11", "remote:desk:5555")
    with hold_any(alike[:1], "u585", 0, folder=tmp_path):
        for place in alike[1:]:
            with hold_any([place], "u585", 0, folder=tmp_path):
                pass
    assert len(list(tmp_path.glob("*.lock"))) == len(alike)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_other_users_can_lock_too(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    with hold_any(["P1"], "u585", 0, folder=folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o1777
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o666}


def test_a_folder_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(ToolError, match="cannot write in"),
        hold_any(["P1"], "u585", 0, folder=tmp_path / "file"),
    ):
        pytest.fail("held nothing")


def test_a_damaged_owner_file_is_no_hindrance(tmp_path: Path) -> None:
    with started(tmp_path, "P1") as first:
        assert first.line() == "holds P1"
        (owner,) = tmp_path.glob("*.owner.json")
        for text in ("{", "[]", json.dumps({"pid": 1})):
            owner.write_text(text)
            held = holder("P1", tmp_path)
            assert held is not None
            assert held.job == "a job that left no name"


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, "pytest hil/ --board 'a b'"),
        ({"CI_JOB_URL": "https://ci.example/jobs/4"}, "https://ci.example/jobs/4"),
        (
            {
                "GITHUB_RUN_ID": "17",
                "GITHUB_REPOSITORY": "me/mine",
                "GITHUB_SERVER_URL": "https://g.example",
            },
            "https://g.example/me/mine/actions/runs/17",
        ),
        ({"GITHUB_RUN_ID": "17", JOB_VARIABLE: "soak test"}, "soak test"),
    ],
)
def test_a_job_is_named_by_its_ci_or_by_its_command(environment: dict[str, str], name: str) -> None:
    assert job_name(environment, ["pytest", "hil/", "--board", "a b"]) == name


def test_the_folder_is_the_same_whatever_the_temporary_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MEL2METAL_LOCK_DIR", raising=False)
    usual = lock_folder()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert lock_folder() == usual
    monkeypatch.setenv("MEL2METAL_LOCK_DIR", str(tmp_path))
    assert lock_folder() == tmp_path
