# SPDX-License-Identifier: Apache-2.0
"""What peripherals know of the machine around them: protocols of one subject each.

`Machine` has all of it. A class asks in its type for what it needs and no more, such as
`Peripheral[VirtualTime]`; a room with needs of its own combines protocols beside its class. Nothing
here knows a peripheral, and no peripheral knows the machine, so that imports go one way.
"""

from __future__ import annotations

from typing import Protocol

from hil.virtual.cpu.core import Core
from hil.virtual.cpu.memories import Memories

# -- time ------------------------------------------------------------------------------------------


class VirtualTime(Protocol):
    """The time that the board lives in."""

    @property
    def now_ps(self) -> int:
        """Virtual time since power-on in picoseconds."""


class Events(VirtualTime, Protocol):
    """Time, and calls at times to come."""

    def schedule(self, owner: str, time_ps: int | None) -> None:
        """Call the `catch_up` of the peripheral `owner` at a time; None: never."""


# -- the core --------------------------------------------------------------------------------------


class MemoryAccess(Protocol):
    """The chip's memories, past core and caches."""

    @property
    def core(self) -> Memories:
        """The memories by their addresses."""


class CoreAccess(Protocol):
    """The core: its registers, its counters, its memories."""

    @property
    def core(self) -> Core:
        """The core that runs the firmware."""


class InterruptLines(Protocol):
    """The inputs of the interrupt controller."""

    def set_line(self, interrupt: int, level: bool) -> None:
        """Drive the level of an interrupt, by its number in the chip's vector table."""


class Interrupting(Protocol):
    """What a peripheral with an interrupt needs."""

    @property
    def nvic(self) -> InterruptLines:
        """The interrupt controller."""


# -- clocks and voltage ----------------------------------------------------------------------------


class ClockTree(Protocol):
    """The clocks as RCC's registers say."""

    @property
    def core_hz(self) -> int:
        """Clock of the core, of SysTick and of DWT_CYCCNT."""

    def clock_is_on(self, register: str, bit: int) -> bool:
        """Whether an enable bit of RCC is set."""


class CoreSupply(Protocol):
    """The supply of the core as PWR's registers say."""

    @property
    def ram_is_writable(self) -> bool:
        """Whether the core voltage allows writes to RAM."""


class OperatingPoint(VirtualTime, Protocol):
    """Clock, voltage and wait states, which have to fit one another."""

    def clock_changed(self, cause: str) -> None:
        """Check the new operating point, and go on at its core clock."""


# -- memory between the core and other bus masters -------------------------------------------------


class MemoryMap(Protocol):
    """What the core reaches of memory."""

    def reach_changed(self) -> None:
        """Take over clock enables, supply and MPU: memories may have come or gone."""

    def attributes_changed(self) -> None:
        """Take over what the MPU says of memory."""


class MasterPort(Protocol):
    """Memory as a bus master other than the core sees it."""

    def read(self, address: int, count: int) -> bytes:
        """Bytes that a bus master reads; the memory must exist."""

    def write(self, address: int, data: bytes) -> None:
        """Take bytes that a bus master writes; the memory must exist."""

    def watch(self, address: int, count: int) -> None:
        """Prepare for a block that a bus master is going to write."""

    def check_clock(self, address: int, size: int = 1) -> None:
        """Raise if a memory is there, but its clock is off."""


class SharedMemory(MasterPort, MemoryMap, Protocol):
    """Memory as the core and other bus masters share it."""


class Mapped(Protocol):
    """What a peripheral needs that changes what the core reaches of memory."""

    @property
    def bus_memory(self) -> MemoryMap:
        """What the core reaches."""
