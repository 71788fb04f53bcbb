# SPDX-License-Identifier: Apache-2.0
"""Rounds of a soak over made-up clips: real processes, journals and faults of the host."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

import hil.soak.command
import hil.soak.struck_run
from hil.fault_modes.names import FaultMode
from hil.option_table import prefixed_arguments
from hil.soak.arguments import add_soak
from hil.soak.host_faults import HostFaults, why_impossible
from hil.soak.record import Round
from hil.soak.struck_run import Coming, StruckRun, plan_host_faults
from tests.hil.test_resume import CLIPS, folder_of_clips

pytestmark = pytest.mark.slow

HOST = (
    FaultMode.HOST_KILLED, FaultMode.DISK_FULL, FaultMode.CLOCK_JUMP, FaultMode.HOST_STOPPED,
)  # fmt: skip
TAKE_TURN = """
    from hil.report.struck_records import FaultsRecord
    with open("turns", "rb", buffering=0) as turns:
        turns.read(1)
    counts = dict(injected=2, detected=2, recovered=2)
    if Path("lies").exists() and clip.name.startswith("1-4"):
        counts = dict(injected=1, detected=1, wrong=1)
    save_record(FaultsRecord("u585", clip.name, 0, 1, {"link-cut": 0.5}, {"link-cut": counts}))
"""
"""A clip waits for its turn, then says what became of its faults."""


class Turns:
    """Lets one clip go on for each one that was judged."""

    def __init__(self, folder: Path) -> None:
        os.mkfifo(folder / "turns")
        self._pipe = os.open(folder / "turns", os.O_RDWR | os.O_NONBLOCK)

    def give(self) -> None:
        """One turn."""
        os.write(self._pipe, b"x")

    def close(self) -> None:
        os.close(self._pipe)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Made-up clips, none of which is wrong in the harness's own eyes."""
    folder = folder_of_clips(tmp_path / "clips", TAKE_TURN)
    test = folder / "test_clip.py"
    test.write_text(test.read_text().partition('    if clip.name.startswith("1-1"):')[0])
    (folder / "test_last.py").unlink()
    return folder


@pytest.fixture
def turns(clips: Path) -> Iterator[Turns]:
    made = Turns(clips)
    yield made
    made.close()


def command_for(clips: Path, reports: Path) -> list[str]:
    """The harness over these clips."""
    ours = [
        *("--board", "u585", "--virtual", "--model", str(clips / "m.tflite")),
        *("--sounds", str(clips), "--build-dir", str(clips), "--report-dir", str(reports)),
    ]
    plain = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:pytest_embedded"]
    shell = f'cd "{clips}" && exec "$0" "$@"'
    pytest_command = [sys.executable, "-m", "pytest", *plain, "--rootdir", ".", "test_clip.py"]
    return ["sh", "-c", shell, *pytest_command, *prefixed_arguments(ours)]


def test_a_round_outlives_every_fault_of_the_host(
    tmp_path: Path, clips: Path, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed and resumed, stopped, with a full disk and resumed, with a clock that jumps."""
    reason = why_impossible()
    if reason is not None:
        pytest.skip(reason)
    monkeypatch.setattr(hil.soak.struck_run, "STOPPED_S", 0.1)
    folder, log = tmp_path / "round-001", tmp_path / "round-001.log"
    host = HostFaults(tmp_path, folder)
    current = Round(1, seed=3)
    run = StruckRun(
        command_for(clips, folder), folder / "u585", current,
        log=log, host=host, is_over=lambda: False, on_change=turns.give,
    )  # fmt: skip
    run.run([Coming(number + 1, mode) for number, mode in enumerate(HOST)])
    host.close()
    assert current.troubles == []
    ends = {fault.mode: (fault.detected, fault.end) for fault in current.outside}
    assert ends == {
        "host-killed": (True, "recovered"),
        "host-disk-full": (True, "recovered"),
        "host-clock-jump": (False, "harmless"),
        "host-stopped": (False, "harmless"),
    }
    assert (current.clips, current.tally.of(FaultMode.CABLE_CUT).recovered) == (CLIPS, 2 * CLIPS)
    text = log.read_text()
    assert text.count("mel2metal: u585: resumes ") == 2
    assert "No space left on device" in text and "Traceback" not in text


@pytest.mark.parametrize("lies", [False, True], ids=["honest", "lying"])
def test_a_wrong_answer_makes_the_exit_code(
    tmp_path: Path, clips: Path, turns: Turns, monkeypatch: pytest.MonkeyPatch, lies: bool
) -> None:
    if lies:
        (clips / "lies").touch()
    for _ in range(CLIPS):
        turns.give()
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    add_soak(commands)
    options = parser.parse_args([
        *("soak", "--board", "u585", "--rounds", "1", "--without", "host", "--without", "tools"),
        *("--sounds", str(clips), "--out", str(tmp_path / "soak"), "--seed", "5"),
    ])  # fmt: skip
    assert isinstance(options, argparse.Namespace)
    monkeypatch.setattr(hil.soak.command, "write_pieces", lambda clips, folder: folder)

    def command(arguments: list[str], modules: list[str]) -> list[str]:
        assert modules == ["test_clips"]
        at = arguments.index("--m2m-report-dir")
        return command_for(clips, Path(arguments[at + 1]))

    monkeypatch.setattr(hil.soak.command, "suite_command", command)
    out = io.StringIO()
    code = hil.soak.command.run_soak(options, Console(file=out, width=80))
    lines = out.getvalue().splitlines()
    assert code == (1 if lies else 0), out.getvalue()
    (line,) = (one for one in lines if one.startswith("link-cut"))
    assert line.split()[1:] == ("11 11 0 10 0 1" if lies else "12 12 0 12 0 0").split()
    assert any("12 faults of 1 kinds, seed 5" in one for one in lines) is not lies


def test_a_plan_is_its_seeds_alone() -> None:
    plan = plan_host_faults(7, 40, HOST)
    assert plan == plan_host_faults(7, 40, HOST) != plan_host_faults(8, 40, HOST)
    assert sorted(one.mode.value for one in plan) == sorted(mode.value for mode in HOST)
    assert all(1 <= one.judged < 40 for one in plan)
    assert [one.judged for one in plan] == sorted(one.judged for one in plan)
