# SPDX-License-Identifier: Apache-2.0
"""What a debugger does to a machine that firmware cannot: hold, reset, read and write it.

While a debugger is attached, the code in RAM is a flash loader of its own or of the part's vendor.
What such a loader does not heed, reserved bits and wait states, works on silicon and is no fault of
the firmware: rules of that kind then wait.
"""

from __future__ import annotations

from typing import Protocol

from hil.virtual.bus import Bus
from hil.virtual.cortex_m.halting import Halting
from hil.virtual.cortex_m.scb import Scb
from hil.virtual.cpu.core import Core
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.run_loop import RunLoop
from hil.virtual.scheduler import Scheduler
from hil.virtual.stm32.flash_controller import FlashController
from hil.virtual.stm32.rcc_base import RESET_PIN, RESET_SOFTWARE, RccBase
from hil.virtual.symbols import Symbols
from hil.virtual.system import MemoryMap

_IGNORED_OF_LOADERS = (Rule.UNMODELLED_REGISTER, Rule.WRITE_PROTECTED_REGISTER)
"""Writes that silicon drops."""


class HeldMachine(Protocol):
    """What the debugger's hold needs of the machine."""

    broken_rule: RuleBroken | None
    symbols: Symbols
    core: Core
    loop: RunLoop
    halting: Halting
    scheduler: Scheduler
    scb: Scb
    rcc: RccBase
    flash: FlashController
    bus: Bus

    @property
    def bus_memory(self) -> MemoryMap:
        """What the core reaches of memory."""

    def reset(self) -> None:
        """Pull the reset line."""

    def restart(self, flags: int) -> None:
        """Start again with these reset flags."""


class DebuggerHold:
    """The debugger's hold on one machine."""

    def __init__(self, machine: HeldMachine) -> None:
        self._machine = machine

    @property
    def attached(self) -> bool:
        """DHCSR.C_DEBUGEN."""
        return self._machine.halting.enabled

    @property
    def loader_runs(self) -> bool:
        """The core runs what a debugger has put into RAM."""
        machine = self._machine
        return machine.halting.enabled and not machine.core.is_in_flash(machine.loop.pc)

    @property
    def stack_limit(self) -> int:
        """The image's own; a flash loader has another stack."""
        return 0 if self.attached else self._machine.symbols.stack_limit or 0

    def attach(self) -> None:
        """Let a debugger halt the core; a core that has locked up can be halted too."""
        machine = self._machine
        machine.halting.enabled = True
        machine.core.set_stack_low(0)
        # Debuggers' own code may read flash where the part shows it after a boot from flash.
        machine.core.show_flash_at_zero(machine.scb.vector_table_is_aliased)
        machine.bus_memory.reach_changed()
        if machine.broken_rule is not None and machine.broken_rule.rule is Rule.LOCKUP:
            machine.broken_rule, machine.halting.locked_up = None, True

    def detach(self) -> None:
        """Let the core go; its state stays as the debugger leaves it."""
        machine = self._machine
        machine.halting.enabled = False
        machine.halting.resume()
        machine.core.show_flash_at_zero(False)
        machine.bus_memory.reach_changed()

    def power_on(self) -> None:
        """Nothing is left of a debugger."""
        self._machine.halting.power_on()
        self._machine.core.show_flash_at_zero(False)
        self.set_breakpoints(set())

    def set_breakpoints(self, addresses: set[int]) -> None:
        """Stop the core before these instructions while a debugger is attached."""
        machine = self._machine
        if addresses != machine.halting.breakpoints:
            machine.halting.breakpoints = addresses
            machine.core.stops.set(addresses)

    def hold_reset(self, asserted: bool) -> None:
        """Pull nRST low, or let it go: the chip starts when it rises."""
        self._machine.halting.held_in_reset = asserted
        self._machine.reset()

    def reset(self) -> None:
        """Reset as a debugger asks for by AIRCR.SYSRESETREQ."""
        self._machine.restart(self._machine.rcc.reset_flags | RESET_SOFTWARE | RESET_PIN)

    # -- memory ----------------------------------------------------------------------------------

    def read(self, address: int, count: int) -> bytes:
        """Bytes of memory, which must be there. Raises RuleBroken where flash cannot be read."""
        core, flash = self._machine.core, self._machine.flash
        why = flash.refuse_debugger(address, count) if core.is_in_flash(address) else None
        if why is not None:
            raise RuleBroken(Rule.BUS_FAULT, why, address)
        view = core.memory(address, count)
        assert view is not None
        return view.tobytes()

    def write(self, address: int, data: bytes, size: int) -> None:
        """Put bytes into memory, which must be there, in accesses of `size` bytes.

        Flash takes them as the controller allows; raises RuleBroken where it does not.
        """
        core = self._machine.core
        region = core.region_of(address)
        if region is not None and region.is_rom:
            raise RuleBroken(Rule.BUS_FAULT, f"{region.name} cannot be written", address)
        if not core.is_in_flash(address):
            core.put(address, data)
            return
        for at in range(0, len(data), size):
            value = int.from_bytes(data[at : at + size], "little")
            self._machine.flash.program(address + at, size, value)

    # -- a flash loader's accesses ---------------------------------------------------------------

    def read_peripheral(self, address: int, size: int) -> int:
        """Serve a read of the core; what is not modelled reads as zero to a loader."""
        try:
            return self._machine.bus.read(address, size)
        except RuleBroken as error:
            if error.rule is Rule.UNMODELLED_REGISTER and self.loader_runs:
                return 0
            raise

    def write_peripheral(self, address: int, size: int, value: int) -> None:
        """Serve a write of the core; a loader's is dropped where it can do nothing."""
        if not self.loader_runs:
            self._machine.bus.write(address, size, value)
            return
        try:
            self._machine.bus.write_implemented(address, size, value)
        except RuleBroken as error:
            if error.rule not in _IGNORED_OF_LOADERS:
                raise

    def pass_busy_time(self, until_ps: int) -> None:
        """Let the time pass that a flash loader would poll away, reading one status again."""
        if self.loader_runs:
            scheduler = self._machine.scheduler
            scheduler.sleep_until(scheduler.next_ps(until_ps))
            self._machine.core.stop_soon()
