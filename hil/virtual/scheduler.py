# SPDX-License-Identifier: Apache-2.0
"""Virtual time, and what is due when.

Virtual time advances with the estimated cycles that the core executes, at the core clock as it
stands, and jumps while the core sleeps. Times are in picoseconds since power-on.
"""

from __future__ import annotations

from typing import Protocol

PS_PER_SECOND = 10**12
NEVER_PS = 1 << 62
"""A time that never comes."""


class CycleCounter(Protocol):
    """What the scheduler asks of a core."""

    @property
    def cycles(self) -> int:
        """Estimated cycles executed so far, without sleep."""

    def stop_by(self, cycles: int) -> None:
        """Stop at the first block that starts at or after these cycles, if not before."""


class Scheduler:
    """Turns the core's cycles into time, and keeps one time per owner at which it wants a call."""

    def __init__(self, core: CycleCounter, clock_hz: int) -> None:
        self._core = core
        self.epoch_ps, self.epoch_cycles = 0, core.cycles
        """A moment since which the clock has not changed, as time and as cycles."""
        self._clock_hz = clock_hz
        self._due_ps: dict[str, int] = {}

    # -- time ------------------------------------------------------------------------------------

    @property
    def now_ps(self) -> int:
        """Virtual time up to the end of the block that runs now."""
        elapsed = self._core.cycles - self.epoch_cycles
        return self.epoch_ps + elapsed * PS_PER_SECOND // self._clock_hz

    @property
    def clock_hz(self) -> int:
        """Core clock that cycles are counted at."""
        return self._clock_hz

    def set_clock(self, clock_hz: int) -> None:
        """Go on at another core clock; time stays continuous."""
        self.epoch_ps, self.epoch_cycles = self.now_ps, self._core.cycles
        self._clock_hz = clock_hz

    def sleep_until(self, time_ps: int) -> None:
        """Let time pass without executing anything."""
        self.set_clock(self._clock_hz)
        self.epoch_ps = max(self.epoch_ps, time_ps)

    def cycles_at(self, time_ps: int) -> int:
        """Cycle count at which virtual time reaches `time_ps`, if the core keeps running."""
        return self.epoch_cycles - (self.epoch_ps - time_ps) * self._clock_hz // PS_PER_SECOND

    # -- events ----------------------------------------------------------------------------------

    def schedule(self, owner: str, time_ps: int | None) -> None:
        """Set the time at which the owner wants a call; None: never."""
        if time_ps is None:
            self._due_ps.pop(owner, None)
        elif self._due_ps.get(owner) != time_ps:
            self._due_ps[owner] = time_ps
            self._core.stop_by(self.cycles_at(time_ps))

    def due(self) -> list[str]:
        """The owners whose time has come, in the order in which they asked."""
        now_ps = self.now_ps
        return [owner for owner, time_ps in self._due_ps.items() if time_ps <= now_ps]

    def next_ps(self, until_ps: int, but: str | None = None) -> int:
        """The next event's time, at most `until_ps`; `but`: whose events do not count."""
        for owner, time_ps in self._due_ps.items():
            if time_ps < until_ps and owner != but:
                until_ps = time_ps
        return until_ps

    def due_ps(self, owner: str) -> int | None:
        """When an owner wants a call."""
        return self._due_ps.get(owner)

    def put(self, owner: str, time_ps: int) -> None:
        """Set an owner's time again, as it is after calls that were made without a stop."""
        if self._due_ps.get(owner) != time_ps:
            self._due_ps.pop(owner, None)
            self._due_ps[owner] = time_ps

    def clear(self) -> None:
        """Forget all events."""
        self._due_ps.clear()
