# SPDX-License-Identifier: Apache-2.0
"""SysTick timer (ARMv8-M ARM section B11), counting the core clock in virtual time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from hil.virtual.cortex_m.nvic import SYSTICK, Nvic
from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.system import ClockTree, Events

ENABLE, TICKINT, CLKSOURCE, COUNTFLAG = 1, 2, 4, 1 << 16


class TickSystem(Events, Protocol):
    """What SysTick needs of the machine."""

    @property
    def rcc(self) -> ClockTree:
        """The core clock, which SysTick counts."""


class SysTick(Peripheral[TickSystem]):
    """SysTick registers, 0xE000E010 to 0xE000E01F."""

    SIZE = 0x10
    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("CSR", 0, 7, status=COUNTFLAG),
        0x04: Register("RVR", 0, 0x00FF_FFFF),
        0x08: Register("CVR", 0, 0xFFFF_FFFF, write_one=True),
        0x0C: Register("CALIB", 0xC000_0000),
    }

    def __init__(self, system: TickSystem, name: str, base: int, nvic: Nvic) -> None:
        self.nvic = nvic
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Stopped."""
        super().reset()
        self._wrap_ps: int | None = None
        self._flag = False
        self.system.schedule(self.name, None)

    def _period_ps(self) -> int:
        return (self.values["RVR"] + 1) * PS_PER_SECOND // self.system.rcc.core_hz

    def _start(self) -> None:
        running = self.values["CSR"] & ENABLE and self.values["RVR"]
        self._wrap_ps = self.system.now_ps + self._period_ps() if running else None
        self.system.schedule(self.name, self._wrap_ps)

    def clock_changed(self) -> None:
        """Start the running period again at the new clock."""
        if self._wrap_ps is not None:
            self._start()

    def catch_up(self) -> None:
        """Wrap as often as is due."""
        now = self.system.now_ps
        while self._wrap_ps is not None and self._wrap_ps <= now:
            self._wrap_ps += self._period_ps()
            self._flag = True
            if self.values["CSR"] & TICKINT:
                self.nvic.pend(SYSTICK)
        self.system.schedule(self.name, self._wrap_ps)

    def read_csr(self) -> int:
        """Control and the wrap flag, which reading clears."""
        self.catch_up()
        flag, self._flag = self._flag, False
        return self.values["CSR"] | (COUNTFLAG if flag else 0)

    def write_csr(self, value: int) -> None:
        """Start or stop."""
        if value & ENABLE and not value & CLKSOURCE:
            raise self.broken(Rule.UNMODELLED_REGISTER, "the external clock (CLKSOURCE 0)", 0)
        before, self.values["CSR"] = self.values["CSR"], value
        if (value ^ before) & ENABLE:
            self._start()

    def read_cvr(self) -> int:
        """Current value."""
        if self._wrap_ps is None:
            return 0
        self.catch_up()
        left_ps = self._wrap_ps - self.system.now_ps
        return min(self.values["RVR"], left_ps * self.system.rcc.core_hz // PS_PER_SECOND)

    def write_cvr(self, value: int) -> None:
        """Any write restarts the period and clears the flag."""
        self._flag = False
        self._start()
