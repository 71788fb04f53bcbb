# SPDX-License-Identifier: Apache-2.0
"""What a table of a chip says, and the peripherals that are built from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hil.virtual.bus_memory import BusMemory
from hil.virtual.cortex_m.dwt import Dwt
from hil.virtual.cortex_m.scb import FpuControl, Scb
from hil.virtual.cpu.core_model import CoreModel
from hil.virtual.cpu.memory_region import MemoryRegion
from hil.virtual.peripheral import Peripheral

if TYPE_CHECKING:
    from hil.virtual.machine import Machine
    from hil.virtual.stm32.dma_channels import DmaController
    from hil.virtual.stm32.gpio import Gpio
    from hil.virtual.stm32.power_control import PowerControl
    from hil.virtual.stm32.rcc_base import RccBase
    from hil.virtual.stm32.u5.flash import FlashController
    from hil.virtual.stm32.usart import Usart

PERIPHERAL_RANGES = ((0x4000_0000, 0x1000_0000), (0xE000_0000, 0x0010_0000))
"""Peripherals and the private peripheral bus: every access there is served or refused."""

CORE_BASES = {
    "DWT": 0xE000_1000,
    "SYSTICK": 0xE000_E010,
    "NVIC": 0xE000_E100,
    "SCB": 0xE000_ED00,
    "MPU": 0xE000_ED90,
    "DEBUG": 0xE000_EDF0,
    "FPU": 0xE000_EF30,
    "CACHE": 0xE000_EF50,
}
"""The core's own blocks, the same on every Cortex-M3 and later."""


@dataclass(frozen=True, slots=True)
class ClockEnable:
    """The RCC register and bit that turn a peripheral's clock on."""

    register: str
    bit: int


@dataclass(frozen=True, slots=True)
class ClockedMemory:
    """A memory with a clock enable of its own."""

    name: str
    origin: int
    size_bytes: int
    clock: ClockEnable

    @property
    def end(self) -> int:
        """First address behind the memory."""
        return self.origin + self.size_bytes


@dataclass(frozen=True, slots=True)
class UsartPlace:
    """One UART of a chip: its class, interrupt, and DMA requests for reception and sending."""

    make: type[Usart]
    interrupt: int
    rx_request: int
    tx_request: int


@dataclass(frozen=True, slots=True)
class Parts:
    """The peripherals of one machine that the machine itself talks to, and all others."""

    rcc: RccBase
    pwr: PowerControl
    flash: FlashController
    dma: DmaController
    gpio: dict[str, Gpio]
    others: list[Peripheral] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip: its core, memories, addresses, clock enables, and how its peripherals are made."""

    name: str
    core: CoreModel
    scb: type[Scb]
    fpu: type[FpuControl]
    interrupts: int
    memories: tuple[MemoryRegion, ...]
    start_hz: int
    """SYSCLK after reset."""
    clocks: Mapping[str, ClockEnable]
    """Peripherals not listed need no enable."""
    bases: Mapping[str, int]
    usarts: Mapping[str, UsartPlace]
    make_parts: Callable[[Chip, Machine], Parts]
    dwt: type[Dwt] = Dwt
    bus_memory: type[BusMemory] = BusMemory
    """How bus masters other than the core see memory."""
    peripheral_ranges: tuple[tuple[int, int], ...] = PERIPHERAL_RANGES
    clocked_memories: tuple[ClockedMemory, ...] = ()
    """Memories that need an enable: each a region, or a part of one."""

    def base(self, name: str) -> int:
        """Address of a peripheral."""
        return CORE_BASES.get(name) or self.bases[name]
