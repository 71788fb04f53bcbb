# SPDX-License-Identifier: Apache-2.0
"""What an STM32L4 or L4+ can do: the limits that a record of boards.yaml must keep.

Three lines of parts differ in clocks, DMA requests and pins; each is one `Line`. Sources: RM0351
(L47x, L48x), RM0394 (L43x, L44x), RM0432 (L4+); their chapters FLASH "Read access latency", PWR
"Dynamic voltage scaling management", RCC "PLL", DMA "DMA request mapping"; the data sheets' tables
of alternate functions (DS10969, DS11451, DS12023).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from generator.boards.checks import (
    Complaint,
    PllLimits,
    check_baud,
    check_channels,
    check_direct_clock,
    check_distinct_channels,
    check_pins,
    check_pll,
    check_wait_states,
)
from generator.boards.families.l4.record import L4Clock
from generator.boards.record import Uart

Signal = tuple[str, str]
"""A UART and its direction, "tx" or "rx"."""

HSI16_HZ = 16_000_000

MSI_HZ = (
    *(100_000, 200_000, 400_000, 800_000, 1_000_000, 2_000_000),
    *(4_000_000, 8_000_000, 16_000_000, 24_000_000, 32_000_000, 48_000_000),
)
"""Frequencies of MSIRANGE 0 to 11 (RM0351, RCC_CR)."""

MSI_RANGE_2_MAX_HZ = 24_000_000
"""In voltage range 2 the MSI stays at or below this (RM0351, PWR "Dynamic voltage scaling")."""

BOOST_NEEDED_ABOVE_HZ = 80_000_000
"""Range 1 normal mode of the L4+ ends here (RM0432, PWR "Dynamic voltage scaling management")."""


@dataclass(frozen=True, slots=True)
class Line:
    """Parts that share a reference manual."""

    parts: tuple[str, ...]
    manual: str
    max_core_hz: Mapping[int, int]
    """Highest core clock for each voltage range, boost included where there is one."""
    latency_max_hz: Mapping[int, tuple[int, ...]]
    """Highest clock for 0, 1, 2, ... flash wait states, for each voltage range."""
    pll: PllLimits
    """In range 1."""
    has_boost: bool
    has_dmamux: bool
    """DMAMUX1 joins any request to any channel; without it each channel has its own few."""
    uart_pins: Mapping[Signal, Mapping[str, int]]
    has_vddio2: bool
    """Pins 2 to 15 of port G have a supply of their own."""


PLL_VCO_HZ = {1: (64_000_000, 344_000_000), 2: (64_000_000, 128_000_000)}
"""The VCO's span for each voltage range (DS10969, DS12023: PLL characteristics)."""

_L4_PLL = PllLimits(
    divider_m=(1, 8),
    multiplier_n=(8, 86),
    output_dividers=(2, 4, 6, 8),
    input_hz=(4_000_000, 16_000_000),
    vco_hz=PLL_VCO_HZ[1],
    source="RCC_PLLCFGR in RM0351, RM0394",
)

_L4_PLUS_PLL = replace(
    _L4_PLL,
    divider_m=(1, 16),
    multiplier_n=(8, 127),
    input_hz=(2_660_000, 8_000_000),
    source="RCC_PLLCFGR in RM0432",
)

_L4_LATENCY_MAX_HZ = {
    1: (16_000_000, 32_000_000, 48_000_000, 64_000_000, 80_000_000),
    2: (6_000_000, 12_000_000, 18_000_000, 26_000_000),
}

_L4_PLUS_LATENCY_MAX_HZ = {
    1: (20_000_000, 40_000_000, 60_000_000, 80_000_000, 100_000_000, 120_000_000),
    2: (8_000_000, 16_000_000, 26_000_000),
}

_L43_PINS: dict[Signal, dict[str, int]] = {
    ("USART1", "tx"): {"PA9": 7, "PB6": 7},
    ("USART1", "rx"): {"PA10": 7, "PB7": 7},
    ("USART2", "tx"): {"PA2": 7, "PD5": 7},
    ("USART2", "rx"): {"PA3": 7, "PA15": 3, "PD6": 7},
    ("USART3", "tx"): {"PB10": 7, "PC4": 7, "PC10": 7, "PD8": 7},
    ("USART3", "rx"): {"PB11": 7, "PC5": 7, "PC11": 7, "PD9": 7},
    ("LPUART1", "tx"): {"PA2": 8, "PB11": 8, "PC1": 8},
    ("LPUART1", "rx"): {"PA3": 8, "PB10": 8, "PC0": 8},
}

_LARGE_PARTS_PINS: dict[Signal, dict[str, int]] = {
    **_L43_PINS,
    ("USART1", "tx"): {"PA9": 7, "PB6": 7, "PG9": 7},
    ("USART1", "rx"): {"PA10": 7, "PB7": 7, "PG10": 7},
    ("UART4", "tx"): {"PA0": 8, "PC10": 8},
    ("UART4", "rx"): {"PA1": 8, "PC11": 8},
    ("UART5", "tx"): {"PC12": 8},
    ("UART5", "rx"): {"PD2": 8},
}

_L47_PINS: dict[Signal, dict[str, int]] = {
    **_LARGE_PARTS_PINS,
    ("USART2", "rx"): {"PA3": 7, "PD6": 7},
    ("LPUART1", "tx"): {"PB11": 8, "PC1": 8, "PG7": 8},
    ("LPUART1", "rx"): {"PB10": 8, "PC0": 8, "PG8": 8},
}

_L4_PLUS_PINS: dict[Signal, dict[str, int]] = {
    **_LARGE_PARTS_PINS,
    ("LPUART1", "tx"): {"PA2": 8, "PB11": 8, "PC1": 8, "PG7": 8},
    ("LPUART1", "rx"): {"PA3": 8, "PB10": 8, "PC0": 8, "PG8": 8},
}

_L47_LINE = Line(
    parts=("STM32L471", "STM32L475", "STM32L476", "STM32L485", "STM32L486"),
    manual="RM0351",
    max_core_hz={1: 80_000_000, 2: 26_000_000},
    latency_max_hz=_L4_LATENCY_MAX_HZ,
    pll=_L4_PLL,
    has_boost=False,
    has_dmamux=False,
    uart_pins=_L47_PINS,
    has_vddio2=True,
)

_L43_LINE = replace(
    _L47_LINE,
    parts=("STM32L431", "STM32L433", "STM32L443"),
    manual="RM0394",
    uart_pins=_L43_PINS,
    has_vddio2=False,
)

LINES = {
    "l47": _L47_LINE,
    "l43": _L43_LINE,
    "l432": replace(
        _L43_LINE,
        parts=("STM32L432", "STM32L442"),  # in 32 pins: ports A and B, and no USART3
        uart_pins={
            ("USART1", "tx"): {"PA9": 7, "PB6": 7},
            ("USART1", "rx"): {"PA10": 7, "PB7": 7},
            ("USART2", "tx"): {"PA2": 7},
            ("USART2", "rx"): {"PA3": 7, "PA15": 3},
            ("LPUART1", "tx"): {"PA2": 8},
            ("LPUART1", "rx"): {"PA3": 8},
        },
    ),
    "l4+": Line(
        parts=tuple(f"STM32L4{letter}{digit}" for letter in "RS" for digit in "579"),
        manual="RM0432",
        max_core_hz={1: 120_000_000, 2: 26_000_000},
        latency_max_hz=_L4_PLUS_LATENCY_MAX_HZ,
        pll=_L4_PLUS_PLL,
        has_boost=True,
        has_dmamux=True,
        uart_pins=_L4_PLUS_PINS,
        has_vddio2=True,
    ),
}

DMA_CHANNELS = {"DMA1": range(1, 8), "DMA2": range(1, 8)}

CSELR_REQUESTS: dict[Signal, dict[tuple[str, int], int]] = {
    ("USART1", "tx"): {("DMA1", 4): 2, ("DMA2", 6): 2},
    ("USART1", "rx"): {("DMA1", 5): 2, ("DMA2", 7): 2},
    ("USART2", "tx"): {("DMA1", 7): 2},
    ("USART2", "rx"): {("DMA1", 6): 2},
    ("USART3", "tx"): {("DMA1", 2): 2},
    ("USART3", "rx"): {("DMA1", 3): 2},
    ("UART4", "tx"): {("DMA2", 3): 2},
    ("UART4", "rx"): {("DMA2", 5): 2},
    ("UART5", "tx"): {("DMA2", 1): 2},
    ("UART5", "rx"): {("DMA2", 2): 2},
    ("LPUART1", "tx"): {("DMA2", 6): 4},
    ("LPUART1", "rx"): {("DMA2", 7): 4},
}
"""The channels that a UART can ask, and the code in DMA_CSELR that lets it (RM0351, RM0394: DMA1
and DMA2 requests for each channel)."""

DMAMUX_REQUESTS: dict[Signal, int] = {
    (peripheral, direction): 24 + 2 * index + offset
    for index, peripheral in enumerate(("USART1", "USART2", "USART3", "UART4", "UART5", "LPUART1"))
    for offset, direction in enumerate(("rx", "tx"))
}
"""Requests of DMAMUX1 (RM0432, DMAMUX "assignment of multiplexer inputs"): 24 is USART1_RX."""


def find_line(part: str) -> Line | None:
    """Return the line that a part belongs to, or None."""
    return next((line for line in LINES.values() if part.startswith(line.parts)), None)


def needs_vddio2(pin: str) -> bool:
    """PG2 to PG15 are isolated until VDDIO2 is declared valid (RM0351, PWR_CR2.IOSV)."""
    return pin.startswith("PG") and int(pin[2:]) >= 2


def check(part: str, clock: L4Clock | None, uart: Uart | None) -> Iterator[Complaint]:
    """Hold a record's sections (None: bad in form) against the limits; complain of each breach."""
    line = find_line(part)
    if line is None:
        known = ", ".join(sorted(name for each in LINES.values() for name in each.parts))
        yield ("part",), f"{part} is not supported by this port", f"one of {known}"
        return
    if clock is not None:
        yield from _check_source(clock)
        if clock.pll is None:
            yield from check_direct_clock(clock)
        else:
            limits = replace(line.pll, vco_hz=PLL_VCO_HZ[clock.voltage_range])
            yield from check_pll(clock, clock.pll, limits)
        yield from _check_voltage(part, clock, line)
    if uart is not None:
        yield from check_pins(uart, line.uart_pins)
        if line.has_dmamux:
            yield from check_channels(uart, DMA_CHANNELS, DMAMUX_REQUESTS)
        else:
            yield from _check_selections(uart)
    if clock is not None and uart is not None:
        yield from check_baud(uart, clock.uart_kernel_hz(uart.peripheral))


def _check_source(clock: L4Clock) -> Iterator[Complaint]:
    hz = clock.source_hz
    place = ("clock", "source_hz")
    if clock.source == "msi" and hz not in MSI_HZ:
        yield place, f"MSI has no range of {hz} Hz", f"one of {', '.join(map(str, MSI_HZ))}"
    elif clock.source == "msi" and clock.voltage_range == 2 and hz > MSI_RANGE_2_MAX_HZ:
        what = f"MSI at {hz} Hz is beyond {MSI_RANGE_2_MAX_HZ} Hz of voltage range 2"
        yield place, what, "choose a lower range of the MSI, or voltage range 1"
    if clock.source == "hsi16" and hz != HSI16_HZ:
        yield place, f"HSI16 runs at {HSI16_HZ} Hz, not {hz}", f"write {HSI16_HZ}"


def _check_voltage(part: str, clock: L4Clock, line: Line) -> Iterator[Complaint]:
    limit_hz = line.max_core_hz[clock.voltage_range]
    if clock.boost and not line.has_boost:
        yield ("clock", "boost"), f"{part} has no boost mode", "write false"
    if clock.boost and clock.voltage_range != 1:
        what = f"boost is a mode of voltage range 1, not of {clock.voltage_range}"
        yield ("clock", "boost"), what, "write false, or voltage_range: 1"
    if clock.core_hz > limit_hz:
        what = f"{clock.core_hz} Hz is beyond {limit_hz} Hz of voltage range {clock.voltage_range}"
        yield ("clock", "core_hz"), what, "lower the clock, or take a stronger voltage range"
        return
    latency = line.latency_max_hz[clock.voltage_range]
    yield from check_wait_states(clock.core_hz, clock.flash_wait_states, latency)
    if clock.core_hz > BOOST_NEEDED_ABOVE_HZ and not clock.boost:
        yield ("clock", "boost"), f"{clock.core_hz} Hz needs it: above 80 MHz", "write true"


def _check_selections(uart: Uart) -> Iterator[Complaint]:
    for direction, dma in (("rx", uart.rx_dma), ("tx", uart.tx_dma)):
        known = CSELR_REQUESTS.get((uart.peripheral, direction))
        if known is None:
            continue
        place = f"{direction}_dma"
        signal = f"{uart.peripheral}_{direction.upper()}"
        choice = " or ".join(
            f"{{controller: {controller}, channel: {channel}, request: {request}}}"
            for (controller, channel), request in known.items()
        )
        request = known.get((dma.controller, dma.channel))
        if request is None:
            what = f"{signal} cannot ask channel {dma.channel} of {dma.controller}"
            yield ("uart", place, "channel"), what, f"write {choice}"
        elif dma.request != request:
            what = f"request {dma.request} of that channel is not {signal}"
            yield ("uart", place, "request"), what, f"write {choice}"
    yield from check_distinct_channels(uart)
