# SPDX-License-Identifier: Apache-2.0
"""A board's record to register values of the STM32L4 and L4+.

Sources: RM0351 (L47x, L48x), RM0394 (L43x, L44x), RM0432 (L4+).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.boards.dma import dma_basic
from generator.boards.families.l4.interrupts import (
    L4_PLUS_INTERRUPTS,
    L43_INTERRUPTS,
    L47_INTERRUPTS,
)
from generator.boards.families.l4.limits import MSI_HZ, Line, find_line, needs_vddio2
from generator.boards.families.l4.record import L4Board, L4Clock
from generator.boards.microphone_values import MicrophoneValues
from generator.boards.port_values import (
    AHB_CODES,
    APB_CODES,
    UartValues,
    Vector,
    WatchdogValues,
    choose_tick_hz,
    make_uart,
    make_vectors,
    make_watchdog,
    tick_faults,
    tick_reload,
)
from generator.boards.record import DmaChannel
from generator.boards.stack_guard import StackGuard, make_stack_guard
from generator.errors import Fault, InputError

INTERRUPTS_OF = {
    "RM0351": L47_INTERRUPTS,
    "RM0394": L43_INTERRUPTS,
    "RM0432": L4_PLUS_INTERRUPTS,
}

PLL_SOURCES = {"msi": 1, "hsi16": 2}
"""PLLSRC (RM0351, RCC_PLLCFGR)."""

SOURCE_NAMES = {"msi": "MSI", "hsi16": "HSI16"}

GPIO_BASE = 0x4800_0000
DMA_BASES = {"DMA1": 0x4002_0000, "DMA2": 0x4002_0400}

DMAMUX1_BASE = 0x4002_0800
DMAMUX_CHANNELS_PER_DMA = 7
"""DMAMUX1's channel 0 feeds channel 1 of DMA1, its channel 7 that of DMA2 (RM0432, DMAMUX)."""

USART_BASES = {
    "USART1": 0x4001_3800,
    "USART2": 0x4000_4400,
    "USART3": 0x4000_4800,
    "UART4": 0x4000_4C00,
    "UART5": 0x4000_5000,
    "LPUART1": 0x4000_8000,
}
"""RM0351, RM0394, RM0432: memory map."""

UART_ENABLES = {
    "USART1": ("APB2ENR", 14),
    "USART2": ("APB1ENR1", 17),
    "USART3": ("APB1ENR1", 18),
    "UART4": ("APB1ENR1", 19),
    "UART5": ("APB1ENR1", 20),
    "LPUART1": ("APB1ENR2", 0),
}
"""Register of the RCC and bit that clock a UART (RM0351, RCC_APB1ENR1 and following)."""

HALVED_ABOVE_HZ = 80_000_000
"""A jump of the clock beyond this goes by way of half of it (RM0432, PWR "Range 1 boost mode")."""

SETTLING_US = 1
"""How long the clock stays halved (the same section)."""


@dataclass(frozen=True, slots=True)
class L4ClockValues:
    """What ``port/clock.c`` writes, and the sentence that explains it."""

    summary: str
    core_hz: int
    source: str
    msi_range_field: int
    """MSIRANGE; without meaning where the source is HSI16."""
    pll_source: int
    pll_m_field: int
    pll_n_field: int
    pll_r_field: int
    has_boost: bool
    """The part has PWR_CR5."""
    boost: bool
    voltage_range: int
    wait_states: int
    hpre_field: int
    halved: bool
    halved_hpre_field: int
    settling_cycles: int
    ppre1_field: int
    ppre2_field: int


@dataclass(frozen=True, slots=True)
class PortL4:
    """All of it: the templates see it as ``port``."""

    board: str
    manual: str
    clock: L4ClockValues
    uart: UartValues
    uart_enable_register: str
    uart_enable_bit: int
    vddio2: bool
    """A pin of the UART is powered from VDDIO2."""
    has_dmamux: bool
    rx_dma: dma_basic.BasicDmaChannel
    tx_dma: dma_basic.BasicDmaChannel
    dma_enable_mask: int
    """In RCC_AHB1ENR: bit 0 DMA1, bit 1 DMA2, bit 2 DMAMUX1."""
    watchdog: WatchdogValues
    tick_reload: int
    tick_hz: int
    vectors: tuple[Vector, ...]
    stack_guard: StackGuard
    microphone: MicrophoneValues | None = None


def make_port(board: L4Board) -> PortL4:
    """Derive the register values; raises `InputError` as `generator.boards.port.make_port` says."""
    line = find_line(board.part)
    assert line is not None, "load_boards has checked the part"
    faults = [*_clock_faults(board), *tick_faults(board)]
    if faults:
        raise InputError(faults)
    interrupts = INTERRUPTS_OF[line.manual]
    rx, tx = board.uart.rx_dma, board.uart.tx_dma
    uart = make_uart(
        *(board, interrupts, dma_basic.line_name(rx), dma_basic.line_name(tx)),
        gpio_base=GPIO_BASE,
        bases=USART_BASES,
    )
    tick_hz = choose_tick_hz(board.clock.core_hz)
    register, bit = UART_ENABLES[board.uart.peripheral]
    return PortL4(
        board=board.name,
        manual=line.manual,
        clock=_clock_values(board.clock, line),
        uart=uart,
        uart_enable_register=register,
        uart_enable_bit=bit,
        vddio2=line.has_vddio2 and any(needs_vddio2(p.pin) for p in (board.uart.tx, board.uart.rx)),
        has_dmamux=line.has_dmamux,
        rx_dma=_dma_channel(rx),
        tx_dma=_dma_channel(tx),
        dma_enable_mask=dma_enable_mask((rx, tx), line),
        watchdog=make_watchdog(),
        tick_reload=tick_reload(board.clock.core_hz, tick_hz),
        tick_hz=tick_hz,
        vectors=make_vectors(interrupts, uart),
        stack_guard=make_stack_guard(board.ram.origin),
    )


def _clock_faults(board: L4Board) -> Iterator[Fault]:
    if board.clock.pll is None:
        what = "the l4 port runs from the PLL, and there is none"
        yield Fault(f"{board.id}.clock", what, "add pll: {divider_m, multiplier_n, divider_r}")


def _clock_values(clock: L4Clock, line: Line) -> L4ClockValues:
    assert clock.pll is not None
    pll = clock.pll
    mhz = 1_000_000
    halved = clock.core_hz > HALVED_ABOVE_HZ
    ahb_dividers = sorted(AHB_CODES)
    next_divider = ahb_dividers[min(ahb_dividers.index(clock.ahb_divider) + 1, 8)]
    summary = (
        f"{SOURCE_NAMES[clock.source]} {clock.source_hz // mhz} MHz / M {pll.divider_m}"
        f" * N {pll.multiplier_n}"
        f" = {clock.source_hz * pll.multiplier_n // (pll.divider_m * mhz)} MHz VCO,"
        f" / R {pll.divider_r} = {clock.core_hz * clock.ahb_divider // mhz} MHz"
    )
    return L4ClockValues(
        summary=summary,
        core_hz=clock.core_hz,
        source=clock.source,
        msi_range_field=MSI_HZ.index(clock.source_hz) if clock.source == "msi" else 0,
        pll_source=PLL_SOURCES[clock.source],
        pll_m_field=pll.divider_m - 1,
        pll_n_field=pll.multiplier_n,
        pll_r_field=pll.divider_r // 2 - 1,
        has_boost=line.has_boost,
        boost=clock.boost,
        voltage_range=clock.voltage_range,
        wait_states=clock.flash_wait_states,
        hpre_field=AHB_CODES[clock.ahb_divider],
        halved=halved,
        halved_hpre_field=AHB_CODES[next_divider],
        settling_cycles=-(-SETTLING_US * clock.core_hz // (2 * mhz)),
        ppre1_field=APB_CODES[clock.apb1_divider],
        ppre2_field=APB_CODES[clock.apb2_divider],
    )


def _dma_channel(dma: DmaChannel) -> dma_basic.BasicDmaChannel:
    return dma_basic.channel_values(dma, DMA_BASES, DMAMUX1_BASE, DMAMUX_CHANNELS_PER_DMA)


def dma_enable_mask(channels: tuple[DmaChannel, ...], line: Line) -> int:
    """In RCC_AHB1ENR: bit 0 DMA1, bit 1 DMA2, bit 2 DMAMUX1."""
    mask = 4 if line.has_dmamux else 0
    for channel in channels:
        mask |= 1 if channel.controller == "DMA1" else 2
    return mask
