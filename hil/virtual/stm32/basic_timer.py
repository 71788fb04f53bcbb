# SPDX-License-Identifier: Apache-2.0
"""A basic timer (TIM6) that triggers an ADC at each update (RM0394: basic timers).

It counts up from 0 to ARR at its clock over PSC + 1, without end. Changes while it counts, one
pulse, interrupts and DMA are not modelled. PSC takes effect with an update, which EGR.UG makes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from hil.virtual.chip_records import ClockEnable
from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.system import ClockTree, VirtualTime

CEN, ARPE = 1 << 0, 1 << 7
MMS, MMS_UPDATE = 7 << 4, 2 << 4
UIF, UG = 1, 1


class TimerClocks(ClockTree, Protocol):
    """What a timer asks of RCC."""

    def timer_hz(self) -> int:
        """Clock of the timers on APB1."""


class BasicTimer(Peripheral[VirtualTime]):
    """One timer; `on_change` is called before and after what it triggers changes."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("CR1", 0, CEN | ARPE),
        0x04: Register("CR2", 0, MMS),
        0x0C: Register("DIER"),
        0x10: Register("SR", 0, UIF),
        0x14: Register("EGR", 0, UG, write_one=True),
        0x24: Register("CNT", 0, 0xFFFF),
        0x28: Register("PSC", 0, 0xFFFF),
        0x2C: Register("ARR", 0xFFFF, 0xFFFF),
    }

    def __init__(
        self, system: VirtualTime, name: str, base: int, clocks: TimerClocks, enable: ClockEnable
    ) -> None:
        self._clocks, self._enable = clocks, enable
        self.on_change: Callable[[], None] = lambda: None
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Off."""
        super().reset()
        self._prescaler = 1
        """PSC + 1 as the last update has taken it over."""
        self._start_ps: int | None = None
        self._clock_hz = 0

    @property
    def runs(self) -> bool:
        """Whether it triggers."""
        return self._start_ps is not None and self.values["CR2"] & MMS == MMS_UPDATE

    @property
    def period_ps(self) -> Fraction:
        """Time from one trigger to the next, while it runs."""
        return Fraction(self._ticks_each * PS_PER_SECOND, self._clock_hz)

    @property
    def _ticks_each(self) -> int:
        return (self.values["ARR"] + 1) * self._prescaler

    def triggers_by(self, time_ps: int) -> int:
        """Triggers since it was started."""
        if self._start_ps is None or not self.runs:
            return 0
        return (time_ps - self._start_ps) * self._clock_hz // (self._ticks_each * PS_PER_SECOND)

    def times_ps(self, first: int, end: int) -> npt.NDArray[np.int64]:
        """When the triggers of these numbers come, rounded down; the first of all is number 1."""
        assert self._start_ps is not None
        indices = np.arange(first, end)
        whole_ps, rest = divmod(self._ticks_each * PS_PER_SECOND, self._clock_hz)
        return self._start_ps + indices * whole_ps + indices * rest // self._clock_hz

    def check(self) -> None:
        """Raise unless its clock is on, and the one that it was started with."""
        if not self._clocks.clock_is_on(self._enable.register, self._enable.bit):
            what = f"triggers while RCC_{self._enable.register} bit {self._enable.bit} is 0"
            raise self.broken(Rule.CLOCK_OFF, what)
        hz = self._clocks.timer_hz()
        if hz != self._clock_hz:
            what = f"its clock has gone from {self._clock_hz / 1e6:g} to {hz / 1e6:g} MHz"
            raise self.broken(Rule.ADC_SETTINGS, what)

    # -- registers -------------------------------------------------------------------------------

    def write(self, offset: int, size: int, value: int) -> None:
        """Write a register; while it counts, only CEN and SR may change."""
        register = self.register_at(offset, size, "write")
        if self.values["CR1"] & CEN and register.name not in {"CR1", "SR"}:
            what = f"{register.name} is written while the timer counts, which is not modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what, offset)
        self.on_change()
        super().write(offset, size, value)
        self.on_change()

    def write_cr1(self, value: int) -> None:
        """Start or stop counting."""
        before = self.values["CR1"]
        if before & value & CEN and before != value:
            what = "ARPE is changed while the timer counts, which is not modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what, 0)
        if value & ~before & CEN:
            if not self.values["ARR"]:
                raise self.broken(Rule.ADC_SETTINGS, "started with ARR = 0: it does not count", 0)
            if self.values["CNT"]:
                what = "started with CNT other than 0, which is not modelled"
                raise self.broken(Rule.UNMODELLED_REGISTER, what, 0)
            if self._prescaler != self.values["PSC"] + 1:
                what = "started before an update (EGR.UG) has taken PSC over"
                raise self.broken(Rule.ADC_SETTINGS, what, 0)
            self._start_ps, self._clock_hz = self.system.now_ps, self._clocks.timer_hz()
        elif before & ~value & CEN:
            self.values["CNT"] = self.read_cnt()
            self._start_ps = None
        self.values["CR1"] = value

    def write_egr(self, value: int) -> None:
        """Make an update: the counter starts from 0, PSC is taken over."""
        if value & UG:
            self.values["CNT"] = 0
            self._prescaler = self.values["PSC"] + 1
            self.values["SR"] |= UIF

    def write_sr(self, value: int) -> None:
        """Clear the flag."""
        self.values["SR"] &= value

    def _ticks(self) -> int:
        assert self._start_ps is not None
        elapsed = (self.system.now_ps - self._start_ps) * self._clock_hz
        return elapsed // (self._prescaler * PS_PER_SECOND)

    def read_cnt(self) -> int:
        """The counter."""
        if self._start_ps is None:
            return self.values["CNT"]
        return self._ticks() % (self.values["ARR"] + 1)
