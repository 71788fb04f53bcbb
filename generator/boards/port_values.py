# SPDX-License-Identifier: Apache-2.0
"""Register values that every port has, and the arithmetic behind them.

The peripherals are the same in all families: the GPIO ports, the USART, the independent watchdog,
SysTick. Where they stand and which bits enable them differs: that comes from the family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from generator.boards.checks import baud_divider
from generator.boards.record import BoardSpec, Pin
from generator.errors import Fault

LSI_HZ = 32_000
LSI_SPREAD = 0.1
"""Nominal watchdog clock, and a spread wider than any of the data sheets allows the LSI."""

WATCHDOG_PERIOD_MS = 2000
"""Longest stretch between two feeds: CLIP_END fills a short clip's patch, up to 95 frames through
the network at once, some 0.21 s at 160 MHz and 0.42 s at 80 MHz."""

WATCHDOG_PRESCALER = (4, 64)
"""IWDG_PR code and the divider that it means (RM0456, IWDG_PR)."""

TICKS_HZ = (10, 20, 40)
"""SysTick wakes the sleeping core this often, to feed the watchdog: as seldom as it can count."""

SYSTICK_BITS = 24

GPIO_STRIDE = 0x400

APB_CODES = {1: 0, 2: 4, 4: 5, 8: 6, 16: 7}
"""PPRE1, PPRE2 (RM0351, RCC_CFGR; RM0456, RCC_CFGR2)."""

AHB_CODES = {1: 0, 2: 8, 4: 9, 8: 10, 16: 11, 64: 12, 128: 13, 256: 14, 512: 15}
"""HPRE (the same registers)."""


@dataclass(frozen=True, slots=True)
class Vector:
    """One line of the vector table after the core's own sixteen."""

    number: int
    name: str
    handler: str


@dataclass(frozen=True, slots=True)
class PinValues:
    """One pin: its port's registers and the place of its bits."""

    name: str
    port_index: int
    port_base: int
    number: int
    alternate_function: int
    afr_index: int
    afr_shift: int


@dataclass(frozen=True, slots=True)
class UartValues:
    """What ``port/uart.c`` writes."""

    name: str
    base: int
    baud: int
    kernel_hz: int
    brr: int
    brr_fractions: int
    """BRR counts whole periods of the kernel clock (1) or 256ths of them (LPUART)."""
    actual_baud: float
    baud_error_percent: float
    tx: PinValues
    rx: PinValues
    uart_line: int
    rx_line: int
    tx_line: int
    rx_ring_bytes: int
    tx_ring_bytes: int


@dataclass(frozen=True, slots=True)
class WatchdogValues:
    """What ``port/watchdog.c`` writes."""

    prescaler_field: int
    prescaler: int
    reload: int
    steps: int
    """Of the prescaled clock, from a feed to the reset."""
    period_ms: int
    shortest_ms: int


def make_pin(pin: Pin, gpio_base: int) -> PinValues:
    """`gpio_base`: address of port A; the others follow it."""
    index = ord(pin.port) - ord("A")
    return PinValues(
        name=pin.pin,
        port_index=index,
        port_base=gpio_base + GPIO_STRIDE * index,
        number=pin.number,
        alternate_function=pin.alternate_function,
        afr_index=pin.number // 8,
        afr_shift=4 * (pin.number % 8),
    )


def make_uart(
    board: BoardSpec,
    interrupts: Sequence[str],
    rx_line: str,
    tx_line: str,
    *,
    gpio_base: int,
    bases: Mapping[str, int],
) -> UartValues:
    """`interrupts`: names of the lines by number; `rx_line`, `tx_line`: those of the DMA.

    `gpio_base`: address of port A; `bases`: addresses of the UARTs.
    """
    uart, kernel_hz = board.uart, board.uart_kernel_hz
    divider, fractions = baud_divider(uart.peripheral, kernel_hz, uart.baud)
    actual_baud = fractions * kernel_hz / divider
    return UartValues(
        name=uart.peripheral,
        base=bases[uart.peripheral],
        baud=uart.baud,
        kernel_hz=kernel_hz,
        brr=divider,
        brr_fractions=fractions,
        actual_baud=actual_baud,
        baud_error_percent=100 * (actual_baud / uart.baud - 1),
        tx=make_pin(uart.tx, gpio_base),
        rx=make_pin(uart.rx, gpio_base),
        uart_line=interrupts.index(uart.peripheral),
        rx_line=interrupts.index(rx_line),
        tx_line=interrupts.index(tx_line),
        rx_ring_bytes=uart.rx_ring_bytes,
        tx_ring_bytes=uart.tx_ring_bytes,
    )


def make_watchdog() -> WatchdogValues:
    """Prescaler and reload for `WATCHDOG_PERIOD_MS` at the nominal LSI."""
    field, prescaler = WATCHDOG_PRESCALER
    ticks = LSI_HZ * WATCHDOG_PERIOD_MS // (prescaler * 1000)
    shortest_ms = round(WATCHDOG_PERIOD_MS / (1 + LSI_SPREAD))
    return WatchdogValues(field, prescaler, ticks - 1, ticks, WATCHDOG_PERIOD_MS, shortest_ms)


def make_vectors(interrupts: Sequence[str], uart: UartValues) -> tuple[Vector, ...]:
    """Every line of the part; the three that the port serves have their handlers."""
    handlers = {
        uart.uart_line: "uart_interrupt",
        uart.rx_line: "uart_rx_dma_interrupt",
        uart.tx_line: "uart_tx_dma_interrupt",
    }
    return tuple(
        Vector(number, name, handlers.get(number, "unexpected_interrupt"))
        for number, name in enumerate(interrupts)
    )


def with_handler(vectors: Sequence[Vector], line: int, handler: str) -> tuple[Vector, ...]:
    """Return the vectors with another handler for one line."""
    return tuple(
        replace(vector, handler=handler) if vector.number == line else vector for vector in vectors
    )


def choose_tick_hz(core_hz: int) -> int:
    """Return the slowest rate of `TICKS_HZ` that SysTick can count; the fastest if it can none."""
    return next((hz for hz in TICKS_HZ if core_hz // hz <= 1 << SYSTICK_BITS), TICKS_HZ[-1])


def tick_reload(core_hz: int, hz: int) -> int:
    """SysTick's reload for `hz`."""
    return core_hz // hz - 1


def tick_faults(board: BoardSpec) -> list[Fault]:
    """SysTick counts 24 bits."""
    core_hz = board.clock.core_hz
    hz = choose_tick_hz(core_hz)
    if core_hz // hz <= 1 << SYSTICK_BITS:
        return []
    what = f"{core_hz} Hz / {hz} does not fit SysTick's {SYSTICK_BITS} bits"
    return [Fault(f"{board.id}.clock.core_hz", what, "lower the clock")]
