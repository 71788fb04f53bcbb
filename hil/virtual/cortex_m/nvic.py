# SPDX-License-Identifier: Apache-2.0
"""Interrupt controller: pending, enabled and active exceptions, and their priorities.

ARMv8-M ARM (DDI 0553) chapter B3, ARMv7-M ARM (DDI 0403) section B3.4. All STM32 modelled here
have 4 priority bits; how many interrupts there are is the chip's.
"""

from __future__ import annotations

from typing import Protocol

from hil.virtual.peripheral import Peripheral
from hil.virtual.rules import Rule
from hil.virtual.system import CoreAccess

FIRST_INTERRUPT = 16
PRIORITY_MASK = 0xF0

NMI, HARD_FAULT, MEM_FAULT, BUS_FAULT, USAGE_FAULT = 2, 3, 4, 5, 6
SVCALL, DEBUG_MONITOR, PENDSV, SYSTICK = 11, 12, 14, 15

PRIORITY_THREAD = 256
_FIXED_PRIORITY = {NMI: -2, HARD_FAULT: -1}


class PriorityGrouping(Protocol):
    """What the NVIC asks of the system control block."""

    @property
    def priority_group(self) -> int:
        """AIRCR.PRIGROUP."""


class NvicSystem(CoreAccess, Protocol):
    """What the NVIC needs of the machine."""

    @property
    def scb(self) -> PriorityGrouping:
        """The grouping of priorities."""

    @property
    def reads(self) -> int:
        """Reads of peripherals so far."""


class Nvic(Peripheral[NvicSystem]):
    """NVIC registers (0xE000E100) and the state of every exception."""

    SIZE = 0x500

    def __init__(self, system: NvicSystem, name: str, base: int, interrupts: int) -> None:
        self.interrupts = interrupts
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Nothing pending, enabled or active; every priority 0."""
        super().reset()
        self.pending: set[int] = set()
        self.enabled: set[int] = set()
        self.active: list[int] = []
        self.priority_bits: dict[int, int] = {}
        self._lines: set[int] = set()
        self._late: dict[int, int] = {}
        """Exceptions whose line fell while they were active, and how many reads there were then."""

    # -- state -----------------------------------------------------------------------------------

    def priority(self, exception: int) -> int:
        """Priority of an exception; lower is more urgent."""
        fixed = _FIXED_PRIORITY.get(exception)
        return self.priority_bits.get(exception, 0) if fixed is None else fixed

    def group_priority(self, exception: int) -> int:
        """Priority that decides about preemption (AIRCR.PRIGROUP)."""
        value = self.priority(exception)
        if value < 0:
            return value
        return value & ~((2 << self.system.scb.priority_group) - 1)

    def active_priority(self) -> int:
        """Most urgent group priority among the active exceptions."""
        return min((self.group_priority(e) for e in self.active), default=PRIORITY_THREAD)

    def best_pending(self) -> int | None:
        """Return the pending, enabled exception that would be taken first, or None."""
        if not self.pending:
            return None
        ready = [
            exception
            for exception in self.pending
            if exception < FIRST_INTERRUPT or exception in self.enabled
        ]
        return min(ready, key=lambda e: (self.priority(e), e), default=None)

    def pend(self, exception: int) -> None:
        """Make an exception pending."""
        if exception not in self.pending:
            self.pending.add(exception)
            self.system.core.stop_soon()

    def set_line(self, interrupt: int, level: bool) -> None:
        """Drive the level of a peripheral's interrupt."""
        exception = FIRST_INTERRUPT + interrupt
        if not level:
            if exception in self._lines and exception in self.active:
                self._late[exception] = self.system.reads
            self._lines.discard(exception)
        elif exception not in self._lines:
            self._lines.add(exception)
            self.pend(exception)

    def enter(self, exception: int) -> None:
        """Move an exception from pending to active."""
        self.pending.discard(exception)
        self.active.append(exception)

    def leave(self) -> int | None:
        """End the innermost active exception; its line, still high, makes it pending again.

        A line whose flag the handler has cleared, without a read of a peripheral after that, counts
        as high still on a core that posts its writes: the handler is entered once more for nothing.
        """
        if not self.active:
            return None
        exception = self.active.pop()
        posted = self._late.pop(exception, None) == self.system.reads
        if exception in self._lines or (posted and self.system.core.model.posts_writes):
            self.pending.add(exception)
        return exception

    # -- registers -------------------------------------------------------------------------------

    def _bits(self, offset: int, members: set[int]) -> int:
        first = FIRST_INTERRUPT + (offset & 0x7F) * 8
        return sum(1 << bit for bit in range(32) if first + bit in members)

    def read(self, offset: int, size: int) -> int:
        """Read enables, pendings, actives or priorities; `offset` counts from 0xE000E100."""
        if 0x300 <= offset < 0x300 + self.interrupts + 2:
            first = FIRST_INTERRUPT + offset - 0x300
            return sum(self.priority_bits.get(first + i, 0) << 8 * i for i in range(size))
        group = offset & ~0x7F
        if size == 4 and group in (0x000, 0x080):
            return self._bits(offset, self.enabled)
        if size == 4 and group in (0x100, 0x180):
            return self._bits(offset, self.pending)
        if size == 4 and group == 0x200:
            return self._bits(offset, set(self.active))
        return super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        """Write enables, pendings or priorities."""
        if 0x300 <= offset < 0x300 + self.interrupts + 2:
            for i in range(size):
                self.priority_bits[FIRST_INTERRUPT + offset - 0x300 + i] = (
                    value >> 8 * i & PRIORITY_MASK
                )
            self.system.core.stop_soon()
            return
        group = offset & ~0x7F
        if size != 4 or group not in (0x000, 0x080, 0x100, 0x180):
            super().write(offset, size, value)
            return
        first = FIRST_INTERRUPT + (offset & 0x7F) * 8
        chosen = {first + bit for bit in range(32) if value >> bit & 1}
        if any(exception >= FIRST_INTERRUPT + self.interrupts for exception in chosen):
            raise self.broken(
                Rule.UNMODELLED_REGISTER, f"the chip has {self.interrupts} interrupts", offset
            )
        if group == 0x000:
            self.enabled |= chosen
        elif group == 0x080:
            self.enabled -= chosen
        elif group == 0x100:
            self.pending |= chosen
        else:
            self.pending -= chosen - self._lines
        self.system.core.stop_soon()
