# SPDX-License-Identifier: Apache-2.0
"""A board's record to register values of the STM32U5.

Sources: RM0456 (reference manual of the STM32U5), DS13086 (data sheet of the STM32U585).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.boards.dma import gpdma
from generator.boards.families.u5.interrupts import INTERRUPTS
from generator.boards.families.u5.record import U5Board, U5Clock
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
from generator.errors import Fault, InputError

BOOSTER_INPUT_HZ = (4_000_000, 16_000_000)
"""Clock of the EPOD booster: PLL1's source / PLL1MBOOST (RM0456, PWR: EPOD booster)."""

BOOSTER_DIVIDERS = (1, 2, 4, 6, 8, 10, 12, 14, 16)
"""Meaning of PLL1MBOOST 0 to 8 (RM0456, RCC_PLL1CFGR)."""

PLL_SOURCES = {"msis": 1, "hsi16": 2, "hse": 3}
"""PLL1SRC (RM0456, RCC_PLL1CFGR)."""

LSE_START_SECONDS = 5
"""A crystal that has not started by then is taken for missing (DS13086: 2 s typical)."""

SUPPORTED_SOURCE = ("msis", 4_000_000)
"""The one source that this port starts from: what the part runs on after reset."""

GPIO_BASE = 0x4202_0000
GPDMA1_BASE = 0x4002_0000

USART_BASES = {
    "USART1": 0x4001_3800,
    "USART2": 0x4000_4400,
    "USART3": 0x4000_4800,
    "UART4": 0x4000_4C00,
    "UART5": 0x4000_5000,
}
"""RM0456, memory map."""

UART_ENABLES = {
    "USART1": ("APB2ENR", 14),
    "USART2": ("APB1ENR1", 17),
    "USART3": ("APB1ENR1", 18),
    "UART4": ("APB1ENR1", 19),
    "UART5": ("APB1ENR1", 20),
}
"""Register of the RCC and bit that clock a UART (RM0456, RCC_APB1ENR1, RCC_APB2ENR)."""


@dataclass(frozen=True, slots=True)
class U5ClockValues:
    """What ``port/clock.c`` writes, and the sentence that explains it."""

    summary: str
    core_hz: int
    msi_lse: bool
    lse_start_seconds: int
    pll_source: int
    pll_input_range: int
    pll_m_field: int
    pll_n_field: int
    pll_r_field: int
    booster: bool
    booster_divider: int
    booster_divider_field: int
    booster_input_hz: int
    voltage_range: int
    vos_field: int
    wait_states: int
    hpre_field: int
    ppre1_field: int
    ppre2_field: int
    instruction_cache: bool


@dataclass(frozen=True, slots=True)
class PortU5:
    """All of it: the templates see it as ``port``."""

    board: str
    clock: U5ClockValues
    uart: UartValues
    uart_enable_register: str
    uart_enable_bit: int
    rx_dma: gpdma.GpdmaChannel
    tx_dma: gpdma.GpdmaChannel
    watchdog: WatchdogValues
    tick_reload: int
    tick_hz: int
    vectors: tuple[Vector, ...]
    microphone: MicrophoneValues | None = None


def make_port(board: U5Board) -> PortU5:
    """Derive the register values; raises `InputError` as `generator.boards.port.make_port` says."""
    faults = [*_clock_faults(board), *tick_faults(board)]
    if faults:
        raise InputError(faults)
    rx, tx = board.uart.rx_dma, board.uart.tx_dma
    uart = make_uart(
        *(board, INTERRUPTS, gpdma.line_name(rx), gpdma.line_name(tx)),
        gpio_base=GPIO_BASE,
        bases=USART_BASES,
    )
    tick_hz = choose_tick_hz(board.clock.core_hz)
    register, bit = UART_ENABLES[board.uart.peripheral]
    return PortU5(
        board=board.name,
        clock=_clock_values(board.clock),
        uart=uart,
        uart_enable_register=register,
        uart_enable_bit=bit,
        rx_dma=gpdma.channel_values(rx, GPDMA1_BASE),
        tx_dma=gpdma.channel_values(tx, GPDMA1_BASE),
        watchdog=make_watchdog(),
        tick_reload=tick_reload(board.clock.core_hz, tick_hz),
        tick_hz=tick_hz,
        vectors=make_vectors(INTERRUPTS, uart),
    )


def choose_booster_divider(source_hz: int) -> int | None:
    """Return the smallest PLL1MBOOST divider that brings the booster's clock within its limits."""
    low, high = BOOSTER_INPUT_HZ
    return next((d for d in BOOSTER_DIVIDERS if low <= source_hz / d <= high), None)


def _clock_faults(board: U5Board) -> Iterator[Fault]:
    clock, where = board.clock, f"{board.id}.clock"
    if (clock.source, clock.source_hz) != SUPPORTED_SOURCE:
        what = f"the u5 port starts from MSIS at 4000000 Hz, not {clock.source} at"
        yield Fault(where, f"{what} {clock.source_hz} Hz", "write source: msis, source_hz: 4000000")
    if clock.pll is None:
        yield Fault(where, "the u5 port runs from PLL1, and there is none", "add pll")
    if clock.epod_booster and choose_booster_divider(clock.source_hz) is None:
        low, high = BOOSTER_INPUT_HZ
        what = f"no divider brings {clock.source_hz} Hz to the booster's {low} to {high} Hz"
        yield Fault(where, what, "choose another source")


def _clock_values(clock: U5Clock) -> U5ClockValues:
    assert clock.pll is not None
    pll = clock.pll
    divider = choose_booster_divider(clock.source_hz) or 1
    input_hz = clock.source_hz // pll.divider_m
    mhz = 1_000_000
    summary = (
        f"MSIS {clock.source_hz // mhz} MHz / M {pll.divider_m} * N {pll.multiplier_n}"
        f" = {input_hz * pll.multiplier_n // mhz} MHz VCO, / R {pll.divider_r}"
        f" = {clock.core_hz * clock.ahb_divider // mhz} MHz"
    )
    return U5ClockValues(
        summary=summary,
        core_hz=clock.core_hz,
        msi_lse=clock.msi_lse,
        lse_start_seconds=LSE_START_SECONDS,
        pll_source=PLL_SOURCES[clock.source],
        pll_input_range=3 if input_hz >= 8_000_000 else 0,
        pll_m_field=pll.divider_m - 1,
        pll_n_field=pll.multiplier_n - 1,
        pll_r_field=pll.divider_r - 1,
        booster=clock.epod_booster,
        booster_divider=divider,
        booster_divider_field=BOOSTER_DIVIDERS.index(divider),
        booster_input_hz=clock.source_hz // divider,
        voltage_range=clock.voltage_range,
        vos_field=4 - clock.voltage_range,
        wait_states=clock.flash_wait_states,
        hpre_field=AHB_CODES[clock.ahb_divider],
        ppre1_field=APB_CODES[clock.apb1_divider],
        ppre2_field=APB_CODES[clock.apb2_divider],
        instruction_cache=clock.instruction_cache,
    )
