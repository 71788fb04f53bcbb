# SPDX-License-Identifier: Apache-2.0
"""Memory between the core and other bus masters: what each of them reaches, and what it sees.

On a core without a data cache, DMA sees what the core sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hil.virtual.chip_records import ClockedMemory
from hil.virtual.cpu.core import Core
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.system import ClockTree, CoreAccess, CoreSupply


class ReachSystem(CoreAccess, Protocol):
    """What decides about the reach of memory."""

    @property
    def rcc(self) -> ClockTree:
        """Clock enables of memories."""

    @property
    def pwr(self) -> CoreSupply:
        """Whether RAM may be written."""

    @property
    def debugger_attached(self) -> bool:
        """Flash loaders write RAM in the state that a reset leaves, whatever the manual says."""


class BusMemory:
    """Reads and writes of bus masters other than the core; a data cache may come in between.

    `clocked` are the memories that need a clock enable.
    """

    is_direct = True
    """Whether bus masters write memory itself, and nobody needs to know of it."""

    def __init__(self, system: ReachSystem, clocked: Sequence[ClockedMemory] = ()) -> None:
        self.system = system
        self.clocked = tuple(clocked)

    @property
    def core(self) -> Core:
        """The core, which holds the memories."""
        return self.system.core

    def reset(self) -> None:
        """Start again after a reset."""

    def read(self, address: int, count: int) -> bytes:
        """Bytes that a bus master reads; the memory must exist."""
        view = self.core.memory(address, count)
        assert view is not None
        return view.tobytes()

    def write(self, address: int, data: bytes) -> None:
        """Take bytes that a bus master writes; the memory must exist."""
        view = self.core.memory(address, len(data))
        assert view is not None
        view[:] = memoryview(data)

    def watch(self, address: int, count: int) -> None:
        """Prepare for a block that a bus master is going to write."""

    def core_stopped(self) -> None:
        """Do what can be done only while the core is stopped."""

    def attributes_changed(self) -> None:
        """Take over what the MPU says of memory now."""

    def _memories_without_clock(self) -> list[ClockedMemory]:
        rcc = self.system.rcc
        return [
            memory
            for memory in self.clocked
            if not rcc.clock_is_on(memory.clock.register, memory.clock.bit)
        ]

    def reach_changed(self) -> None:
        """Block to the core memories without a clock, what the MPU forbids, early writes."""
        blocked = [(memory.origin, memory.end) for memory in self._memories_without_clock()]
        blocked += self.forbidden_spans()
        writable = self.system.pwr.ram_is_writable or self.system.debugger_attached
        self.core.map_memories(sorted(blocked), writable=writable)

    def check_clock(self, address: int, size: int = 1) -> None:
        """Raise if a memory is there, but its clock is off."""
        for memory in self._memories_without_clock():
            if memory.origin < address + size and address < memory.end:
                clock = memory.clock
                what = f"{memory.name} is used while RCC_{clock.register} bit {clock.bit} is 0"
                raise RuleBroken(Rule.MEMORY_CLOCK_OFF, what, address)

    def forbids(self, _address: int) -> bool:
        """Whether the core may not touch an address."""
        return False

    def forbidden_spans(self) -> list[tuple[int, int]]:
        """Pages of memory, as first address and end, that the core may not touch."""
        return []
