# SPDX-License-Identifier: Apache-2.0
"""Cycle counter of the DWT, and the debug registers that gate it (ARMv8-M ARM section B14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.system import CoreAccess

TRCENA = 1 << 24
CYCCNTENA = 1
LAR_KEY = 0xC5AC_CE55
LSR_IMPLEMENTED, LSR_LOCKED = 1, 2


class DebugControl(Peripheral[object]):
    """DHCSR and DEMCR, 0xE000EDF0 to 0xE000EDFF, as the core sees them without a debugger."""

    SIZE = 0x10
    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("DHCSR"),
        0x0C: Register("DEMCR", 0, TRCENA),
    }

    def set_trace(self, on: bool) -> None:
        """A debugger writes DEMCR.TRCENA."""
        demcr = self.values["DEMCR"] & ~TRCENA
        self.values["DEMCR"] = demcr | (TRCENA if on else 0)

    @property
    def trace_enabled(self) -> bool:
        """DEMCR.TRCENA."""
        return bool(self.values["DEMCR"] & TRCENA)


class Dwt(Peripheral[CoreAccess]):
    """DWT_CTRL and DWT_CYCCNT. CYCCNT counts ESTIMATED cycles; in sleep it does not count."""

    SIZE = 0x1000
    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("CTRL", 0x4000_0000, CYCCNTENA),
        0x04: Register("CYCCNT", 0, 0xFFFF_FFFF, write_one=True),
    }

    def __init__(self, system: CoreAccess, name: str, base: int, debug: DebugControl) -> None:
        self.debug = debug
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Stopped at 0."""
        super().reset()
        self._offset = 0

    def register_at(self, offset: int, size: int, verb: str) -> Register:
        """Find the register; refuse while trace is off."""
        if not self.debug.trace_enabled:
            raise self.broken(Rule.CLOCK_OFF, f"{verb} while DEMCR.TRCENA is 0", offset)
        return super().register_at(offset, size, verb)

    @property
    def _running(self) -> bool:
        return bool(self.values["CTRL"] & CYCCNTENA)

    def read_cyccnt(self) -> int:
        """Cycles since CYCCNT was zero."""
        now = self.system.core.cycles if self._running else 0
        return now + self._offset & 0xFFFF_FFFF

    def write_cyccnt(self, value: int) -> None:
        """Set the counter."""
        self._offset = value - (self.system.core.cycles if self._running else 0)

    def write_ctrl(self, value: int) -> None:
        """Start or stop the counter."""
        count = self.read_cyccnt()
        self.values["CTRL"] = value
        self.write_cyccnt(count)


class DwtLocked(Dwt):
    """DWT of the Cortex-M7, behind a software lock (ARMv7-M ARM, CoreSight lock registers)."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **Dwt.REGISTERS,
        0xFB0: Register("LAR", 0, 0xFFFF_FFFF, write_one=True),
        0xFB4: Register("LSR", LSR_IMPLEMENTED | LSR_LOCKED),
    }

    def write_lar(self, value: int) -> None:
        """Unlock with the key; anything else locks."""
        locked = 0 if value == LAR_KEY else LSR_LOCKED
        self.values["LSR"] = LSR_IMPLEMENTED | locked

    def write(self, offset: int, size: int, value: int) -> None:
        """Serve a write; while locked the hardware ignores it."""
        register = self.register_at(offset, size, "write")
        if register.name != "LAR" and self.values["LSR"] & LSR_LOCKED:
            what = f"{register.name} is written while the DWT is locked (DWT_LAR)"
            raise self.broken(Rule.WRITE_PROTECTED_REGISTER, what, offset)
        super().write(offset, size, value)
