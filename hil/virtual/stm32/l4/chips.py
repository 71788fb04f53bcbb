# SPDX-License-Identifier: Apache-2.0
"""The STM32L475VG, L432KC and L4R5ZI: memories, addresses, clock enables, requests, interrupts.

RM0351, RM0394, RM0432: memory map, NVIC, DMA requests; DS10969, DS11451, DS12023. The UARTs listed
are those that can be wired to a COM port; a machine has one of them.
"""

from __future__ import annotations

from collections.abc import Callable

from hil.virtual.chip_records import ClockEnable
from hil.virtual.cortex_m.processor import make_cortex_m4
from hil.virtual.cpu.core_model import CORTEX_M4_MODEL
from hil.virtual.cpu.memory_region import MemoryRegion
from hil.virtual.stm32.adc import Adc
from hil.virtual.stm32.basic_timer import BasicTimer
from hil.virtual.stm32.chip import Chip, ChipSystem, Parts, UsartPlace
from hil.virtual.stm32.crc import Crc, CrcL4
from hil.virtual.stm32.dfsdm import DfsdmPlace
from hil.virtual.stm32.dfsdm_making import make_dfsdm
from hil.virtual.stm32.dma_basic import DmaMultiplexed, DmaSelected
from hil.virtual.stm32.dma_channels import DmaControllers
from hil.virtual.stm32.dmamux import Dmamux
from hil.virtual.stm32.identity import Identity
from hil.virtual.stm32.iwdg import IwdgL4
from hil.virtual.stm32.l4.adc_making import make_adc
from hil.virtual.stm32.l4.dbgmcu import DbgmcuL4, DbgmcuL4Plus, DbgmcuL43
from hil.virtual.stm32.l4.flash import FlashL4, FlashL4Plus, FlashL43
from hil.virtual.stm32.l4.gpio import GpioL4
from hil.virtual.stm32.l4.pwr import PwrL4, PwrL4Plus, PwrL43
from hil.virtual.stm32.l4.rcc import RccL4, RccL4Plus, RccL43
from hil.virtual.stm32.usart import Usart
from hil.virtual.stm32.usart_variants import Lpuart, UsartV2

KIB = 1024
START_HZ = 4_000_000
IDENTITY = Identity(unique_id=0x1FFF_7590, flash_size=0x1FFF_75E0)

DMA1_INTERRUPTS = (11, 12, 13, 14, 15, 16, 17)
DMA2_INTERRUPTS = (56, 57, 58, 59, 60, 68, 69)

# Requests by their number in DMAMUX1 (RM0432, table of DMAMUX1 inputs); the L4, which has no
# DMAMUX1, uses the same numbers here as names.
USART1_RX, USART1_TX, USART2_RX, USART2_TX, USART3_RX, USART3_TX = range(24, 30)
LPUART1_RX, LPUART1_TX = 34, 35
ADC1_RESULTS = 5
DFSDM1_FILTERS = (86, 87, 88, 89)
DFSDM1 = DfsdmPlace(interrupts=(61, 62, 63, 42), requests=DFSDM1_FILTERS)

DMA1_SELECTIONS = {
    (2, 2): USART3_TX,
    (3, 2): USART3_RX,
    (4, 2): USART1_TX,
    (5, 2): USART1_RX,
    (6, 2): USART2_RX,
    (7, 2): USART2_TX,
    (1, 0): ADC1_RESULTS,
    **{(4 + index, 0): request for index, request in enumerate(DFSDM1_FILTERS)},
}
DMA2_SELECTIONS = {
    (6, 2): USART1_TX,
    (7, 2): USART1_RX,
    (6, 4): LPUART1_TX,
    (7, 4): LPUART1_RX,
}
"""(channel, code in CSELR) to request (RM0351, RM0394: DMA requests tables)."""


def _clocks(ports: str) -> dict[str, ClockEnable]:
    return {
        "DMA1": ClockEnable("AHB1ENR", 0),
        "DMA2": ClockEnable("AHB1ENR", 1),
        "FLASH": ClockEnable("AHB1ENR", 8),
        "CRC": ClockEnable("AHB1ENR", 12),
        **{f"GPIO{port}": ClockEnable("AHB2ENR", ord(port) - ord("A")) for port in ports},
        "PWR": ClockEnable("APB1ENR1", 28),
        "USART1": ClockEnable("APB2ENR", 14),
        "DFSDM1": ClockEnable("APB2ENR", 24),
        "USART2": ClockEnable("APB1ENR1", 17),
        "USART3": ClockEnable("APB1ENR1", 18),
        "LPUART1": ClockEnable("APB1ENR2", 0),
    }


def _bases(ports: str) -> dict[str, int]:
    return {
        "IWDG": 0x4000_3000,
        "USART2": 0x4000_4400,
        "USART3": 0x4000_4800,
        "PWR": 0x4000_7000,
        "LPUART1": 0x4000_8000,
        "USART1": 0x4001_3800,
        "DFSDM1": 0x4001_6000,
        "DMA1": 0x4002_0000,
        "DMA2": 0x4002_0400,
        "RCC": 0x4002_1000,
        "FLASH": 0x4002_2000,
        "CRC": 0x4002_3000,
        **{f"GPIO{port}": 0x4800_0000 + 0x400 * (ord(port) - ord("A")) for port in ports},
        "DBGMCU": 0xE004_2000,
    }


def _usarts(make: type[Usart]) -> dict[str, UsartPlace]:
    return {
        "USART1": UsartPlace(make, 37, USART1_RX, USART1_TX),
        "USART2": UsartPlace(make, 38, USART2_RX, USART2_TX),
        "USART3": UsartPlace(make, 39, USART3_RX, USART3_TX),
    }


def _gpio(chip: Chip, system: ChipSystem) -> dict[str, GpioL4]:
    names = [name for name in chip.bases if name.startswith("GPIO")]
    return {name[-1]: GpioL4(system, name, chip.bases[name]) for name in names}


def _make_l4(
    make_rcc: type[RccL4],
    make_pwr: type[PwrL43],
    flash: type[FlashL4],
    debug: type[DbgmcuL4],
) -> Callable[[Chip, ChipSystem], Parts]:
    """Return what makes the peripherals of an L4: DMA requests are chosen by CSELR."""

    def make_parts(chip: Chip, system: ChipSystem) -> Parts:
        pwr = make_pwr(system, "PWR", chip.bases["PWR"])
        rcc = pwr.rcc = make_rcc(system, "RCC", chip.bases["RCC"], pwr)
        dma1 = DmaSelected(system, "DMA1", chip.bases["DMA1"], DMA1_INTERRUPTS, DMA1_SELECTIONS)
        dma2 = DmaSelected(system, "DMA2", chip.bases["DMA2"], DMA2_INTERRUPTS, DMA2_SELECTIONS)
        dma, gpio = DmaControllers((dma1, dma2)), _gpio(chip, system)
        dfsdm = make_dfsdm(chip, system, dma=dma, gpio=gpio, rcc=rcc, pwr=pwr)
        adcs: list[Adc] = []
        timers: list[BasicTimer] = []
        if isinstance(rcc, RccL43):
            adc, timer = make_adc(chip, system, dma=dma, gpio=gpio, rcc=rcc, pwr=pwr)
            adcs, timers = [adc], [timer]
        return Parts(
            rcc=rcc,
            pwr=pwr,
            flash=flash(system, "FLASH", chip.bases["FLASH"]),
            dma=dma,
            gpio=gpio,
            dma_clients=(*dfsdm, *adcs),
            others=[
                dma1,
                dma2,
                *dfsdm,
                *timers,
                *adcs,
                CrcL4(system, "CRC", chip.bases["CRC"]),
                IwdgL4(system, "IWDG", chip.bases["IWDG"]),
                debug(system, "DBGMCU", chip.bases["DBGMCU"]),
            ],
        )

    return make_parts


def _make_l4_plus(chip: Chip, system: ChipSystem) -> Parts:
    pwr = PwrL4Plus(system, "PWR", chip.bases["PWR"])
    rcc = pwr.rcc = RccL4Plus(system, "RCC", chip.bases["RCC"], pwr)
    dma1 = DmaMultiplexed(system, "DMA1", chip.bases["DMA1"], DMA1_INTERRUPTS, first_line=0)
    dma2 = DmaMultiplexed(system, "DMA2", chip.bases["DMA2"], DMA2_INTERRUPTS, first_line=7)
    dma, gpio = DmaControllers((dma1, dma2)), _gpio(chip, system)
    dfsdm = make_dfsdm(chip, system, dma=dma, gpio=gpio, rcc=rcc, pwr=pwr)
    return Parts(
        rcc=rcc,
        pwr=pwr,
        flash=FlashL4Plus(system, "FLASH", chip.bases["FLASH"]),
        dma=dma,
        gpio=gpio,
        dma_clients=dfsdm,
        others=[
            dma1,
            dma2,
            *dfsdm,
            Dmamux(system, "DMAMUX1", chip.bases["DMAMUX1"], (dma1, dma2)),
            Crc(system, "CRC", chip.bases["CRC"]),
            IwdgL4(system, "IWDG", chip.bases["IWDG"]),
            DbgmcuL4Plus(system, "DBGMCU", chip.bases["DBGMCU"]),
        ],
    )


STM32L475VG = Chip(
    name="STM32L475VG",
    core=CORTEX_M4_MODEL,
    make_processor=make_cortex_m4,
    interrupts=82,
    memories=(
        MemoryRegion("flash", 0x0800_0000, 1024 * KIB, is_flash=True),
        MemoryRegion("SRAM1", 0x2000_0000, 96 * KIB),
        MemoryRegion("SRAM2", 0x1000_0000, 32 * KIB),
        IDENTITY.region,
    ),
    start_hz=START_HZ,
    clocks=_clocks("ABCDEFGH"),
    bases=_bases("ABCDEFGH"),
    usarts=_usarts(UsartV2),
    make_parts=_make_l4(RccL4, PwrL4, FlashL4, DbgmcuL4),
    identity=IDENTITY,
    dfsdm=DFSDM1,
)

STM32L432KC = Chip(
    name="STM32L432KC",
    core=CORTEX_M4_MODEL,
    make_processor=make_cortex_m4,
    interrupts=83,
    memories=(
        MemoryRegion("flash", 0x0800_0000, 256 * KIB, is_flash=True),
        # SRAM1, 48 KiB, and SRAM2 after it.
        MemoryRegion("SRAM1-2", 0x2000_0000, 64 * KIB),
        MemoryRegion("SRAM2", 0x1000_0000, 16 * KIB, alias_of=0x2000_C000),
        IDENTITY.region,
    ),
    start_hz=START_HZ,
    clocks={
        **_clocks("ABCH"),
        "ADC1": ClockEnable("AHB2ENR", 13),
        "TIM6": ClockEnable("APB1ENR1", 4),
    },
    bases={**_bases("ABCH"), "ADC1": 0x5004_0000, "TIM6": 0x4000_1000},
    peripheral_ranges=((0x4000_0000, 0x1010_0000), (0xE000_0000, 0x0010_0000)),
    usarts={name: place for name, place in _usarts(UsartV2).items() if name != "USART3"},
    make_parts=_make_l4(RccL43, PwrL43, FlashL43, DbgmcuL43),
    identity=IDENTITY,
)

STM32L4R5ZI = Chip(
    name="STM32L4R5ZI",
    core=CORTEX_M4_MODEL,
    make_processor=make_cortex_m4,
    interrupts=95,
    memories=(
        MemoryRegion("flash", 0x0800_0000, 2048 * KIB, is_flash=True),
        # SRAM1, 192 KiB, then SRAM2 and SRAM3 after it.
        MemoryRegion("SRAM1-3", 0x2000_0000, 640 * KIB),
        MemoryRegion("SRAM2", 0x1000_0000, 64 * KIB, alias_of=0x2003_0000),
        IDENTITY.region,
    ),
    start_hz=START_HZ,
    clocks={**_clocks("ABCDEFGHI"), "DMAMUX1": ClockEnable("AHB1ENR", 2)},
    bases={**_bases("ABCDEFGHI"), "DMAMUX1": 0x4002_0800},
    usarts={**_usarts(Usart), "LPUART1": UsartPlace(Lpuart, 70, LPUART1_RX, LPUART1_TX)},
    make_parts=_make_l4_plus,
    identity=IDENTITY,
    dfsdm=DFSDM1,
)

CHIPS = (STM32L475VG, STM32L432KC, STM32L4R5ZI)
