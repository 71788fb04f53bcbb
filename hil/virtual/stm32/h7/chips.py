# SPDX-License-Identifier: Apache-2.0
"""The STM32H743ZI and H7A3ZI: memories, addresses, clock enables, requests, interrupts.

RM0433, RM0455: memory map, NVIC, DMAMUX1 inputs; DS12110, DS13195. The UARTs listed are those that
can be wired to a COM port; a machine has one of them. Backup SRAM is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hil.virtual.chip_records import ClockedMemory, ClockEnable
from hil.virtual.cortex_m.processor import make_cortex_m7
from hil.virtual.cpu.core_model import CORTEX_M7_MODEL
from hil.virtual.cpu.memory_region import MemoryRegion
from hil.virtual.peripheral import AnyPeripheral
from hil.virtual.stm32.chip import Chip, ChipSystem, Parts, UsartPlace
from hil.virtual.stm32.crc import Crc
from hil.virtual.stm32.dfsdm import DfsdmPlace
from hil.virtual.stm32.dfsdm_making import make_dfsdm
from hil.virtual.stm32.dma_channels import DmaControllers
from hil.virtual.stm32.dma_streams import StreamDma
from hil.virtual.stm32.dmamux import DmamuxH7
from hil.virtual.stm32.h7.dbgmcu import DbgmcuH7A3, DbgmcuH743, DbgmcuH743Y
from hil.virtual.stm32.h7.flash import FlashH7, FlashH7A3, FlashH743
from hil.virtual.stm32.h7.gpio import GpioH7
from hil.virtual.stm32.h7.pwr import PwrH7, PwrH7A3, PwrH743, PwrH743Y, SyscfgH743
from hil.virtual.stm32.h7.rcc import RccH7
from hil.virtual.stm32.h7.rcc_lines import RccH7A3, RccH743, RccH743Y
from hil.virtual.stm32.identity import Identity
from hil.virtual.stm32.iwdg import IwdgL4
from hil.virtual.stm32.usart_variants import UsartH7

KIB = 1024
START_HZ = 64_000_000
PORTS = "ABCDEFGHIJK"
IDENTITY_H743 = Identity(unique_id=0x1FF1_E800, flash_size=0x1FF1_E880)
IDENTITY_H7A3 = Identity(unique_id=0x08FF_F800, flash_size=0x08FF_F80C)

PERIPHERAL_RANGES = ((0x4000_0000, 0x2000_0000), (0xE000_0000, 0x0010_0000))

DMA1_INTERRUPTS = (11, 12, 13, 14, 15, 16, 17, 47)
DMA2_INTERRUPTS = (56, 57, 58, 59, 60, 68, 69, 70)

CLOCKS = {
    "DMA1": ClockEnable("AHB1ENR", 0),
    "DMA2": ClockEnable("AHB1ENR", 1),
    "DMAMUX1": ClockEnable("AHB1ENR", 0),
    **{f"GPIO{port}": ClockEnable("AHB4ENR", bit) for bit, port in enumerate(PORTS)},
    "CRC": ClockEnable("AHB4ENR", 19),
    "USART1": ClockEnable("APB2ENR", 4),
    "DFSDM1": ClockEnable("APB2ENR", 28),
    "USART2": ClockEnable("APB1LENR", 17),
    "USART3": ClockEnable("APB1LENR", 18),
    "SYSCFG": ClockEnable("APB4ENR", 1),
}
"""Peripherals not listed need no enable: RCC, PWR, FLASH, IWDG1, DBGMCU, and the core's own."""

BASES = {
    "USART2": 0x4000_4400,
    "USART3": 0x4000_4800,
    "USART1": 0x4001_1000,
    "DFSDM1": 0x4001_7000,
    "DMA1": 0x4002_0000,
    "DMA2": 0x4002_0400,
    "DMAMUX1": 0x4002_0800,
    "FLASH": 0x5200_2000,
    "SYSCFG": 0x5800_0400,
    "IWDG1": 0x5800_4800,
    **{f"GPIO{port}": 0x5802_0000 + 0x400 * index for index, port in enumerate(PORTS)},
    "RCC": 0x5802_4400,
    "PWR": 0x5802_4800,
    "CRC": 0x5802_4C00,
    "DBGMCU": 0x5C00_1000,
}

USARTS = {
    "USART1": UsartPlace(UsartH7, 37, 41, 42),
    "USART2": UsartPlace(UsartH7, 38, 43, 44),
    "USART3": UsartPlace(UsartH7, 39, 45, 46),
}
"""Requests by their number in DMAMUX1."""

DFSDM1 = DfsdmPlace(interrupts=(110, 111, 112, 113), requests=(101, 102, 103, 104))
"""Of filters 0 to 3; the H7A3 has eight."""

CORE_MEMORIES = (
    MemoryRegion("flash", 0x0800_0000, 2048 * KIB, is_flash=True),
    MemoryRegion("DTCM", 0x2000_0000, 128 * KIB, is_tcm=True),
    MemoryRegion("ITCM", 0x0000_0000, 64 * KIB, is_tcm=True),
)


def _make(
    make_rcc: type[RccH7],
    make_pwr: type[PwrH7],
    flash: type[FlashH7],
    debug: type[DbgmcuH743],
    *,
    needs_trbuff: bool = True,
) -> Callable[[Chip, ChipSystem], Parts]:
    """Return what makes the peripherals of one line."""

    def make_parts(chip: Chip, system: ChipSystem) -> Parts:
        pwr = make_pwr(system, "PWR", chip.bases["PWR"], system.wiring.supply)
        rcc = make_rcc(system, "RCC", chip.bases["RCC"], pwr, system.wiring.hse_hz)
        pwr.rcc = rcc
        controllers = [
            StreamDma(
                system, name, chip.bases[name], interrupts, first_line=line,
                needs_trbuff=needs_trbuff,
            )
            for name, interrupts, line in (
                ("DMA1", DMA1_INTERRUPTS, 0), ("DMA2", DMA2_INTERRUPTS, 8),
            )
        ]  # fmt: skip
        dma = DmaControllers(controllers)
        gpio = {port: GpioH7(system, f"GPIO{port}", chip.bases[f"GPIO{port}"]) for port in PORTS}
        dfsdm = make_dfsdm(chip, system, dma=dma, gpio=gpio, rcc=rcc, pwr=pwr)
        others: list[AnyPeripheral] = [
            *controllers,
            *dfsdm,
            DmamuxH7(system, "DMAMUX1", chip.bases["DMAMUX1"], controllers),
            Crc(system, "CRC", chip.bases["CRC"]),
            IwdgL4(system, "IWDG1", chip.bases["IWDG1"]),
            debug(system, "DBGMCU", chip.bases["DBGMCU"]),
        ]
        if isinstance(pwr, PwrH743):
            others.append(SyscfgH743(system, "SYSCFG", chip.bases["SYSCFG"], pwr))
        return Parts(
            rcc=rcc,
            pwr=pwr,
            flash=flash(system, "FLASH", chip.bases["FLASH"]),
            dma=dma,
            gpio=gpio,
            dma_clients=dfsdm,
            others=others,
        )

    return make_parts


STM32H743ZI = Chip(
    name="STM32H743ZI",
    core=CORTEX_M7_MODEL,
    make_processor=make_cortex_m7,
    interrupts=150,
    memories=(
        *CORE_MEMORIES,
        MemoryRegion("AXI SRAM", 0x2400_0000, 512 * KIB),
        MemoryRegion("SRAM1-3", 0x3000_0000, 288 * KIB),
        MemoryRegion("SRAM4", 0x3800_0000, 64 * KIB),
        IDENTITY_H743.region,
    ),
    start_hz=START_HZ,
    clocks=CLOCKS,
    bases=BASES,
    usarts=USARTS,
    make_parts=_make(RccH743, PwrH743, FlashH743, DbgmcuH743),
    identity=IDENTITY_H743,
    dfsdm=DFSDM1,
    peripheral_ranges=PERIPHERAL_RANGES,
    clocked_memories=(
        ClockedMemory("SRAM1", 0x3000_0000, 128 * KIB, ClockEnable("AHB2ENR", 29)),
        ClockedMemory("SRAM2", 0x3002_0000, 128 * KIB, ClockEnable("AHB2ENR", 30)),
        ClockedMemory("SRAM3", 0x3004_0000, 32 * KIB, ClockEnable("AHB2ENR", 31)),
    ),
)
"""Revision V."""

STM32H743ZI_Y = replace(
    STM32H743ZI,
    make_parts=_make(RccH743Y, PwrH743Y, FlashH743, DbgmcuH743Y, needs_trbuff=False),
)
"""Revision Y: no VOS0, so at most 400 MHz."""

STM32H7A3ZI = replace(
    STM32H743ZI,
    name="STM32H7A3ZI",
    interrupts=155,
    memories=(
        *CORE_MEMORIES,
        # AXI SRAM1 (256 KiB), 2 and 3 (384 KiB each) are one after another.
        MemoryRegion("AXI SRAM1-3", 0x2400_0000, 1024 * KIB),
        MemoryRegion("AHB SRAM1-2", 0x3000_0000, 128 * KIB),
        MemoryRegion("SRD SRAM", 0x3800_0000, 32 * KIB),
        IDENTITY_H7A3.region,
    ),
    bases={name: base for name, base in BASES.items() if name != "SYSCFG"}
    | {"CRC": 0x4002_3000, "DFSDM1": 0x4001_7800},
    make_parts=_make(RccH7A3, PwrH7A3, FlashH7A3, DbgmcuH7A3),
    identity=IDENTITY_H7A3,
    clocks={
        **CLOCKS,
        "CRC": ClockEnable("AHB1ENR", 9),
        "DFSDM1": ClockEnable("APB2ENR", 30),
    },
    clocked_memories=(
        ClockedMemory("AHB SRAM1", 0x3000_0000, 64 * KIB, ClockEnable("AHB2ENR", 29)),
        ClockedMemory("AHB SRAM2", 0x3001_0000, 64 * KIB, ClockEnable("AHB2ENR", 30)),
        ClockedMemory("SRD SRAM", 0x3800_0000, 32 * KIB, ClockEnable("AHB4ENR", 29)),
    ),
)

CHIPS = (STM32H743ZI, STM32H7A3ZI)
REVISIONS = {("STM32H743ZI", "V"): STM32H743ZI, ("STM32H743ZI", "Y"): STM32H743ZI_Y}
