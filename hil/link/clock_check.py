# SPDX-License-Identifier: Apache-2.0
"""The board's clock against the host's.

SysTick counts the core's clock without a pause, in sleep as well; the cycle counter does not, and
is of no use here. The board is asked twice for its count; between the two answers lies a time that
the host knows to within the two round trips.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hil.link.client import Link

INTERVAL_S = 1.0
TOLERANCE = 0.02
"""What a serial line bears, and more than the data sheets allow the oscillators over temperature:
HSI16 and HSI 1 %, MSI 0.6 % at 30 degrees and some 3 % at the ends, unless a crystal leads it."""


@dataclass(frozen=True, slots=True)
class ClockMeasurement:
    """How fast the board's clock runs by the host's."""

    clocks: int
    elapsed_s: float
    uncertainty: float
    """Of the ratio: both round trips, as a part of the time between them."""

    @property
    def hz(self) -> float:
        """Clocks a second of the host's."""
        return self.clocks / self.elapsed_s

    def error(self, nominal_hz: int) -> float:
        """How far off the clock is, as a part of what it should be."""
        return self.hz / nominal_hz - 1

    def fits(self, nominal_hz: int) -> bool:
        """Whether it is within the tolerance, as far as can be told."""
        return abs(self.error(nominal_hz)) <= TOLERANCE + self.uncertainty


def measure_clock(
    link: Link, clock_s: Callable[[], float], interval_s: float = INTERVAL_S
) -> ClockMeasurement:
    """Ask the board for its clocks twice, `interval_s` apart; `clock_s` is the host's clock."""
    asked_s = [clock_s()]
    first = link.read_memory().clocks
    answered_s = [clock_s()]
    link.pause(interval_s)
    asked_s.append(clock_s())
    second = link.read_memory().clocks
    answered_s.append(clock_s())
    elapsed_s = answered_s[1] - answered_s[0]
    round_trips_s = answered_s[0] - asked_s[0] + answered_s[1] - asked_s[1]
    return ClockMeasurement(second - first, elapsed_s, round_trips_s / elapsed_s)
