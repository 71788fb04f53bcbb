# SPDX-License-Identifier: Apache-2.0
"""The faults of one session: when they strike its board, and what the harness saw of each.

What strikes is the port, the chip or the probe, never the harness. What was seen is taken from the
failures that link and recovery tell of; the injector only knows when it has struck.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from generator.errors import ToolError
from hil.boards.board import Board
from hil.fault_modes.evidence import Evidence, shows
from hil.fault_modes.line import StruckLine
from hil.fault_modes.names import Boundary
from hil.fault_modes.plan import FaultPlan, Strike
from hil.fault_modes.tally import End, FaultTally
from hil.link.errors import (
    BoardRestartedError,
    CycleCounterError,
    DeviceFaultError,
    FrameLostError,
    HandshakeError,
    LinkLostError,
    LinkSilentError,
    RefusedError,
    WeightsDamagedError,
    WrongDeviceError,
)
from hil.link.serial_port import SerialPort


class Trouble(Protocol):
    """A fault of the probe that may have happened."""

    @property
    def struck(self) -> bool:
        """Whether it has."""


class StruckBoard(Board, Protocol):
    """A board whose chip and probe can be struck: a virtual one."""

    def strike(self, name: str, choice: int) -> None:
        """Let a fault of the chip happen now."""

    def without_a_place(self) -> list[str]:
        """Faults of the chip that find nothing to strike in this image."""

    def troubled_probe(self, name: str, choice: int) -> AbstractContextManager[Trouble]:
        """Let a fault of the probe happen the next time that it programs."""


@dataclass(frozen=True, slots=True)
class StruckClip:
    """One clip of a run with faults, and what became of those that struck."""

    clip: str
    number: int
    plan: FaultPlan
    tally: FaultTally
    evidence: tuple[Evidence, ...]
    """What the harness saw, each kind once."""


@dataclass(frozen=True, slots=True)
class _Struck:
    strike: Strike
    seen_before: int
    """How much had been seen when it struck."""


class FaultInjection:
    """Strikes the clips of one session by a plan; `on_clip` gets what became of each clip's."""

    def __init__(
        self,
        plan: FaultPlan,
        board: Board,
        on_clip: Callable[[StruckClip], None] = lambda struck: None,
    ) -> None:
        self.plan = plan
        self._board = board
        self._on_clip = on_clip
        self._line = StruckLine(board.clock_s, self._strike)
        self._seen: list[Evidence] = []
        self._struck: list[_Struck] = []

    def leave_out_what_has_no_place(self) -> list[str]:
        """Take modes out of the plan that this image gives no place to strike; their names."""
        if not self._board.virtual:
            return []
        board: StruckBoard = self._board  # type: ignore[assignment]  # a virtual one is
        missing = board.without_a_place()
        left = [one for one in self.plan.rates if one.mode.value not in missing]
        out = [one.mode.value for one in self.plan.rates if one.mode.value in missing]
        self.plan = FaultPlan(self.plan.seed, left)
        return out

    def attach(self, port: SerialPort) -> SerialPort:
        """The port with the faults before it, whenever it was opened."""
        return self._line.attach(port)

    def note(self, error: Exception) -> None:
        """Take note of a failure that link or recovery saw."""
        evidence = evidence_of(error)
        if evidence is not None:
            self._seen.append(evidence)

    @contextmanager
    def clip(self, number: int, clip_bytes: int, name: str) -> Iterator[Course]:
        """Strike what is done in this context, by the plan of the clip of that number.

        A clip that the user breaks off (Ctrl-C) counts for nothing.
        """
        strikes = self.plan.strikes(number)
        at_the_probe = [one for one in strikes if one.mode.boundary is Boundary.PROBE]
        self._seen, self._struck = [], []
        self._line.begin([one for one in strikes if one not in at_the_probe], clip_bytes)
        course = Course(at_the_probe)
        try:
            yield course
        except Exception:
            self._tell(name, number, End.LOST)
            raise
        else:
            self._tell(name, number, course.end)
        finally:
            self._line.begin((), 0)

    @contextmanager
    def troubled_probe(self, strike: Strike) -> Iterator[None]:
        """Let this strike happen when the board is programmed in this context."""
        board: StruckBoard = self._board  # type: ignore[assignment]  # the options have seen to it
        seen_before = len(self._seen)
        with board.troubled_probe(strike.mode.value, strike.choice) as trouble:
            try:
                yield
            finally:
                if trouble.struck:
                    self._struck.append(_Struck(strike, seen_before))

    def _strike(self, strike: Strike) -> None:
        self._struck.append(_Struck(strike, len(self._seen)))
        if strike.mode.boundary is Boundary.TARGET:
            board: StruckBoard = self._board  # type: ignore[assignment]  # as above
            board.strike(strike.mode.value, strike.choice)

    def _tell(self, name: str, number: int, end: End) -> None:
        tally, kinds = self._count(end), tuple(dict.fromkeys(self._seen))
        self._on_clip(StruckClip(name, number, self.plan, tally, kinds))

    def _count(self, end: End) -> FaultTally:
        tally = FaultTally()
        for one in self._struck:
            detected = shows(self._seen[one.seen_before :], one.strike.mode)
            ended = End.HARMLESS if end is End.RECOVERED and not detected else end
            tally.count(one.strike.mode, ended, detected=detected)
        return tally


class Course:
    """One clip with faults, while it is played."""

    def __init__(self, at_the_probe: list[Strike]) -> None:
        self.at_the_probe = at_the_probe
        """What strikes when the board is programmed, which has to be done for it."""

        self.end = End.LOST
        """How it ended so far: nothing has come."""

    def judge(self, *, is_right: bool) -> None:
        """An answer was accepted: whether it is the host twin's, bit for bit."""
        self.end = End.RECOVERED if is_right else End.WRONG


_KINDS: tuple[tuple[type[Exception], Evidence], ...] = (
    (WeightsDamagedError, Evidence.WEIGHTS),
    (BoardRestartedError, Evidence.RESTART),
    (DeviceFaultError, Evidence.CORE_FAULT),
    (RefusedError, Evidence.REFUSAL),
    (FrameLostError, Evidence.DAMAGED_ANSWER),
    (CycleCounterError, Evidence.DAMAGED_ANSWER),
    (LinkSilentError, Evidence.SILENCE),
    (LinkLostError, Evidence.PORT),
    (WrongDeviceError, Evidence.DAMAGED_ANSWER),
    (HandshakeError, Evidence.SILENCE),
    (OSError, Evidence.PORT),
    (ToolError, Evidence.PROGRAMMING),
)
"""The first kind that fits tells."""


def evidence_of(error: Exception) -> Evidence | None:
    """What a failure shows."""
    if isinstance(error, BoardRestartedError) and error.by_self_check:
        return Evidence.CANARY
    return next((evidence for kind, evidence in _KINDS if isinstance(error, kind)), None)
