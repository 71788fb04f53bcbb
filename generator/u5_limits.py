# SPDX-License-Identifier: Apache-2.0
"""What an STM32U575/U585 can do: limits that a record of boards.yaml is held against.

The numbers come from RM0456 (chapters FLASH, PWR, RCC and GPDMA) and from the datasheet DS13086
(tables of alternate functions). Register values are not made here; the port derives them from a
record that passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.board_spec import ClockTree, Uart

Complaint = tuple[tuple[str | int, ...], str, str]
"""Place below the record, what is wrong, remedy."""

MSIS_HZ = frozenset(
    {100_000, 133_000, 200_000, 400_000, 768_000, 1_000_000, 1_024_000, 1_330_000}
    | {1_536_000, 2_000_000, 3_072_000, 4_000_000, 12_000_000, 16_000_000, 24_000_000, 48_000_000}
)
"""Frequencies of MSIRANGE 0 to 15."""

MAX_BAUD_ERROR = 0.01
"""Largest relative error of the baud rate on our side; the link as a whole tolerates 2 %."""

HSI16_HZ = 16_000_000
HSE_HZ = (4_000_000, 50_000_000)
PLL_INPUT_HZ = (4_000_000, 16_000_000)
PLL_VCO_HZ = (128_000_000, 544_000_000)
PLL_M = (1, 16)
PLL_N = (4, 512)
PLL_R = (1, 128)

MAX_CORE_HZ = {1: 160_000_000, 2: 110_000_000, 3: 55_000_000, 4: 25_000_000}
"""Highest core clock for each voltage range."""

BOOSTER_NEEDED_ABOVE_HZ = 55_000_000
"""Above this, ranges 1 and 2 need the EPOD booster."""

LATENCY_MAX_HZ = {
    1: (32_000_000, 64_000_000, 96_000_000, 128_000_000, 160_000_000),
    2: (30_000_000, 60_000_000, 90_000_000, 110_000_000),
    3: (24_000_000, 48_000_000, 55_000_000),
    4: (12_000_000, 25_000_000),
}
"""Highest clock for 0, 1, 2, ... flash wait states, for each voltage range."""

GPDMA_CHANNELS = 16

UART_PINS = {
    ("USART1", "tx"): {"PA9": 7, "PB6": 7, "PG9": 7},
    ("USART1", "rx"): {"PA10": 7, "PB7": 7, "PG10": 7},
}
"""Pins that carry a UART's signal, with their alternate function."""

UART_REQUESTS = {("USART1", "rx"): 24, ("USART1", "tx"): 25}
"""Request lines of GPDMA1."""


def check(clock: ClockTree | None, uart: Uart | None) -> Iterator[Complaint]:
    """Hold a record's sections (None: bad in form) against the limits; complain of each breach."""
    if clock is not None:
        yield from _check_source(clock)
        yield from _check_core_clock(clock)
        yield from _check_voltage(clock)
    if uart is not None:
        yield from _check_pins(uart)
        yield from _check_dma(uart)
    if clock is not None and uart is not None:
        yield from _check_baud(uart, clock)


def _check_source(clock: ClockTree) -> Iterator[Complaint]:
    hz = clock.source_hz
    place = ("clock", "source_hz")
    if clock.source == "msis" and hz not in MSIS_HZ:
        remedy = f"one of {', '.join(str(known) for known in sorted(MSIS_HZ))}"
        yield place, f"MSIS has no range of {hz} Hz", remedy
    if clock.source == "hsi16" and hz != HSI16_HZ:
        yield place, f"HSI16 runs at {HSI16_HZ} Hz, not {hz}", f"write {HSI16_HZ}"
    if clock.source == "hse" and not HSE_HZ[0] <= hz <= HSE_HZ[1]:
        yield place, f"HSE takes {HSE_HZ[0]} to {HSE_HZ[1]} Hz, not {hz}", "check the crystal"


def _check_core_clock(clock: ClockTree) -> Iterator[Complaint]:
    pll = clock.pll
    place = ("clock", "core_hz")
    if pll is None:
        if clock.source_hz != clock.core_hz * clock.ahb_divider:
            what = f"unreachable: {clock.source} gives {clock.source_hz} Hz without a PLL"
            yield place, what, "add pll: {divider_m, multiplier_n, divider_r}"
        return
    for name, value, (low, high) in (
        ("divider_m", pll.divider_m, PLL_M),
        ("multiplier_n", pll.multiplier_n, PLL_N),
        ("divider_r", pll.divider_r, PLL_R),
    ):
        if not low <= value <= high:
            yield ("clock", "pll", name), f"{value} is not within {low} to {high}", "RM0456 11.4"
    input_hz = clock.source_hz / pll.divider_m
    vco_hz = input_hz * pll.multiplier_n
    if not PLL_INPUT_HZ[0] <= input_hz <= PLL_INPUT_HZ[1]:
        what = f"the PLL's input would be {input_hz:.0f} Hz, outside 4 to 16 MHz"
        yield ("clock", "pll", "divider_m"), what, "choose another divider_m or source"
    if not PLL_VCO_HZ[0] <= vco_hz <= PLL_VCO_HZ[1]:
        what = f"the PLL's VCO would run at {vco_hz:.0f} Hz, outside 128 to 544 MHz"
        yield ("clock", "pll", "multiplier_n"), what, "choose another multiplier_n"
    reached_hz = vco_hz / pll.divider_r / clock.ahb_divider
    if reached_hz != clock.core_hz:
        what = (
            f"{clock.core_hz} Hz is unreachable: {clock.source_hz} / {pll.divider_m} * "
            f"{pll.multiplier_n} / {pll.divider_r} / {clock.ahb_divider} = {reached_hz:.0f} Hz"
        )
        yield place, what, "mend the PLL's factors, or core_hz"


def _check_voltage(clock: ClockTree) -> Iterator[Complaint]:
    limit_hz = MAX_CORE_HZ[clock.voltage_range]
    if clock.core_hz > limit_hz:
        what = f"{clock.core_hz} Hz is beyond {limit_hz} Hz of voltage range {clock.voltage_range}"
        yield ("clock", "core_hz"), what, "lower the clock, or take a stronger voltage range"
        return
    latency = LATENCY_MAX_HZ[clock.voltage_range]
    needed = next(states for states, hz in enumerate(latency) if clock.core_hz <= hz)
    if clock.flash_wait_states < needed:
        what = f"{clock.flash_wait_states} wait states at {clock.core_hz} Hz: {needed} are needed"
        yield ("clock", "flash_wait_states"), what, f"write {needed}"
    if clock.core_hz > BOOSTER_NEEDED_ABOVE_HZ and not clock.epod_booster:
        yield ("clock", "epod_booster"), "is needed above 55 MHz", "write true"


def _check_pins(uart: Uart) -> Iterator[Complaint]:
    if uart.tx.pin == uart.rx.pin:
        yield ("uart", "rx", "pin"), f"{uart.rx.pin} carries both TX and RX", "two pins"
    for direction, pin in (("tx", uart.tx), ("rx", uart.rx)):
        known = UART_PINS.get((uart.peripheral, direction))
        if known is None:
            what = f"{uart.peripheral} is not supported by this port"
            yield ("uart", "peripheral"), what, "write USART1"
            return
        signal = f"{uart.peripheral}_{direction.upper()}"
        choice = ", ".join(f"{name} AF{function}" for name, function in known.items())
        if pin.pin not in known:
            yield ("uart", direction, "pin"), f"{pin.pin} does not carry {signal}", choice
        elif pin.alternate_function != known[pin.pin]:
            what = f"AF{pin.alternate_function} of {pin.pin} is not {signal}"
            yield ("uart", direction, "alternate_function"), what, f"write {known[pin.pin]}"


def _check_dma(uart: Uart) -> Iterator[Complaint]:
    for direction, dma in (("rx", uart.rx_dma), ("tx", uart.tx_dma)):
        place = f"{direction}_dma"
        if dma.channel >= GPDMA_CHANNELS:
            what = f"GPDMA1 has channels 0 to 15, not {dma.channel}"
            yield ("uart", place, "channel"), what, "choose one of 0 to 15"
        request = UART_REQUESTS.get((uart.peripheral, direction))
        if request is not None and dma.request != request:
            what = f"request {dma.request} is not {uart.peripheral}_{direction.upper()}"
            yield ("uart", place, "request"), what, f"write {request}"
    if uart.rx_dma.channel == uart.tx_dma.channel:
        yield ("uart", "tx_dma", "channel"), "shared with rx_dma", "choose another channel"


def _check_baud(uart: Uart, clock: ClockTree) -> Iterator[Complaint]:
    kernel_hz = clock.apb2_hz if uart.peripheral == "USART1" else clock.apb1_hz
    divider = (kernel_hz + uart.baud // 2) // uart.baud
    if not 16 <= divider <= 65535:
        what = f"{uart.baud} baud cannot be divided from {kernel_hz} Hz"
        yield ("uart", "baud"), what, "choose a rate from kernel clock / 65535 to / 16"
        return
    error = kernel_hz / divider / uart.baud - 1
    if abs(error) > MAX_BAUD_ERROR:
        what = f"{uart.baud} baud would be {error:+.1%} off at {kernel_hz} Hz"
        yield ("uart", "baud"), what, "choose a rate that the kernel clock divides into better"
