# SPDX-License-Identifier: Apache-2.0
"""The bus as the access port drives it: memory, peripherals, and the debugger's own registers.

A debugger reads and writes what the core can reach, and besides DHCSR, DCRSR, DCRDR, DEMCR and the
breakpoint unit, which the core cannot write (ARMv7-M ARM section C1.6, ARMv8-M ARM section D1.2).
What would break a rule when firmware does it is an error on the debugger's bus here, except that
a peripheral without clock reads as zero, as on silicon.
"""

from __future__ import annotations

from hil.virtual.cortex_m.dwt import TRCENA
from hil.virtual.cortex_m.halting import DFSR_HALTED, Halting
from hil.virtual.debug.breakpoints import BreakpointUnit
from hil.virtual.debug.core_registers import CoreRegisters
from hil.virtual.debug.rom_table import DWT, FPB, SCS, RomTable
from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken

PRIVATE_BUS = (0xE000_0000, 0xE010_0000)
DFSR, AIRCR = SCS + 0xD30, SCS + 0xD0C
DHCSR, DCRSR, DCRDR, DEMCR = (SCS + offset for offset in (0xDF0, 0xDF4, 0xDF8, 0xDFC))
DBGKEY = 0xA05F
C_DEBUGEN, C_HALT, C_STEP, C_MASKINTS = 1, 2, 4, 8
S_REGRDY, S_HALT, S_SLEEP, S_LOCKUP = 1 << 16, 1 << 17, 1 << 18, 1 << 19
S_RETIRE_ST, S_RESET_ST = 1 << 24, 1 << 25
VC_CORERESET, VC_HARDERR = 1 << 0, 1 << 10
_CATCHES = VC_CORERESET | VC_HARDERR | 0x8F0
_DCRSR_WRITE = 1 << 16
_DWT_COMPARATORS = range(0x20, 0x60)
_SCS_END = SCS + 0x1000
_FPB_END = FPB + 0x1000
_VECTKEY, _VECTRESET, _SYSRESETREQ = 0x05FA, 1, 4
_NO_CLOCK = (Rule.CLOCK_OFF, Rule.CLOCK_SETTLING)


class BusError(Exception):
    """An access that the bus answers with an error."""

    def __init__(self, address: int, why: str) -> None:
        self.address = address
        super().__init__(f"0x{address:08x}: {why}")


class DebugBus:
    """Accesses of a debugger to one machine. They take no time; the access port counts it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.halting: Halting = machine.halting
        self._rom = RomTable(machine.scb.values["CPUID"])
        self._breakpoints = BreakpointUnit(2 if machine.core.model.is_v8m else 1)
        self._registers = CoreRegisters(machine.core, machine.loop)
        self._transfer = 0
        self._catches = 0

    # -- any address -----------------------------------------------------------------------------

    def read(self, address: int, size: int) -> int:
        """Read 1, 2 or 4 bytes; raises BusError."""
        if PRIVATE_BUS[0] <= address < PRIVATE_BUS[1]:
            word = self._read_private(address & ~3)
            return word >> 8 * (address & 3) & ((1 << 8 * size) - 1)
        return int.from_bytes(self.read_block(address, size), "little")

    def write(self, address: int, size: int, value: int) -> None:
        """Write 1, 2 or 4 bytes; raises BusError."""
        if PRIVATE_BUS[0] <= address < PRIVATE_BUS[1]:
            self._write_private(address, size, value)
        elif self._is_peripheral(address):
            self._write_peripheral(address, size, value)
        else:
            self._write_memory(address, value.to_bytes(size, "little"), size)

    def read_block(self, address: int, count: int) -> bytes:
        """Read bytes of memory, or of one peripheral register; raises BusError."""
        if self._is_peripheral(address):
            return self._read_peripheral(address, count).to_bytes(count, "little")
        self._require_running_bus(address)
        self._require_memory_clock(address, count)
        try:
            return self.machine.debugger.read(address, count)
        except RuleBroken as error:
            raise BusError(address, error.detail) from error

    def write_block(self, address: int, data: bytes) -> None:
        """Write words of memory; raises BusError."""
        if self.machine.core.flash.origin <= address < self.machine.core.flash.end:
            for at in range(0, len(data), 4):
                self._write_memory(address + at, data[at : at + 4], 4)
        else:
            self._write_memory(address, data, 4)

    def is_memory(self, address: int, count: int) -> bool:
        """Whether all of it is memory, which can be moved in one go."""
        return self.machine.core.region_of(address, count) is not None

    # -- memory ----------------------------------------------------------------------------------

    def _require_running_bus(self, address: int) -> None:
        if self.halting.held_in_reset:
            raise BusError(address, "in reset only the core's private bus answers")

    def _require_memory_clock(self, address: int, count: int) -> None:
        if self.machine.core.region_of(address, count) is None:
            raise BusError(address, "nothing is there")
        try:
            self.machine.bus_memory.check_clock(address, count)
        except RuleBroken as error:
            raise BusError(address, error.detail) from error

    def _write_memory(self, address: int, data: bytes, size: int) -> None:
        self._require_running_bus(address)
        self._require_memory_clock(address, len(data))
        try:
            self.machine.debugger.write(address, data, size)
        except RuleBroken as error:
            raise BusError(address, error.detail) from error

    # -- peripherals -----------------------------------------------------------------------------

    def _is_peripheral(self, address: int) -> bool:
        return any(
            start <= address < start + size for start, size in self.machine.chip.peripheral_ranges
        )

    def _read_peripheral(self, address: int, size: int) -> int:
        self._require_running_bus(address)
        try:
            return self.machine.bus.read(address, size)
        except RuleBroken as error:
            if error.rule in _NO_CLOCK:
                return 0
            raise BusError(address, error.detail) from error

    def _write_peripheral(self, address: int, size: int, value: int) -> None:
        self._require_running_bus(address)
        try:
            self.machine.bus.write_implemented(address, size, value)
        except RuleBroken as error:
            if error.rule not in _NO_CLOCK:
                raise BusError(address, error.detail) from error

    # -- the core's private bus ------------------------------------------------------------------

    def _read_private(self, address: int) -> int:
        value = self._rom.read(address)
        if value is None and FPB <= address < _FPB_END:
            value = self._breakpoints.read(address - FPB)
        if value is None and address - DWT in _DWT_COMPARATORS:
            value = 0
        if value is None:
            value = self._read_debug_control(address)
        return self._read_core_block(address) if value is None else value

    def _read_debug_control(self, address: int) -> int | None:
        if address == DHCSR:
            return self._read_dhcsr()
        if address == DEMCR:
            trace = self.machine.debug_control.values["DEMCR"] & TRCENA
            return self._catches | trace
        plain = {DCRSR: 0, DCRDR: self._transfer, DFSR: self.halting.causes}
        return plain.get(address)

    def _read_core_block(self, address: int) -> int:
        try:
            return self.machine.bus.read(address, 4)
        except RuleBroken as error:
            if SCS <= address < _SCS_END or error.rule in _NO_CLOCK:
                return 0  # Reserved registers of the system control space read as zero.
            raise BusError(address, error.detail) from error

    def _write_private(self, address: int, size: int, value: int) -> None:
        if address == DHCSR:
            self._write_dhcsr(value)
        elif address == DCRSR:
            self._move_register(value)
        elif address == DCRDR:
            self._transfer = value
        elif address == DEMCR:
            self._write_demcr(value)
        elif address == DFSR:
            self.halting.causes &= ~value
        elif address == AIRCR:
            self._write_aircr(value)
        elif FPB <= address < _FPB_END:
            self._breakpoints.write(address - FPB, value)
            self.machine.debugger.set_breakpoints(self._breakpoints.addresses)
        elif address - DWT not in _DWT_COMPARATORS:
            try:
                self.machine.bus.write_implemented(address, size, value)
            except RuleBroken as error:
                # The core's own components ignore what a debugger writes without effect.
                if not SCS <= address < _SCS_END and not DWT <= address < DWT + 0x1000:
                    raise BusError(address, error.detail) from error

    def _read_dhcsr(self) -> int:
        state, machine = self.halting, self.machine
        value = S_REGRDY | (C_DEBUGEN if state.enabled else 0)
        value |= (S_HALT | C_HALT) if state.halted else 0
        value |= S_LOCKUP if state.locked_up else 0
        value |= S_SLEEP if machine.loop.sleeping and not state.halted else 0
        value |= C_MASKINTS if state.masks_interrupts else 0
        value |= S_RESET_ST if state.reset_seen else 0
        value |= S_RETIRE_ST if state.instruction_retired else 0
        state.reset_seen = state.held_in_reset
        state.instruction_retired = False
        return value

    def _write_dhcsr(self, value: int) -> None:
        if value >> 16 != DBGKEY:
            return
        machine, state = self.machine, self.halting
        if not value & C_DEBUGEN:
            machine.debugger.detach()
            return
        machine.debugger.attach()
        state.masks_interrupts = bool(value & C_MASKINTS)
        if state.held_in_reset:
            return
        if value & C_HALT:
            if not state.halted:
                state.halt(DFSR_HALTED)
        elif state.halted:
            state.step_requested = bool(value & C_STEP)
            state.resume()

    def _write_demcr(self, value: int) -> None:
        self._catches = value & _CATCHES
        self.halting.catches_reset = bool(value & VC_CORERESET)
        self.halting.catches_hard_fault = bool(value & VC_HARDERR)
        self.machine.debug_control.set_trace(bool(value & TRCENA))

    def _move_register(self, selector: int) -> None:
        if not self.halting.halted:
            return
        if selector & _DCRSR_WRITE:
            self._registers.write(selector & 0x7F, self._transfer)
        else:
            self._transfer = self._registers.read(selector & 0x7F)

    def _write_aircr(self, value: int) -> None:
        if value >> 16 != _VECTKEY:
            return
        if value & (_SYSRESETREQ | _VECTRESET):
            self.machine.debugger.reset()
        else:
            self.machine.bus.write(AIRCR, 4, value)
