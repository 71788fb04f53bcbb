# SPDX-License-Identifier: Apache-2.0
"""A debugger at a virtual board, for tests: memory, registers, and functions called in RAM."""

from __future__ import annotations

from hil.virtual.debug import debug_bus as bus
from hil.virtual.machine import Machine

KEY = bus.DBGKEY << 16
LONGEST_CALL_S = 60.0
SP, LR, PC, XPSR = 13, 14, 15, 16
AIRCR_SYSRESETREQ = 0x05FA_0004


class Debugger:
    """A board whose core is halted at its reset vector."""

    def __init__(self, board: str | Machine) -> None:
        self.machine = Machine(board) if isinstance(board, str) else board
        self.bus = bus.DebugBus(self.machine)
        self.reset_and_halt()

    def reset_and_halt(self) -> None:
        self.bus.write(bus.DHCSR, 4, KEY | bus.C_DEBUGEN)
        self.bus.write(bus.DEMCR, 4, bus.VC_CORERESET)
        self.bus.write(bus.AIRCR, 4, AIRCR_SYSRESETREQ)
        assert self.bus.read(bus.DHCSR, 4) & bus.S_HALT

    def read(self, address: int) -> int:
        return self.bus.read(address, 4)

    def write(self, address: int, *words: int) -> None:
        for index, word in enumerate(words):
            self.bus.write(address + 4 * index, 4, word)

    def register(self, number: int) -> int:
        self.bus.write(bus.DCRSR, 4, number)
        return self.bus.read(bus.DCRDR, 4)

    def set_register(self, number: int, value: int) -> None:
        self.bus.write(bus.DCRDR, 4, value)
        self.bus.write(bus.DCRSR, 4, 1 << 16 | number)

    def start_call(self, address: int, lr: int, sp: int, *arguments: int) -> None:
        for number, value in enumerate(arguments):
            self.set_register(number, value)
        for number, value in ((SP, sp), (LR, lr), (PC, address & ~1), (XPSR, 0x0100_0000)):
            self.set_register(number, value)
        self.bus.write(bus.DHCSR, 4, KEY | bus.C_DEBUGEN | bus.C_MASKINTS | bus.C_HALT)
        self.bus.write(bus.DHCSR, 4, KEY | bus.C_DEBUGEN | bus.C_MASKINTS)

    def call(self, address: int, lr: int, sp: int, *arguments: int) -> int:
        """Run a function until it comes back to the BKPT at `lr`; return r0."""
        self.start_call(address, lr, sp, *arguments)
        end_s = self.machine.seconds + LONGEST_CALL_S
        while not self.machine.halting.halted:
            assert self.machine.seconds < end_s, f"at pc 0x{self.machine.loop.pc:08x}"
            self.machine.run(0.01)
        assert self.register(PC) == lr & ~1
        return self.register(0)
