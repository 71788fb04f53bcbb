# SPDX-License-Identifier: Apache-2.0
"""A board's record to register values of the STM32U5, for ``port/`` of the generated project.

All arithmetic on clocks, baud rate and pins is here; the C sources only write what comes out.
Sources: RM0456 (reference manual of the STM32U5), DS13086 (data sheet of the STM32U585).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.board_spec import BoardSpec, ClockTree, Pin
from generator.errors import Fault, InputError
from generator.u5_interrupts import INTERRUPTS

BOOSTER_INPUT_HZ = (4_000_000, 16_000_000)
"""Clock of the EPOD booster: PLL1's source / PLL1MBOOST (RM0456, PWR: EPOD booster)."""

BOOSTER_DIVIDERS = (1, 2, 4, 6, 8, 10, 12, 14, 16)
"""Meaning of PLL1MBOOST 0 to 8 (RM0456, RCC_PLL1CFGR)."""

PLL_SOURCES = {"msis": 1, "hsi16": 2, "hse": 3}
"""PLL1SRC (RM0456, RCC_PLL1CFGR)."""

SUPPORTED_SOURCE = ("msis", 4_000_000)
"""The one source that this port starts from: what the part runs on after reset."""

MAX_BAUD_ERROR = 0.02
"""The receivers on both sides sample in the bit's middle; more than 2 % on one side is refused."""

AHB_CODES = {1: 0, 2: 8, 4: 9, 8: 10, 16: 11, 64: 12, 128: 13, 256: 14, 512: 15}
"""HPRE (RM0456, RCC_CFGR2)."""

APB_CODES = {1: 0, 2: 4, 4: 5, 8: 6, 16: 7}
"""PPRE1, PPRE2 (RM0456, RCC_CFGR2)."""

LSI_HZ = 32_000
LSI_SPREAD = 0.1
"""Nominal watchdog clock, and a spread wider than DS13086 allows the LSI."""

WATCHDOG_PERIOD_MS = 2000
"""Longest stretch between two feeds is the replay of a patch's overlap, under 0.2 s."""

WATCHDOG_PRESCALER = (4, 64)
"""IWDG_PR code and the divider that it means (RM0456, IWDG_PR)."""

TICK_HZ = 10
"""SysTick wakes the sleeping core this often, to feed the watchdog."""

GPIO_BASE = 0x4202_0000
GPIO_STRIDE = 0x400
GPDMA1_CHANNEL_BASE = 0x4002_0050
GPDMA1_CHANNEL_STRIDE = 0x80

MAX_RING_BYTES = 65_535
"""Bytes in one GPDMA block: BNDT has 16 bits (RM0456, GPDMA_CxBR1)."""


@dataclass(frozen=True, slots=True)
class Vector:
    """One line of the vector table behind the core's own sixteen."""

    number: int
    name: str
    handler: str


@dataclass(frozen=True, slots=True)
class ClockValues:
    """What ``port/clock.c`` writes, and the sentence that explains it."""

    summary: str
    core_hz: int
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
    baud: int
    kernel_hz: int
    brr: int
    actual_baud: float
    baud_error: float
    tx: PinValues
    rx: PinValues
    rx_channel: int
    tx_channel: int
    rx_channel_base: int
    tx_channel_base: int
    rx_request: int
    tx_request: int
    uart_line: int
    rx_line: int
    tx_line: int
    rx_ring_bytes: int


@dataclass(frozen=True, slots=True)
class WatchdogValues:
    """What ``port/watchdog.c`` writes."""

    prescaler_field: int
    prescaler: int
    reload: int
    period_ms: int
    shortest_ms: int


@dataclass(frozen=True, slots=True)
class PortU5:
    """All of it: the templates see it as ``port``."""

    board: str
    clock: ClockValues
    uart: UartValues
    watchdog: WatchdogValues
    tick_reload: int
    tick_hz: int
    vectors: tuple[Vector, ...]


def make_port(board: BoardSpec) -> PortU5:
    """Derive the register values of a board of family ``u5``.

    The record has passed ``board_spec``; what the port itself cannot do is raised here as
    ``InputError``, all faults together and with the numbers that led to them.
    """
    faults = [*_clock_faults(board), *_baud_faults(board), *_ring_faults(board)]
    if faults:
        raise InputError(faults)
    uart = _uart_values(board)
    tick_reload = board.clock.core_hz // TICK_HZ - 1
    return PortU5(
        board=board.name,
        clock=_clock_values(board.clock),
        uart=uart,
        watchdog=_watchdog_values(),
        tick_reload=tick_reload,
        tick_hz=TICK_HZ,
        vectors=_vectors(uart),
    )


def choose_booster_divider(source_hz: int) -> int | None:
    """Return the smallest PLL1MBOOST divider that brings the booster's clock within its limits."""
    low, high = BOOSTER_INPUT_HZ
    return next((d for d in BOOSTER_DIVIDERS if low <= source_hz / d <= high), None)


def baud_divider(kernel_hz: int, baud: int) -> int:
    """USART_BRR with 16-fold oversampling: the kernel clock's periods in one bit, rounded."""
    return (kernel_hz + baud // 2) // baud


def _clock_faults(board: BoardSpec) -> Iterator[Fault]:
    clock, where = board.clock, f"{board.id}.clock"
    if (clock.source, clock.source_hz) != SUPPORTED_SOURCE:
        what = f"the u5 port starts from MSIS at 4000000 Hz, not {clock.source} at"
        yield Fault(where, f"{what} {clock.source_hz} Hz", "write source: msis, source_hz: 4000000")
    if clock.pll is None:
        yield Fault(where, "the u5 port runs from PLL1, and there is none", "add pll")
        return
    reached_hz = (
        clock.source_hz
        * clock.pll.multiplier_n
        / (clock.pll.divider_m * clock.pll.divider_r * clock.ahb_divider)
    )
    if reached_hz != clock.core_hz:
        what = f"{clock.core_hz} Hz is unreachable: the factors give {reached_hz:.0f} Hz"
        yield Fault(f"{where}.core_hz", what, "mend the PLL's factors, or core_hz")
    if clock.epod_booster and choose_booster_divider(clock.source_hz) is None:
        low, high = BOOSTER_INPUT_HZ
        what = f"no divider brings {clock.source_hz} Hz to the booster's {low} to {high} Hz"
        yield Fault(where, what, "choose another source")
    if clock.core_hz // TICK_HZ > 1 << 24:
        what = f"{clock.core_hz} Hz / {TICK_HZ} does not fit SysTick's 24 bits"
        yield Fault(f"{where}.core_hz", what, "lower the clock")


def _baud_faults(board: BoardSpec) -> Iterator[Fault]:
    kernel_hz, baud = board.uart_kernel_hz, board.uart.baud
    where = f"{board.id}.uart.baud"
    divider = baud_divider(kernel_hz, baud)
    if not 16 <= divider <= 65_535:
        what = f"{baud} baud would need BRR = {divider} at {kernel_hz} Hz, outside 16 to 65535"
        yield Fault(where, what, "choose another rate")
        return
    error = kernel_hz / divider / baud - 1
    if abs(error) > MAX_BAUD_ERROR:
        what = f"{baud} baud would be {kernel_hz / divider:.0f}, {error:+.2%} off"
        yield Fault(where, what, "choose a rate that divides the clock better (2 % at most)")


def _ring_faults(board: BoardSpec) -> Iterator[Fault]:
    size = board.uart.rx_ring_bytes
    where = f"{board.id}.uart.rx_ring_bytes"
    if size > MAX_RING_BYTES:
        what = f"{size} bytes are beyond one DMA block of {MAX_RING_BYTES}"
        yield Fault(where, what, "write 32768 or less")
    if size & (size - 1):
        yield Fault(where, f"{size} is no power of two", "write 4096, 8192, 16384 or 32768")


def _clock_values(clock: ClockTree) -> ClockValues:
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
    return ClockValues(
        summary=summary,
        core_hz=clock.core_hz,
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


def _pin_values(pin: Pin) -> PinValues:
    index = ord(pin.port) - ord("A")
    return PinValues(
        name=pin.pin,
        port_index=index,
        port_base=GPIO_BASE + GPIO_STRIDE * index,
        number=pin.number,
        alternate_function=pin.alternate_function,
        afr_index=pin.number // 8,
        afr_shift=4 * (pin.number % 8),
    )


def _uart_values(board: BoardSpec) -> UartValues:
    uart, kernel_hz = board.uart, board.uart_kernel_hz
    divider = baud_divider(kernel_hz, uart.baud)
    rx, tx = uart.rx_dma.channel, uart.tx_dma.channel
    return UartValues(
        name=uart.peripheral,
        baud=uart.baud,
        kernel_hz=kernel_hz,
        brr=divider,
        actual_baud=kernel_hz / divider,
        baud_error=kernel_hz / divider / uart.baud - 1,
        tx=_pin_values(uart.tx),
        rx=_pin_values(uart.rx),
        rx_channel=rx,
        tx_channel=tx,
        rx_channel_base=GPDMA1_CHANNEL_BASE + GPDMA1_CHANNEL_STRIDE * rx,
        tx_channel_base=GPDMA1_CHANNEL_BASE + GPDMA1_CHANNEL_STRIDE * tx,
        rx_request=uart.rx_dma.request,
        tx_request=uart.tx_dma.request,
        uart_line=INTERRUPTS.index(uart.peripheral),
        rx_line=INTERRUPTS.index(f"GPDMA1_CH{rx}"),
        tx_line=INTERRUPTS.index(f"GPDMA1_CH{tx}"),
        rx_ring_bytes=uart.rx_ring_bytes,
    )


def _watchdog_values() -> WatchdogValues:
    field, prescaler = WATCHDOG_PRESCALER
    ticks = LSI_HZ * WATCHDOG_PERIOD_MS // (prescaler * 1000)
    shortest_ms = round(WATCHDOG_PERIOD_MS / (1 + LSI_SPREAD))
    return WatchdogValues(field, prescaler, ticks - 1, WATCHDOG_PERIOD_MS, shortest_ms)


def _vectors(uart: UartValues) -> tuple[Vector, ...]:
    handlers = {
        uart.uart_line: "uart_interrupt",
        uart.rx_line: "uart_rx_dma_interrupt",
        uart.tx_line: "uart_tx_dma_interrupt",
    }
    return tuple(
        Vector(number, name, handlers.get(number, "unexpected_interrupt"))
        for number, name in enumerate(INTERRUPTS)
    )
