# SPDX-License-Identifier: Apache-2.0
"""What the ADC makes of an analogue level: the times of its samples, codes, oversampling."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.sound.analog import AnalogSource
from hil.virtual.stm32.adc_registers import CONVERSION_CYCLES, FULL_SCALE
from hil.virtual.stm32.basic_timer import BasicTimer
from hil.virtual.wiring import AnalogMicrophone

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Conversion:
    """One result: so many samples, their times, and the shift of their sum."""

    clock_hz: Fraction
    sample_cycles: Fraction
    samples: int
    shift: int

    @cached_property
    def total_ps(self) -> int:
        """Time from the trigger to the result."""
        return math.ceil(self.samples * self._sample_ps)

    @property
    def _sample_ps(self) -> Fraction:
        """Time of one sample with its conversion."""
        return (self.sample_cycles + CONVERSION_CYCLES) * PS_PER_SECOND / self.clock_hz

    @cached_property
    def held_ps(self) -> Codes:
        """From the trigger until each sample is held."""
        first_ps = self.sample_cycles * PS_PER_SECOND / self.clock_hz
        return np.array([int(first_ps + index * self._sample_ps) for index in range(self.samples)])

    @property
    def largest(self) -> int:
        """The largest result."""
        return int(self._shifted(np.array([self.samples * (FULL_SCALE - 1)]))[0])

    def _shifted(self, sums: Codes) -> Codes:
        """The sums shifted, to the nearest (RM0394: oversampler)."""
        return sums if not self.shift else sums + (1 << self.shift - 1) >> self.shift

    def results(self, levels: npt.NDArray[np.float64], microphone: AnalogMicrophone) -> Codes:
        """Results from the levels of all their samples."""
        volts = microphone.bias + 0.5 * microphone.full_scale * levels  # of the supply
        codes = np.clip(np.rint(volts * FULL_SCALE), 0, FULL_SCALE - 1).astype(np.int64)
        return self._shifted(codes.reshape(-1, self.samples).sum(axis=1))


@dataclass(slots=True)
class Run:
    """Conversions from ADSTART on, one at each trigger."""

    conversion: Conversion
    timer: BasicTimer
    first: int
    """Number of the first trigger that counts."""
    made: int = 0

    def due(self, now_ps: int) -> int:
        """Results that there are by a time."""
        begun = self.timer.triggers_by(now_ps - self.conversion.total_ps)
        return max(0, begun - self.first + 1)

    def time_ps(self, index: int) -> int:
        """When the result of this number, counted from 0, is there."""
        trigger = self.first + index
        return int(self.timer.times_ps(trigger, trigger + 1)[0]) + self.conversion.total_ps

    def take(self, due: int, source: AnalogSource, microphone: AnalogMicrophone) -> Codes:
        """Make the results up to the one of number `due` - 1."""
        conversion = self.conversion
        triggers = self.timer.times_ps(self.first + self.made, self.first + due)
        self.made = due
        times = (triggers[:, np.newaxis] + conversion.held_ps).ravel()
        return conversion.results(source.levels_at(times), microphone)
