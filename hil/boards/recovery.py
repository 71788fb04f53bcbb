# SPDX-License-Identifier: Apache-2.0
"""Recovery of a conversation that fails by the link: steps, each stronger than the one before.

Resynchronise and send again; reset; re-flash; take the power away. After each the device proves
again what it is, and what failed is resent. Only failures of line, port and power are answered so
(`LinkError.is_repeatable`), and weights in flash that have changed, by programming them again
(`needs_programming`): a result that came is never asked for twice, whatever it says. A fault of the
core is a bug of the firmware and ends the run, unless faults are injected on purpose.
Each step is reported, so that a test that needed one is not taken for a clean one.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from generator.errors import ToolError
from hil.boards.board import Board
from hil.boards.image import BuiltImage
from hil.boards.programmer import NoProgrammerError
from hil.link.errors import (
    BoardRestartedError,
    DeviceFaultError,
    HandshakeError,
    LinkError,
    LinkLostError,
    RecoveryError,
)
from hil.link.serial_port import SerialPort

_T = TypeVar("_T")

REOPEN_S = 10.0
"""Longest time until a port that vanished is there again: a probe's USB enumeration takes two."""

REOPEN_INTERVAL_S = 0.2

PROGRAM_ATTEMPTS = 3
"""How often the board is programmed at most in one step, where the probe fails."""

MOST_STEPS = 16
"""How many steps are considered at most for what is to be said once."""


class Rung(StrEnum):
    """The means, the weakest first."""

    RESYNCHRONISE = "resynchronise"
    RESET = "reset"
    REFLASH = "re-flash"
    POWER_CYCLE = "power cycle"


@dataclass(frozen=True, slots=True)
class Retry:
    """One step of recovery that was taken."""

    rung: Rung
    reason: str
    """The failure that it answered."""

    clip: str
    """What was resent: a clip's name; empty for what is no clip."""

    at: str
    """When, UTC, ISO 8601."""


class Conversation(Protocol):
    """A board in use: what recovery works on."""

    @property
    def board(self) -> Board:
        """The board."""

    @property
    def image(self) -> BuiltImage:
        """What it must run."""

    def attach(self, port: SerialPort) -> None:
        """Go on over a port that was opened again."""

    def handshake(self) -> None:
        """Shake hands; raises WrongDeviceError where the device is not what the run is about."""


def _utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class Recovery:
    """The recovery of one board, and the steps it took."""

    def __init__(
        self,
        on_retry: Callable[[Retry], None] = lambda retry: None,
        *,
        clock_s: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] | None = None,
        now: Callable[[], str] = _utc_now,
        on_trouble: Callable[[Exception], None] = lambda error: None,
        core_faults_too: bool = False,
    ) -> None:
        """`on_trouble` is told of every failure; `core_faults_too`: they are recovered from."""
        self._on_retry = on_retry
        self._on_trouble = on_trouble
        self._core_faults_too = core_faults_too
        self._clock_s = clock_s
        self._pause = pause or threading.Event().wait
        self._now = now
        self._clip = ""
        self._reasons: list[str] = []
        self._port_lost = False

    def note_repetition(self, reason: str) -> None:
        """Account for what the link itself resent after a new handshake."""
        self._note(Rung.RESYNCHRONISE, reason)

    def _note(self, rung: Rung, reason: str) -> None:
        self._reasons.append(f"{rung}: {reason}")
        self._on_retry(Retry(rung, reason, self._clip, self._now()))

    def run(
        self,
        conversation: Conversation,
        attempt: Callable[[], _T],
        *,
        clip: str = "",
        again: Callable[[], _T] | None = None,
    ) -> tuple[_T, tuple[str, ...]]:
        """What `attempt` returns, by whatever steps it takes, and each step with its reason.

        `again`: what is done after a step in place of `attempt`, where the step has done a part.
        Raises RecoveryError when all steps failed, and at once what a retry cannot cure.
        """
        self._clip, self._reasons = clip, []
        try:
            if self._port_lost:
                raise LinkLostError("the port was lost before, and could not be opened again")
            return attempt(), tuple(self._reasons)
        except LinkError as error:
            self._on_trouble(error)
            if not self._may_help(error):
                raise
            return self._climb(conversation, again or attempt, error), tuple(self._reasons)
        finally:
            self._clip = ""

    def program(self, conversation: Conversation, *, clip: str = "") -> None:
        """Program the board again, as often as it takes within bounds, and shake hands.

        Raises what the last attempt did.
        """
        self._clip, self._reasons = clip, []
        try:
            self._program(conversation.board)
        finally:
            self._clip = ""
        self.run(conversation, conversation.handshake, clip=clip, again=lambda: None)

    def _may_help(self, error: LinkError) -> bool:
        core_fault = self._core_faults_too and isinstance(error, DeviceFaultError)
        return core_fault or error.is_repeatable or error.needs_programming

    def _climb(self, conversation: Conversation, attempt: Callable[[], _T], first: LinkError) -> _T:
        error, tried, steps = first, [], _Steps()
        while (rung := steps.next(error)) is not None:
            self._port_lost = self._port_lost or isinstance(error, LinkLostError)
            if error.needs_programming and rung in (Rung.RESYNCHRONISE, Rung.RESET):
                tried.append(f"{rung}: does not write the flash")
                continue
            if rung is Rung.RESYNCHRONISE and not _needs_handshake(error):
                done = len(self._reasons)  # by the link itself
                tried.append(f"{rung}, resent: {done} times" if done else f"{rung}: no HELLO")
                continue
            try:
                taken = self._take(rung, conversation)
            except NoProgrammerError:
                taken = False
            except (ToolError, OSError) as failure:
                self._on_trouble(failure)
                if isinstance(failure, LinkError) and not self._may_help(failure):
                    raise
                self._port_lost = self._port_lost or isinstance(failure, OSError | LinkLostError)
                self._note(rung, error.what)
                tried.append(f"{rung}: {_first_line(failure)}")
                if isinstance(failure, LinkError) and failure.needs_programming:
                    error = failure
                continue
            if not taken:
                tried.append(f"{rung}: this board has no such way")
                continue
            self._note(rung, error.what)
            try:
                return attempt()
            except LinkError as failure:
                self._on_trouble(failure)
                if not self._may_help(failure):
                    raise
                tried.append(f"{rung}, resent: {_first_line(failure)}")
                error = failure
        raise RecoveryError(self._clip or "no answer", first, tried) from error

    def _take(self, rung: Rung, conversation: Conversation) -> bool:
        """Take one step, then the handshake; False where the board has no such way."""
        board = conversation.board
        if rung is Rung.POWER_CYCLE:
            if not board.power_cycle():
                return False
            self._port_lost = True  # most ports go with the power
        if self._port_lost:
            self._reopen(conversation)
        if rung is Rung.RESET:
            if not board.reset():
                return False
        elif rung is Rung.REFLASH:
            self._program(board)
        conversation.handshake()
        return True

    def _program(self, board: Board) -> None:
        """Program it; where the probe fails, again."""
        for left in reversed(range(PROGRAM_ATTEMPTS)):
            try:
                board.reflash()
                return
            except NoProgrammerError:
                raise
            except ToolError as error:
                self._on_trouble(error)
                if not left:
                    raise
                self._note(Rung.REFLASH, _first_line(error))

    def _reopen(self, conversation: Conversation) -> None:
        """Open the board again, as soon as its port is there."""
        board, end_s = conversation.board, self._clock_s() + REOPEN_S
        board.close()
        while True:
            try:
                port = board.open(conversation.image)
                break
            except (ToolError, OSError):
                board.close()
                if self._clock_s() >= end_s:
                    raise
                self._pause(REOPEN_INTERVAL_S)
        self._port_lost = False
        conversation.attach(port)


class _Steps:
    """Which step is next: for each kind of failure the weakest that was not taken for it yet."""

    def __init__(self) -> None:
        self._begun: Counter[str] = Counter()
        self._left = MOST_STEPS

    def next(self, error: LinkError) -> Rung | None:
        """The step to take; None where there is none left."""
        rungs, kind = list(Rung), type(error).__name__
        number = self._begun[kind]
        if number >= len(rungs) or not self._left:
            return None
        self._begun[kind] += 1
        self._left -= 1
        return rungs[number]


def _needs_handshake(error: LinkError) -> bool:
    """True where the link has not repeated the handshake by itself."""
    kinds = BoardRestartedError | DeviceFaultError | HandshakeError | LinkLostError
    return isinstance(error, kinds)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
