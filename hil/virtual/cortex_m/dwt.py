# SPDX-License-Identifier: Apache-2.0
"""Cycle counter of the DWT, and the debug registers that gate it (ARMv8-M ARM section B14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.system import CoreAccess

TRCENA = 1 << 24
CYCCNTENA = 1
LAR_KEY = 0xC5AC_CE55
LSR_IMPLEMENTED, LSR_LOCKED = 1, 2


class TraceUnit(Protocol):
    """What DEMCR.TRCENA feeds with clocks."""

    def hold(self) -> int:
        """Return the counter's value as it stands, before TRCENA changes."""

    def go_on_from(self, count: int) -> None:
        """Go on from a value, after TRCENA has changed."""


class DebugControl(Peripheral[object]):
    """DHCSR and DEMCR, 0xE000EDF0 to 0xE000EDFF, as the core sees them without a debugger.

    Core and debugger share DEMCR: a probe that leaves may clear TRCENA behind the firmware's back.
    """

    SIZE = 0x10
    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("DHCSR"),
        0x0C: Register("DEMCR", 0, TRCENA),
    }

    def __init__(self, system: object, name: str, base: int) -> None:
        self.trace_units: list[TraceUnit] = []
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Trace off, and nobody but the firmware has written here."""
        super().reset()
        self.cleared_from_outside = False
        """Whether it was a debugger that cleared TRCENA, and the firmware has not set it since."""

    @property
    def trace_enabled(self) -> bool:
        """DEMCR.TRCENA."""
        return bool(self.values["DEMCR"] & TRCENA)

    def _change(self, value: int) -> None:
        counts = [unit.hold() for unit in self.trace_units]
        self.values["DEMCR"] = value
        for unit, count in zip(self.trace_units, counts, strict=True):
            unit.go_on_from(count)

    def write_demcr(self, value: int) -> None:
        """Switch trace on or off, as the firmware asks."""
        self.cleared_from_outside = False
        self._change(value)

    def set_trace(self, on: bool) -> None:
        """Take TRCENA as a debugger writes it."""
        if on != self.trace_enabled:
            self._change(self.values["DEMCR"] ^ TRCENA)
            self.cleared_from_outside = not on

    def clear_from_outside(self) -> None:
        """Leave as a probe does: DEMCR = 0."""
        self.set_trace(False)


class Dwt(Peripheral[CoreAccess]):
    """DWT_CTRL and DWT_CYCCNT. CYCCNT counts ESTIMATED cycles; in sleep it does not count.

    While TRCENA is 0 it is stopped. Firmware that never set TRCENA, or cleared it, must not touch
    the DWT; firmware that lost it to a debugger cannot know, and reads what is there.
    """

    SIZE = 0x1000
    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("CTRL", 0x4000_0000, CYCCNTENA),
        0x04: Register("CYCCNT", 0, 0xFFFF_FFFF, write_one=True),
    }

    def __init__(self, system: CoreAccess, name: str, base: int, debug: DebugControl) -> None:
        self.debug = debug
        super().__init__(system, name, base)
        debug.trace_units.append(self)

    def reset(self) -> None:
        """Stopped at 0."""
        super().reset()
        self._offset = 0

    def register_at(self, offset: int, size: int, verb: str) -> Register:
        """Find the register; refuse while trace is off, but for reads that a debugger spoiled."""
        lost = self.debug.cleared_from_outside and verb == "read"
        if not self.debug.trace_enabled and not lost:
            raise self.broken(Rule.CLOCK_OFF, f"{verb} while DEMCR.TRCENA is 0", offset)
        return super().register_at(offset, size, verb)

    @property
    def _running(self) -> bool:
        return self.debug.trace_enabled and bool(self.values["CTRL"] & CYCCNTENA)

    def hold(self) -> int:
        """Cycles counted so far."""
        return self.read_cyccnt()

    def go_on_from(self, count: int) -> None:
        """Go on at a value."""
        self.write_cyccnt(count)

    def read_cyccnt(self) -> int:
        """Cycles since CYCCNT was zero."""
        now = self.system.core.cycles if self._running else 0
        return now + self._offset & 0xFFFF_FFFF

    def pass_cycles(self, count: int) -> None:
        """Let cycles pass in which the core executes nothing, though its clock runs."""
        if self._running:
            self._offset += count

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
