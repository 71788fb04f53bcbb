# SPDX-License-Identifier: Apache-2.0
"""The STM32U575 and U585: memories, addresses of the modelled peripherals, their clock enables.

Addresses and interrupt numbers: RM0456 sections 2.3 and 22; memories: DS13086, DS13737. The two
differ in cryptography alone, of which nothing is modelled.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from hil.virtual.chip_records import ClockEnable
from hil.virtual.cortex_m.processor import make_cortex_m33
from hil.virtual.cpu.core_model import CORTEX_M33_MODEL
from hil.virtual.cpu.memory_region import MemoryRegion
from hil.virtual.peripheral import AnyPeripheral
from hil.virtual.stm32.chip import Chip, ChipSystem, Parts, UsartPlace
from hil.virtual.stm32.crc import Crc
from hil.virtual.stm32.gpdma import Gpdma
from hil.virtual.stm32.gpio import Gpio
from hil.virtual.stm32.icache import Icache
from hil.virtual.stm32.identity import Identity
from hil.virtual.stm32.iwdg import Iwdg
from hil.virtual.stm32.pdm_input import PdmInput
from hil.virtual.stm32.u5.adf import Adf
from hil.virtual.stm32.u5.adf_words import AdfConnections
from hil.virtual.stm32.u5.dbgmcu import Dbgmcu
from hil.virtual.stm32.u5.flash import Flash
from hil.virtual.stm32.u5.pwr import Pwr
from hil.virtual.stm32.u5.rcc import Rcc, RccU575
from hil.virtual.stm32.usart import Usart
from hil.virtual.stm32.wired_pins import WiredPins
from hil.virtual.wiring import PdmMicrophone

PORTS = "ABCDEFGHI"

IDENTITY = Identity(unique_id=0x0BFA_0700, flash_size=0x0BFA_07A0)

MEMORIES = (
    MemoryRegion("flash", 0x0800_0000, 2 * 1024 * 1024, is_flash=True),
    MemoryRegion("SRAM1-3", 0x2000_0000, 768 * 1024),
    MemoryRegion("SRAM4", 0x2800_0000, 16 * 1024),
    IDENTITY.region,
)

CLOCKS = {
    "GPDMA1": ClockEnable("AHB1ENR", 0),
    "FLASH": ClockEnable("AHB1ENR", 8),
    "CRC": ClockEnable("AHB1ENR", 12),
    **{f"GPIO{port}": ClockEnable("AHB2ENR1", bit) for bit, port in enumerate(PORTS)},
    "PWR": ClockEnable("AHB3ENR", 2),
    "ADF1": ClockEnable("AHB3ENR", 10),
    "USART1": ClockEnable("APB2ENR", 14),
}
"""Peripherals not listed need no enable: RCC, ICACHE, IWDG, and what belongs to the core."""

BASES = {
    "IWDG": 0x4000_3000,
    "USART1": 0x4001_3800,
    "GPDMA1": 0x4002_0000,
    "FLASH": 0x4002_2000,
    "CRC": 0x4002_3000,
    "ICACHE": 0x4003_0400,
    **{f"GPIO{port}": 0x4202_0000 + 0x400 * index for index, port in enumerate(PORTS)},
    "PWR": 0x4602_0800,
    "RCC": 0x4602_0C00,
    "ADF1": 0x4602_4000,
    "DBGMCU": 0xE004_4000,
}

USARTS = {"USART1": UsartPlace(Usart, interrupt=61, rx_request=24, tx_request=25)}
"""Requests of GPDMA1 (RM0456, GPDMA1 requests)."""
ADF1_INTERRUPT, ADF1_REQUEST = 112, 98


def make_parts(chip: Chip, system: ChipSystem, make_rcc: type[Rcc] = Rcc) -> Parts:
    """Make the peripherals that this family has."""
    pwr = Pwr(system, "PWR", chip.bases["PWR"])
    rcc = pwr.rcc = make_rcc(system, "RCC", chip.bases["RCC"], pwr)
    gpdma = Gpdma(system, "GPDMA1", chip.bases["GPDMA1"])
    gpio = {port: Gpio(system, f"GPIO{port}", chip.bases[f"GPIO{port}"]) for port in PORTS}
    wired = system.wiring.microphone
    microphone = None
    if isinstance(wired, PdmMicrophone):
        pins = WiredPins(wired.pins, gpio, chip.clocks, rcc, pwr)
        microphone = PdmInput(wired, system.sound, partial(pins.check, wired.peripheral))
    connections = AdfConnections(ADF1_INTERRUPT, ADF1_REQUEST, gpdma, rcc, microphone)
    adf = Adf(system, "ADF1", chip.bases["ADF1"], connections)
    others: list[AnyPeripheral] = [
        gpdma,
        adf,
        Crc(system, "CRC", chip.bases["CRC"]),
        Iwdg(system, "IWDG", chip.bases["IWDG"]),
        Icache(system, "ICACHE", chip.bases["ICACHE"]),
        Dbgmcu(system, "DBGMCU", chip.bases["DBGMCU"]),
    ]
    return Parts(
        rcc=rcc,
        pwr=pwr,
        flash=Flash(system, "FLASH", chip.bases["FLASH"]),
        dma=gpdma,
        gpio=gpio,
        others=others,
        dma_clients=(adf,),
    )


STM32U585AI = Chip(
    name="STM32U585AI",
    core=CORTEX_M33_MODEL,
    make_processor=make_cortex_m33,
    interrupts=126,
    memories=MEMORIES,
    start_hz=4_000_000,
    clocks=CLOCKS,
    bases=BASES,
    usarts=USARTS,
    make_parts=make_parts,
    identity=IDENTITY,
)
STM32U575ZI = replace(
    STM32U585AI, name="STM32U575ZI", make_parts=partial(make_parts, make_rcc=RccU575)
)

CHIPS = (STM32U585AI, STM32U575ZI)
