# SPDX-License-Identifier: Apache-2.0
"""The ladder of recovery, over a device in Python whose board can be told how to fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
import serial

from generator.boards.boards_file import load_boards
from generator.errors import ToolError
from generator.model.decision import DecisionRule, Head
from generator.project.manifest import Project, ProjectInfo
from generator.repository import REPO_ROOT
from generator.wire import ClipFlag
from hil.boards.image import BuiltImage
from hil.boards.programmer import NoProgrammerError
from hil.boards.recovery import REOPEN_S, Recovery, Retry, Rung
from hil.boards.reset_cause import describe_reset
from hil.link.client import Link
from hil.link.deadlines import ATTEMPTS
from hil.link.errors import (
    DeviceFaultError,
    RecoveryError,
    WrongDeviceError,
)
from hil.session import BoardSession
from hil.suite.faulty_port import FaultyPort
from tests.hil.fake_device import CLASSES, FakeDevice, features_of, patches_of
from tests.support.frontends import frontend_info

SPEC = load_boards(REPO_ROOT / "boards.yaml")["u585"]
PROJECT = ProjectInfo(
    board="fake",
    name="fake",
    model_name="",
    model_sha256="00" * 32,
    labels=tuple(f"label{index}" for index in range(CLASSES)),
    rule=DecisionRule(Head.SOFTMAX, (-128,) * CLASSES),
    taps=False,
    generator_version="0",
    frontend=frontend_info(),
)
IMAGE = BuiltImage(
    project=Project(REPO_ROOT, PROJECT),
    elf=REPO_ROOT / "mel2metal.elf",
    firmware_sha256=bytes(range(32)).hex(),
    model=REPO_ROOT,
    has_labels=True,
    rule_is_the_models=True,
    engine="builtin",
    toolchain="",
)


@dataclass
class Board:
    """A board around the device; `cures` is the step behind which it answers again."""

    device: FakeDevice
    cures: Rung | None = None
    has_reset: bool = True
    has_programmer: bool = True
    has_power_command: bool = True
    ports: list[Any] = field(default_factory=list)
    """What each `open` gives; the device itself when there are no more."""

    steps: list[str] = field(default_factory=list)
    spec: Any = SPEC
    virtual: bool = False
    cycles_are: str = "measured"

    def open(self, image: BuiltImage) -> Any:
        self.steps.append("open")
        port = self.ports.pop(0) if self.ports else self.device
        if isinstance(port, Exception):
            raise port
        return port

    def release(self) -> None:
        return

    def close(self) -> None:
        self.steps.append("close")

    def _take(self, rung: Rung) -> None:
        self.steps.append(rung)
        if rung is self.cures:
            self.device.deaf_to_hellos = 0

    def reset(self) -> bool:
        if self.has_reset:
            self._take(Rung.RESET)
        return self.has_reset

    def reflash(self) -> None:
        if not self.has_programmer:
            raise NoProgrammerError("nothing writes this board's flash")
        self._take(Rung.REFLASH)

    def power_cycle(self) -> bool:
        if self.has_power_command:
            self._take(Rung.POWER_CYCLE)
        return self.has_power_command

    def clock_s(self) -> float:
        return self.device.now_s

    def watch(self, function: str) -> None:
        return None

    def unavailable_reason(self) -> None:
        return None

    def properties(self) -> dict[str, str]:
        return {}


def sound(count: int = 18_000) -> npt.NDArray[np.int16]:
    return np.random.default_rng(1).integers(-32768, 32768, count).astype(np.int16)


def begin(board: Board, port: Any = None) -> tuple[BoardSession, list[Retry]]:
    """A session after the handshake with its board, and the retries that it will report."""
    retries: list[Retry] = []
    device = board.device
    recovery = Recovery(
        retries.append,
        clock_s=device.clock_s,
        pause=lambda seconds: setattr(device, "now_s", device.now_s + seconds),
        now=lambda: "2001-01-01T00:00:00+00:00",
    )
    link = Link(
        port or device,
        clock_s=device.clock_s,
        describe_reset=partial(describe_reset, SPEC.family),
        on_retry=recovery.note_repetition,
    )
    session = BoardSession(board, IMAGE, link, cast(Any, None), {}, recovery)
    session.handshake()
    return session, retries


def assert_right(session: BoardSession, clip: str = "barking") -> tuple[str, ...]:
    """Play a clip; what comes is right in every bit. The retries that it needed."""
    run = session.play_clip(1, sound(), ClipFlag.FEATURES, name=clip)
    frames = features_of(sound())
    assert np.array_equal(run.features, frames)
    assert [(p.first_frame, p.scores) for p in run.patches] == patches_of(frames)
    return run.retries


class HangsInMidClip(FakeDevice):
    """Says nothing any more once it has got so many bytes, nor to HELLO_REQUEST."""

    hangs_after = 9_000

    def write(self, data: bytes, /) -> int:
        if self.deaf_to_hellos:
            return len(data)
        before = self._received
        super().write(data)
        if before <= self.hangs_after < self._received:
            self.deaf_to_hellos = 10**6
            self._incoming.clear()
            self._clip, self._dropped = None, True
        return len(data)


def test_clip_that_passes_at_once_takes_no_step() -> None:
    session, retries = begin(board := Board(FakeDevice()))
    assert assert_right(session) == ()
    assert (retries, board.steps, board.device.hellos) == ([], [], 1)


@pytest.mark.parametrize("cures", [Rung.RESET, Rung.REFLASH, Rung.POWER_CYCLE])
def test_each_step_is_taken_only_when_the_one_before_did_not_help(cures: Rung) -> None:
    session, retries = begin(board := Board(HangsInMidClip(), cures))
    told = assert_right(session)
    taken = [Rung.RESET, Rung.REFLASH, Rung.POWER_CYCLE]
    taken = taken[: taken.index(cures) + 1]
    assert [retry.rung for retry in retries] == taken
    assert [step for step in board.steps if step not in ("open", "close")] == taken
    assert {retry.clip for retry in retries} == {"barking"}
    assert "fell silent" in retries[0].reason
    assert [reason.partition(":")[0] for reason in told] == taken
    if cures is Rung.POWER_CYCLE:
        assert board.steps[-2:] == ["close", "open"]  # most ports go with the power


def test_silent_board_fails_with_all_that_was_tried_in_order() -> None:
    session, retries = begin(board := Board(FakeDevice()))
    board.device.deaf_to_hellos = 10**6
    with pytest.raises(RecoveryError) as failed:
        session.reset()
    lines = str(failed.value).splitlines()
    assert "no HELLO within 5 s" in lines[0]
    steps = [line.split(":")[0].strip() for line in lines[2:6]]
    assert steps == ["resynchronise", "reset", "re-flash", "power cycle"]
    assert [retry.rung for retry in retries] == list(Rung)
    assert board.device.now_s < 60


def test_steps_that_the_board_does_not_have_are_skipped_and_named() -> None:
    board = Board(HangsInMidClip(), has_programmer=False, has_power_command=False)
    session, retries = begin(board)
    with pytest.raises(RecoveryError) as failed:
        session.play_clip(1, sound(), name="barking")
    assert [retry.rung for retry in retries] == [Rung.RESET]
    text = str(failed.value)
    assert text.startswith("barking: the device fell silent")
    assert "re-flash: this board has no such way" in text
    assert "power cycle: this board has no such way" in text


def test_a_reset_that_the_board_cannot_do_is_not_said_to_be_done() -> None:
    board = Board(HangsInMidClip(), has_reset=False, cures=Rung.REFLASH)
    session, retries = begin(board)
    session.play_clip(1, sound())
    assert [retry.rung for retry in retries] == [Rung.REFLASH]


def test_damage_that_never_ends_climbs_from_repetition_to_the_end() -> None:
    device = FakeDevice()
    port = FaultyPort(device, flip_sent=range(3_000, 10**6, 400))
    session, retries = begin(Board(device, has_power_command=False), port)
    with pytest.raises(RecoveryError, match=f"resynchronise, resent: {ATTEMPTS - 1} times"):
        session.play_clip(1, sound(), name="barking")
    assert [retry.rung for retry in retries[:3]] == [Rung.RESYNCHRONISE] * 2 + [Rung.RESET]


def test_damaged_answer_is_asked_for_again_and_reported() -> None:
    device = FakeDevice()
    session, retries = begin(Board(device), FaultyPort(device, flip_received=[2_000]))
    told = assert_right(session)
    (retry,) = retries
    assert (retry.rung, retry.clip, retry.at) == (
        *(Rung.RESYNCHRONISE, "barking"),
        "2001-01-01T00:00:00+00:00",
    )
    assert told == (f"resynchronise: {retry.reason}",)


class VanishingPort(FaultyPort):
    """Gone for good behind so many bytes, as a cable that is pulled."""

    def __init__(self, device: FakeDevice, bytes_sent: int) -> None:
        super().__init__(device)
        self._left = bytes_sent

    def write(self, data: bytes, /) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise serial.SerialException("device disconnected")
        return super().write(data)


def test_port_that_vanishes_in_mid_clip_is_opened_again() -> None:
    device = FakeDevice()
    board = Board(device, ports=[ToolError("no such port"), serial.SerialException("not yet")])
    session, retries = begin(board, VanishingPort(device, 9_000))
    assert_right(session)
    assert board.steps == ["close", *["open", "close"] * 2, "open"]
    (retry,) = retries
    assert retry.rung is Rung.RESYNCHRONISE
    assert retry.reason == "the port failed: device disconnected"
    assert assert_right(session, "next") == ()


def test_port_that_stays_away_fails_within_its_deadlines_and_may_come_back_later() -> None:
    device = FakeDevice()
    board = Board(device, ports=[serial.SerialException("no such port")] * 10_000)
    session, _ = begin(board, VanishingPort(device, 9_000))
    with pytest.raises(RecoveryError, match="no such port"):
        session.play_clip(1, sound(), name="barking")
    assert REOPEN_S < device.now_s < 5 * REOPEN_S
    with pytest.raises(RecoveryError, match="the port was lost before"):
        session.reset()
    board.ports.clear()
    session.reset()
    assert assert_right(session) == ()


@pytest.mark.parametrize(("flags", "cause"), [(0x2400_0000, "watchdog"), (0x0400_0000, "pin")])
def test_board_that_restarts_in_mid_clip_is_named_with_its_cause(flags: int, cause: str) -> None:
    device = FakeDevice(restart_at_frame=12, flags_of_restart=flags)
    session, retries = begin(board := Board(device))
    assert_right(session)
    (retry,) = retries
    assert retry.reason == f"the board restarted in mid-clip (reset cause: {cause})"
    assert retry.rung is Rung.RESYNCHRONISE
    assert board.steps == []
    assert session.hello.reset_flags == flags


def test_device_that_comes_back_with_another_model_is_refused_with_both_hashes() -> None:
    class Swapped(FakeDevice):
        def restart(self) -> None:
            self.model_sha256 = b"\xee" * 32
            super().restart()

    session, _ = begin(board := Board(Swapped(restart_at_frame=12)))
    with pytest.raises(WrongDeviceError) as refused:
        session.play_clip(1, sound(), name="barking")
    assert "00" * 32 in str(refused.value)
    assert "ee" * 32 in str(refused.value)
    assert board.steps == []


def test_core_fault_is_no_failure_of_the_link() -> None:
    session, retries = begin(board := Board(FakeDevice(fault_at_frame=12)))
    with pytest.raises(DeviceFaultError):
        session.play_clip(1, sound(), name="barking")
    assert (retries, board.steps) == ([], [])
