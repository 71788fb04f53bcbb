# SPDX-License-Identifier: Apache-2.0
"""One virtual board for several threads, in time with the wall clock.

A machine is not safe for threads and has a time of its own. Here one thread runs it, all others
take turns with that thread, and virtual time follows the wall clock: the board is never ahead of it
while it idles, and runs as fast as it can where the emulation lags.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hil.virtual.machine import Machine
from hil.virtual.rules import RuleBroken

SLICE_S = 0.005
"""Virtual time of one turn: what others wait for at most, divided by the emulator's speed."""

IDLE_S = 0.001
"""How often the wall clock is looked at while the board is in time with it: the same as the frames
of USB, which a COM port's bytes wait for."""


class PacedMachine:
    """Runs a machine in a thread of its own between `start` and `stop`.

    `on_broken_rule` is told once of each rule that the firmware breaks; the machine stands then
    until it is reset, and the others go on.
    """

    def __init__(
        self,
        machine: Machine,
        on_broken_rule: Callable[[RuleBroken], None] = lambda error: None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.machine = machine
        self.bytes_came = threading.Event()
        """Set when the board has sent something; whoever takes it clears the event."""
        self._on_broken_rule = on_broken_rule
        self._clock_s = clock_s
        self._queue, self._machine_lock = threading.Lock(), threading.Lock()
        self._something_to_do = threading.Event()
        self._stopping = False
        self._ahead_s = machine.seconds - clock_s()
        """Virtual time less wall time when both were last the same."""
        self._thread = threading.Thread(target=self._run, name="virtual board", daemon=True)

    def start(self) -> None:
        """Let time pass."""
        self._ahead_s = self.machine.seconds - self._clock_s()
        self._thread.start()

    def stop(self) -> None:
        """Let time stand; returns when the thread has ended."""
        self._stopping = True
        self._something_to_do.set()
        self._thread.join()

    @contextmanager
    def hold(self) -> Iterator[Machine]:
        """Have the machine alone; not to be nested."""
        # Who waits for the machine keeps the queue, so that the running thread, which wants it
        # again at once, comes after.
        with self._queue:
            self._machine_lock.acquire()
        try:
            yield self.machine
        finally:
            self._machine_lock.release()
            self._something_to_do.set()

    def _run(self) -> None:
        reported: RuleBroken | None = None
        while not self._stopping:
            with self._queue:
                self._machine_lock.acquire()
            try:
                is_in_time = self._advance()
            finally:
                self._machine_lock.release()
            broken = self.machine.broken_rule
            if broken is not None and broken is not reported:
                self._on_broken_rule(broken)
            reported = broken
            if is_in_time:
                self._something_to_do.wait(IDLE_S)
                self._something_to_do.clear()

    def _advance(self) -> bool:
        """Run up to one slice; whether there is nothing to do before more wall time has passed."""
        machine = self.machine
        lag_s = self._clock_s() + self._ahead_s - machine.seconds
        if machine.broken_rule is not None:
            self._ahead_s -= lag_s
            return True
        if lag_s <= 0:
            # A probe lets virtual time pass as it works. The board does not be stopped for that.
            self._ahead_s -= lag_s
            return True
        try:
            machine.run(min(lag_s, SLICE_S))
        except RuleBroken:
            return True
        if machine.line.from_board or machine.port_is_gone:
            self.bytes_came.set()
        return False
