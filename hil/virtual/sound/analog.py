# SPDX-License-Identifier: Apache-2.0
"""An analogue microphone: a level at any time, for an ADC that samples it.

Levels are those of the sound at a rate far above the ADC's, with straight lines in between: 0.01 dB
too low at 8 kHz, images at 376 kHz and beyond 67 dB down.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.sound.sound import Levels, LevelStream, Sound

RATE_HZ = 384_000
_KEPT = RATE_HZ // 10
"""Levels that are kept of the past."""


class AnalogSource:
    """The output of a microphone that is on since `start_ps`; time goes forward."""

    def __init__(self, sound: Sound, start_ps: int = 0) -> None:
        self._stream = LevelStream(sound, RATE_HZ, start_ps)
        self._start_ps = start_ps
        self._levels: Levels = np.zeros(0)

    def level(self, time_ps: int) -> float:
        """The level at a time."""
        return float(self.levels(time_ps, Fraction(1), 1)[0])

    def levels(self, first_ps: int, period_ps: Fraction | int, count: int) -> Levels:
        """Levels at `count` times, the first at `first_ps`, then one a period."""
        per_ps = Fraction(RATE_HZ, PS_PER_SECOND)
        first = (first_ps - self._start_ps) * per_ps
        step = period_ps * per_ps
        whole = int(first // 1)
        have = self._stream.position - len(self._levels)
        if whole < have:
            raise ValueError(f"the time {first_ps} ps has passed")
        needed = int((first + step * (count - 1)) // 1) + 2 - self._stream.position
        if needed > 0:
            self._levels = np.concatenate((self._levels, self._stream.take(needed)))
        at = float(first - whole) + np.arange(count) * float(step)
        levels: Levels = np.interp(
            at, np.arange(len(self._levels) - (whole - have)), self._levels[whole - have :]
        )
        self._levels = self._levels[-_KEPT:]
        return levels

    def levels_at(self, times_ps: npt.NDArray[np.int64]) -> Levels:
        """Levels at times in order; what they are does not depend on how many are asked at once."""
        steps = (times_ps - self._start_ps) * (RATE_HZ // 1000)
        whole, rest = np.divmod(steps, PS_PER_SECOND // 1000)
        have = self._stream.position - len(self._levels)
        if whole[0] < have:
            raise ValueError(f"the time {times_ps[0]} ps has passed")
        needed = int(whole[-1]) + 2 - self._stream.position
        if needed > 0:
            self._levels = np.concatenate((self._levels, self._stream.take(needed)))
        at, share = whole - have, rest / (PS_PER_SECOND // 1000)
        levels: Levels = self._levels[at] * (1.0 - share) + self._levels[at + 1] * share
        self._levels = self._levels[-_KEPT:]
        return levels
