# SPDX-License-Identifier: Apache-2.0
"""The board's own microphone: a monitor in Python that prints as the firmware's does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
import serial

from hil.boards.board import Board
from hil.link.errors import LinkLostError, LinkSilentError
from hil.live.interruption import Interruption
from hil.live.monitor import SILENCE_S, MonitorListener
from tests.hil.live.listening_parts import LABELS, SETUP, Seen

SETUP_OF_TWO = replace(SETUP, labels=LABELS[:2], bands=2)
BANNER = "# mel2metal monitor fake model 0.1.0"


@dataclass
class FakeMonitor:
    """A port and a board. A line a tenth of a second; verbose ones only where that was asked."""

    lines: deque[str] = field(default_factory=deque)
    verbose: bool = False
    deaf_to: int = 0
    fails_at_s: float = float("inf")
    now_s: float = 100.0
    timeout: float | None = None
    virtual: bool = False
    asked: int = 0
    _next_s: float = 100.0
    _out: bytearray = field(default_factory=bytearray)

    @property
    def in_waiting(self) -> int:
        return len(self._out)

    def clock_s(self) -> float:
        return self.now_s

    def read(self, size: int = 1) -> bytes:
        if not self._out:
            self.now_s += self.timeout or 0.0
        if self.now_s >= self.fails_at_s:
            raise serial.SerialException("device disconnected")
        while self.lines and self.now_s >= self._next_s and not self._out:
            line = self.lines.popleft()
            self._next_s += 0.1
            if self.verbose or line[:2] not in ("f ", "p "):
                self._print(line)
        taken = bytes(self._out[:size])
        del self._out[:size]
        return taken

    def write(self, data: bytes) -> int:
        assert data == b"v"
        self.asked += 1
        if self.deaf_to >= self.asked:
            return 1
        self.verbose = not self.verbose
        self._print(f"# verbose {'on' if self.verbose else 'off'}")
        return 1

    def _print(self, line: str) -> None:
        self._out += line.encode() + b"\r\n"


def listen(
    monitor: FakeMonitor,
    seconds: float = 3.0,
    *,
    interruption: Interruption | None = None,
    **options: Any,
) -> tuple[Seen, MonitorListener, bool]:
    seen = Seen()
    listener = MonitorListener(
        cast(Board, monitor),
        monitor,
        SETUP_OF_TWO,
        seen,
        interruption or Interruption(),
        on_start=lambda: monitor.now_s + seconds,
        clock_s=monitor.clock_s,
        **options,
    )
    return seen, listener, listener.run()


def lines(*texts: str) -> deque[str]:
    return deque(texts)


def test_everything_that_it_prints_is_seen_with_its_time() -> None:
    monitor = FakeMonitor(
        lines(
            BANNER,
            "# class 0 label0",
            "f 807f",
            "f 0001",
            "p 0.98 930 70",
            "1.70 s label0 0.93",
            "# load 43 % asleep 57 % overruns 2 dropped 3",
            "2.42 s label0 ends",
        )
    )
    seen, listener, is_over = listen(monitor)
    assert is_over
    assert [one.cells.tolist() for one in seen.frames] == [[-128, 127], [0, 1]]
    assert [(one.time_s, one.shares) for one in seen.patches] == [(0.98, (0.93, 0.07))]
    assert [one.text for one in seen.events] == ["1.70 s label0 0.93", "2.42 s label0 ends"]
    (load,) = seen.loads
    assert (load.percent, load.asleep_percent) == (43, 57)
    assert (listener.counts.overruns, listener.counts.board_dropped) == (2, 3)
    assert seen.notes == ["monitor fake model 0.1.0"]


def test_frames_have_times_that_only_go_on() -> None:
    frames = ["f 0000"] * 20
    monitor = FakeMonitor(lines(BANNER, *frames, "p 1.50 1 2", *frames))
    seen, _, _ = listen(monitor, 6.0)
    times = [one.time_s for one in seen.frames]
    assert times == sorted(times)
    assert len(set(times)) == len(times) == 40
    assert times[19] < 2.1 and times[-1] < 4.2


@pytest.mark.parametrize("deaf_to", [0, 1, 3])
def test_it_is_asked_for_frames_until_it_says_that_it_sends_them(deaf_to: int) -> None:
    monitor = FakeMonitor(lines(BANNER, *["# load 1 % asleep 99 % overruns 0 dropped 0"] * 60))
    monitor.deaf_to = deaf_to
    listen(monitor, 5.5)
    assert monitor.verbose
    assert monitor.asked == deaf_to + 1


def test_a_board_that_was_verbose_already_is_asked_twice() -> None:
    monitor = FakeMonitor(lines(BANNER, *["f 0000"] * 30), verbose=True)
    seen, _, _ = listen(monitor)
    assert monitor.verbose and monitor.asked == 2
    assert len(seen.frames) > 20


def test_a_restart_is_told_and_time_goes_on() -> None:
    monitor = FakeMonitor(
        lines(BANNER, "# class 0 a", "p 0.98 1 2", "1.70 s label0 0.93", BANNER, "p 0.98 1 2")
    )
    seen, listener, _ = listen(monitor)
    assert "the board restarted" in seen.notes
    assert listener.counts.recoveries == 1
    first, second = (one.time_s for one in seen.patches)
    assert first == 0.98
    assert second == pytest.approx(1.70 + 0.98)
    assert monitor.asked >= 2  # it is quiet after its start


def test_what_is_no_line_of_it_is_told_and_harmless() -> None:
    monitor = FakeMonitor(lines(BANNER, "1.70 s cat 0.93", "# reset by the watchdog", "\x1b[2J"))
    seen, _, _ = listen(monitor)
    assert seen.notes[1:] == [
        "not understood: 1.70 s cat 0.93",
        "reset by the watchdog",
        "not understood: ?[2J",
    ]


def test_a_board_that_says_nothing_is_told() -> None:
    monitor = FakeMonitor()
    with pytest.raises(LinkSilentError, match="APP=monitor"):
        listen(monitor)
    assert monitor.now_s - 100.0 == pytest.approx(SILENCE_S, abs=0.1)


def test_a_cable_that_is_cut_is_told_in_the_harness_s_words() -> None:
    monitor = FakeMonitor(lines(BANNER), fails_at_s=101.0)
    with pytest.raises(LinkLostError, match="the port failed: device disconnected"):
        listen(monitor)


def test_a_signal_ends_it() -> None:
    monitor = FakeMonitor(lines(BANNER))
    interruption = Interruption()
    interruption.is_noted = True
    interruption.request()
    _, _, is_over = listen(monitor, interruption=interruption)
    assert not is_over


@pytest.mark.parametrize(("fast", "waited_s"), [(False, 3.0), (True, 0.0)])
def test_a_virtual_board_is_held_to_the_clock_on_the_wall(fast: bool, waited_s: float) -> None:
    monitor = FakeMonitor(lines(BANNER, *["# load 1 % asleep 99 % overruns 0 dropped 0"] * 30))
    monitor.virtual = True
    wall = [0.0]

    def wait(seconds: float) -> None:
        wall[0] += seconds

    seen = Seen()
    started: Callable[[], float] = lambda: monitor.now_s + 3.0  # noqa: E731
    listener = MonitorListener(
        *(cast(Board, monitor), monitor, SETUP_OF_TWO, seen, Interruption()),
        on_start=started,
        fast=fast,
        clock_s=lambda: wall[0],
        wait=wait,
    )
    assert listener.run()
    assert wall[0] == pytest.approx(waited_s, abs=0.1)
    assert seen.counted[-1][0] == pytest.approx(3.0, abs=0.2)
