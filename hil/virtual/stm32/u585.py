# SPDX-License-Identifier: Apache-2.0
"""The STM32U585AI: memories, the address of every modelled peripheral, its clock enable.

Addresses and interrupt numbers: RM0456 sections 2.3 and 22; memories: DS13086.
"""

from __future__ import annotations

from dataclasses import dataclass

from hil.virtual.core import MemoryRegion

MEMORIES = (
    MemoryRegion("flash", 0x0800_0000, 2 * 1024 * 1024, is_flash=True),
    MemoryRegion("SRAM1-3", 0x2000_0000, 768 * 1024),
    MemoryRegion("SRAM4", 0x2800_0000, 16 * 1024),
)

PERIPHERAL_RANGES = ((0x4000_0000, 0x1000_0000), (0xE000_0000, 0x0010_0000))
"""Peripherals and the private peripheral bus: every access there is served or refused."""


@dataclass(frozen=True, slots=True)
class ClockEnable:
    """The RCC register and bit that turn a peripheral's clock on."""

    register: str
    bit: int


CLOCKS = {
    "GPDMA1": ClockEnable("AHB1ENR", 0),
    "FLASH": ClockEnable("AHB1ENR", 8),
    **{f"GPIO{port}": ClockEnable("AHB2ENR1", bit) for bit, port in enumerate("ABCDEFGHI")},
    "PWR": ClockEnable("AHB3ENR", 2),
    "USART1": ClockEnable("APB2ENR", 14),
}
"""Peripherals not listed need no enable: RCC, ICACHE, IWDG, and what belongs to the core."""

BASES = {
    "IWDG": 0x4000_3000,
    "USART1": 0x4001_3800,
    "GPDMA1": 0x4002_0000,
    "FLASH": 0x4002_2000,
    "ICACHE": 0x4003_0400,
    **{f"GPIO{port}": 0x4202_0000 + 0x400 * index for index, port in enumerate("ABCDEFGHI")},
    "PWR": 0x4602_0800,
    "RCC": 0x4602_0C00,
    "DWT": 0xE000_1000,
    "SYSTICK": 0xE000_E010,
    "NVIC": 0xE000_E100,
    "SCB": 0xE000_ED00,
    "DEBUG": 0xE000_EDF0,
    "FPU": 0xE000_EF30,
    "DBGMCU": 0xE004_4000,
}

USART1_INTERRUPT = 61
USART1_DMA_REQUESTS = (24, 25)
"""GPDMA1 requests of USART1: reception, transmission (RM0456, GPDMA1 requests)."""
