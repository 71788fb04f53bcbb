# SPDX-License-Identifier: Apache-2.0
"""A digital microphone on the pins of a filter's serial interface: its clock, its bits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.sound.pdm import Bits, PdmSource
from hil.virtual.sound.sound import Sound
from hil.virtual.wiring import PdmMicrophone

KEPT_BITS = 65_000
"""At least 20 ms of the fastest clock: a filter that has read ahead may stop and start again."""


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
        self.started_ps = 0
        """When its clock started."""
        self._hz = Fraction(1)
        self._epoch_ps = self._epoch_clock = 0
        self._kept: Bits = np.zeros(0, np.int8)

    @property
    def runs(self) -> bool:
        """Whether it has a clock."""
        return self._source is not None

    def start(self, clock_hz: Fraction, now_ps: int) -> None:
        """Its clock starts."""
        self.check(clock_hz)
        self._hz, self._epoch_clock = clock_hz, 0
        self.started_ps = self._epoch_ps = now_ps
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
        """Go on at a slightly different rate, from the next clock on: an oscillator has changed."""
        clock = self.clocks_by(now_ps) + 1
        self._epoch_ps, self._epoch_clock = self.time_of(clock), clock
        self._hz = clock_hz

    def clocks_by(self, time_ps: int) -> int:
        """How many clocks have passed by a time."""
        hz = self._hz
        passed = (time_ps - self._epoch_ps) * hz.numerator // (hz.denominator * PS_PER_SECOND)
        return self._epoch_clock + passed

    def time_of(self, clocks: int) -> int:
        """When so many clocks have passed."""
        hz = self._hz
        periods = (clocks - self._epoch_clock) * hz.denominator * PS_PER_SECOND
        return self._epoch_ps - -periods // hz.numerator

    def bits(self, first_clock: int, count: int) -> Bits:
        """The bits of some clocks; those of the last 20 ms may be had again."""
        source = self._source
        assert source is not None
        end = first_clock + count
        if first_clock > source.position:
            self._kept = source.bits(first_clock, count)
        elif end > source.position:
            new = source.bits(source.position, end - source.position)
            self._kept = np.concatenate((self._kept, new))
        begin = source.position - len(self._kept)
        if first_clock < begin:
            raise ValueError(f"clock {first_clock} has passed; the first kept is {begin}")
        bits = self._kept[first_clock - begin : end - begin]
        self._kept = self._kept[-KEPT_BITS:]
        return bits
