# SPDX-License-Identifier: Apache-2.0
"""What the board's own microphone hears, from the lines that its monitor prints."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import serial

from hil.boards.board import Board
from hil.link.errors import LinkLostError, LinkSilentError
from hil.link.serial_port import SerialPort
from hil.live.interruption import Interruption
from hil.live.listening import COUNTS_S, TURN_S
from hil.live.monitor_lines import Banner, Frame, Line, LineReader, Load, Other, Scores
from hil.live.observations import Counts, EventSeen, FrameSeen, LoadSeen, Observer, PatchSeen, Setup

VERBOSE = b"v"
"""Turns frames, scores and a load each second on, or off."""

VERBOSE_ON, VERBOSE_OFF = "# verbose on", "# verbose off"

ASK_S = 1.0
"""Board's time after which it is asked again, if it has not said that it will."""

SILENCE_S = 5.0
"""Board's time without a line after which it is gone: verbose, it tells its load each second."""


class MonitorListener:
    """Reads a board's lines, and tells an observer what is in them.

    `on_start` is called when the board has started, which is when its microphone hears; it returns
    the time on the board's clock at which to end, or None where only the user ends it. `fast`: a
    virtual board is not held to the clock on the wall.
    """

    def __init__(
        self,
        board: Board,
        port: SerialPort,
        setup: Setup,
        observer: Observer,
        interruption: Interruption,
        *,
        on_start: Callable[[], float | None] = lambda: None,
        fast: bool = False,
        clock_s: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._board, self._port, self._setup = board, port, setup
        self._observer, self._interruption = observer, interruption
        self._on_start = on_start
        self._paced = board.virtual and not fast
        self._clock_s, self._wait = clock_s, wait or threading.Event().wait
        self._reader = LineReader(setup.labels, setup.bands)
        self._counts = Counts()
        self._has_started = self._is_verbose = False
        self._starts = 0
        self._asked_s = self._heard_s = board.clock_s()
        self._begun_host_s, self._begun_board_s = clock_s(), board.clock_s()
        self._zero_s = 0.0  # of the board's time, in that of the sound
        self._time_s = self._reported_s = 0.0
        self._anchor_s, self._anchor_board_s = 0.0, board.clock_s()

    @property
    def time_s(self) -> float:
        """How far the sound is."""
        return self._time_s

    @property
    def counts(self) -> Counts:
        """What went wrong so far."""
        return self._counts

    def run(self) -> bool:
        """Listen until the sound ends (True), where there is an end, or the user ends it (False).

        Raises LinkLostError where the port fails, LinkSilentError where nothing comes.
        """
        until_s: float | None = None
        while not self._interruption.requested:
            for line in self._reader.feed(self._read()):
                self._heard_s = self._board.clock_s()
                if not self._has_started:
                    self._has_started = True
                    until_s = self._on_start()
                self._see(line)
            now_s = self._board.clock_s()
            self._ask(now_s)
            self._report()
            if until_s is not None and now_s >= until_s:
                return True
            if now_s - self._heard_s > SILENCE_S:
                raise LinkSilentError(
                    f"the monitor fell silent: no line for {SILENCE_S:g} s",
                    "does the board carry it (APP=monitor)? is this its serial port?",
                )
            self._keep_pace()
        return False

    def _read(self) -> bytes:
        try:
            self._port.timeout = TURN_S
            data = self._port.read(max(1, self._port.in_waiting))
            if data and (more := self._port.in_waiting):
                data += self._port.read(more)
        except (serial.SerialException, OSError) as error:
            raise LinkLostError(f"the port failed: {error}") from error
        return data

    def _ask(self, now_s: float) -> None:
        """Ask for frames and scores, until the board says that it sends them."""
        if not self._has_started or self._is_verbose or now_s < self._asked_s:
            return
        self._asked_s = now_s + ASK_S
        try:
            self._port.write(VERBOSE)
        except (serial.SerialException, OSError) as error:
            raise LinkLostError(f"the port failed: {error}") from error

    def _keep_pace(self) -> None:
        """A virtual board's time passes as it is read: hold it to the clock on the wall."""
        if not self._paced:
            return
        ahead_s = self._board.clock_s() - self._begun_board_s
        ahead_s -= self._clock_s() - self._begun_host_s
        late_s = max(0.0, -ahead_s)
        self._count(late_s=late_s, worst_late_s=max(late_s, self._counts.worst_late_s))
        while ahead_s > 0 and not self._interruption.requested:
            self._wait(min(ahead_s, TURN_S))
            ahead_s -= TURN_S

    def _see(self, line: Line) -> None:
        observer = self._observer
        match line:
            case Frame(cells):
                self._time_s = max(self._time_s + self._setup.hop_s, self._passed_s())
                observer.frame(FrameSeen(self._time_s, cells))
            case Scores(time_s, shares):
                observer.patch(PatchSeen(self._at(time_s), shares))
            case EventSeen():
                observer.event(replace(line, time_s=self._at(line.time_s)))
            case Load(percent, asleep, overruns, dropped):
                observer.load(LoadSeen(self._passed_s(), percent, asleep))
                self._count(overruns=overruns, board_dropped=dropped)
            case Banner(text):
                self._see_start(text)
            case Other(text, is_comment):
                self._see_comment(text, is_comment=is_comment)

    def _see_start(self, text: str) -> None:
        """The first start, or one that nobody asked for: the board's time begins again."""
        self._starts += 1
        if self._starts > 1:
            self._observer.told(self._time_s, "the board restarted")
            self._count(recoveries=self._counts.recoveries + 1)
        self._observer.told(self._time_s, f"monitor {text}")
        self._is_verbose = False
        self._zero_s = self._time_s
        self._anchor(0.0)

    def _see_comment(self, text: str, *, is_comment: bool) -> None:
        if text in (VERBOSE_ON, VERBOSE_OFF):
            self._is_verbose = text == VERBOSE_ON
            self._asked_s = self._board.clock_s()  # off: ask again at once
        elif not is_comment:
            self._observer.told(self._time_s, f"not understood: {text}")
        elif not text.startswith("# class"):
            self._observer.told(self._time_s, text.removeprefix("# "))

    def _at(self, board_s: float) -> float:
        """A time that the board tells, as one of the sound."""
        self._anchor(board_s)
        self._time_s = max(self._time_s, self._anchor_s)
        return self._anchor_s

    def _anchor(self, board_s: float) -> None:
        self._anchor_s, self._anchor_board_s = self._zero_s + board_s, self._board.clock_s()

    def _passed_s(self) -> float:
        """The time now, from the newest that the board told."""
        return self._anchor_s + self._board.clock_s() - self._anchor_board_s

    def _count(self, **changes: Any) -> None:
        self._counts = replace(self._counts, **changes)

    def _report(self) -> None:
        if self._has_started and self._passed_s() - self._reported_s >= COUNTS_S:
            self._time_s = max(self._time_s, self._passed_s())
            self._reported_s = self._time_s
            self._observer.counts(self._time_s, self._counts)
