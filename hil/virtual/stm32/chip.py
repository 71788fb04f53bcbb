# SPDX-License-Identifier: Apache-2.0
"""What a table of a chip says, and the peripherals that are built from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from hil.virtual.chip_records import PERIPHERAL_RANGES, ClockedMemory, ClockEnable
from hil.virtual.cortex_m.processor import MakeProcessor
from hil.virtual.cpu.core import Core
from hil.virtual.cpu.core_model import CoreModel
from hil.virtual.cpu.memory_region import MemoryRegion
from hil.virtual.peripheral import AnyPeripheral
from hil.virtual.sound.sound import Sound
from hil.virtual.stm32.dfsdm import DfsdmPlace
from hil.virtual.stm32.dma_channels import DmaClient, DmaController, DmaSystem
from hil.virtual.stm32.flash_controller import FlashController, FlashSystem
from hil.virtual.stm32.gpio import Gpio
from hil.virtual.stm32.identity import Identity
from hil.virtual.stm32.iwdg import Iwdg
from hil.virtual.stm32.power_control import PowerControl, PowerSystem
from hil.virtual.stm32.rcc_base import RccBase, RccSystem
from hil.virtual.stm32.usart import Usart
from hil.virtual.stm32.usart_registers import UsartSystem
from hil.virtual.system import SharedMemory
from hil.virtual.wiring import Wiring


class ChipSystem(DmaSystem, FlashSystem, PowerSystem, RccSystem, UsartSystem, Protocol):
    """What the peripherals of all families together need of the machine."""

    @property
    def core(self) -> Core:
        """The core that runs the firmware."""

    @property
    def bus_memory(self) -> SharedMemory:
        """Memory between the core and other bus masters."""

    @property
    def wiring(self) -> Wiring:
        """What is soldered to the chip."""

    @property
    def sound(self) -> Sound:
        """What the board's microphone hears."""


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
    gpio: Mapping[str, Gpio]
    """By the letters of the ports."""
    others: list[AnyPeripheral] = field(default_factory=list)
    dma_clients: tuple[DmaClient, ...] = ()
    """Those of the others that DMA moves data for; the UART is one anyway."""

    def __post_init__(self) -> None:
        for letter, port in self.gpio.items():
            port.supplied = partial(self.pwr.supplies, letter)
        for member in self.others:
            if isinstance(member, Iwdg):
                member.by_hardware = lambda: self.flash.options.hardware_watchdog


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip: its core, memories, addresses, clock enables, and how its peripherals are made."""

    name: str
    core: CoreModel
    make_processor: MakeProcessor
    """The blocks around the core."""
    interrupts: int
    memories: tuple[MemoryRegion, ...]
    start_hz: int
    """SYSCLK after reset."""
    clocks: Mapping[str, ClockEnable]
    """Peripherals not listed need no enable."""
    bases: Mapping[str, int]
    """Addresses of the peripherals outside the processor."""
    usarts: Mapping[str, UsartPlace]
    make_parts: Callable[[Chip, ChipSystem], Parts]
    identity: Identity
    """Its page is one of the memories."""
    dfsdm: DfsdmPlace | None = None
    """Of DFSDM1, where it has one."""
    peripheral_ranges: tuple[tuple[int, int], ...] = PERIPHERAL_RANGES
    clocked_memories: tuple[ClockedMemory, ...] = ()
    """Memories that need an enable: each a region, or a part of one."""
