# SPDX-License-Identifier: Apache-2.0
"""A digital microphone on the pins of a filter's serial interface: its clock, its bits."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.sound.pdm import Bits, PdmSource
from hil.virtual.sound.sound import Sound
from hil.virtual.wiring import PdmMicrophone


class PdmInput:
    """The microphone that a board's wiring names, and how its clock runs.

    Clocks are numbered from its start. `check_pins` raises unless clock and data reach the pins.
    """

    def __init__(
        self, wired: PdmMicrophone, sound: Sound, check_pins: Callable[[str], None]
    ) -> None:
        self.wired, self._sound, self._check_pins = wired, sound, check_pins
        self.stop()

    def stop(self) -> None:
        """Its clock stops: it sleeps, and has to settle again."""
        self._source: PdmSource | None = None
        self._hz, self._epoch_ps, self._epoch_clock = Fraction(0), 0, Fraction(0)

    @property
    def runs(self) -> bool:
        """Whether it has a clock."""
        return self._source is not None

    def start(self, clock_hz: Fraction, now_ps: int) -> None:
        """Its clock starts."""
        self.check(clock_hz)
        self._hz, self._epoch_ps, self._epoch_clock = clock_hz, now_ps, Fraction(0)
        self._source = PdmSource(self._sound, clock_hz, now_ps, self.wired.settle_s)

    def check(self, clock_hz: Fraction) -> None:
        """Raise unless the clock is one for this microphone, and its pins carry the signals."""
        low_hz, high_hz = self.wired.clock_range_hz
        if not low_hz <= clock_hz <= high_hz:
            raise RuleBroken(
                Rule.MICROPHONE_CLOCK,
                f"{self.wired.peripheral} clocks the {self.wired.name} with"
                f" {float(clock_hz) / 1e6:g} MHz,"
                f" outside {low_hz / 1e6:g} to {high_hz / 1e6:g} MHz",
            )
        self.check_pins()

    def check_pins(self) -> None:
        """Raise unless its pins carry the signals."""
        for signal in self.wired.pins:
            self._check_pins(signal)

    def change_clock(self, clock_hz: Fraction, now_ps: int) -> None:
        """Go on at a slightly different rate: an oscillator is not what it should be."""
        self._epoch_clock = self._clock_of(now_ps)
        self._epoch_ps, self._hz = now_ps, clock_hz

    def _clock_of(self, time_ps: int) -> Fraction:
        return self._epoch_clock + (time_ps - self._epoch_ps) * self._hz / PS_PER_SECOND

    def clocks_by(self, time_ps: int) -> int:
        """How many clocks have passed by a time."""
        return math.floor(self._clock_of(time_ps))

    def time_of(self, clocks: int) -> int:
        """When so many clocks have passed."""
        return self._epoch_ps + math.ceil((clocks - self._epoch_clock) * PS_PER_SECOND / self._hz)

    def bits(self, first_clock: int, count: int) -> Bits:
        """The bits of some clocks, which have to be later than all before."""
        assert self._source is not None
        return self._source.bits(first_clock, count)
