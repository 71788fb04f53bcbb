# SPDX-License-Identifier: Apache-2.0
"""What an STM32U575/U585 can do: the limits that a record of boards.yaml must keep.

The numbers come from RM0456 (rev 4: 7.3.3 flash latency, 10.5.4 voltage scaling, 11.4 clocks, 17.3
GPDMA) and from the datasheet DS13086 (tables of alternate functions).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from generator.boards.checks import (
    Complaint,
    PllLimits,
    check_baud,
    check_channels,
    check_direct_clock,
    check_pins,
    check_pll,
    check_wait_states,
)
from generator.boards.families.u5.record import U5Clock
from generator.boards.record import Uart

PARTS = ("STM32U575", "STM32U585")

MSIS_HZ = frozenset(
    {100_000, 133_000, 200_000, 400_000, 768_000, 1_000_000, 1_024_000, 1_330_000}
    | {1_536_000, 2_000_000, 3_072_000, 4_000_000, 12_000_000, 16_000_000, 24_000_000, 48_000_000}
)
"""Frequencies of MSIRANGE 0 to 15."""

HSI16_HZ = 16_000_000
HSE_HZ = (4_000_000, 50_000_000)
PLL_VCO_HZ = {
    1: (128_000_000, 544_000_000),
    2: (128_000_000, 544_000_000),
    3: (128_000_000, 330_000_000),
}
"""Span of the VCO for each voltage range that lets the PLL run: not range 4 (DS13086, PLL)."""

PLL = PllLimits(
    divider_m=(1, 16),
    multiplier_n=(4, 512),
    output_dividers=(1, *range(2, 129, 2)),
    output_dividers_said="1 and the even numbers to 128",
    input_hz=(4_000_000, 16_000_000),
    vco_hz=PLL_VCO_HZ[1],
    source="RM0456 11.4",
)

MAX_CORE_HZ = {1: 160_000_000, 2: 110_000_000, 3: 55_000_000, 4: 25_000_000}
"""Highest core clock for each voltage range."""

BOOSTER_NEEDED_ABOVE_HZ = 55_000_000
"""Above this, ranges 1 and 2 need the EPOD booster."""

BOOSTER_RANGES = (1, 2)
"""The other two have no booster (RM0456 10.5.4)."""

LATENCY_MAX_HZ = {
    1: (32_000_000, 64_000_000, 96_000_000, 128_000_000, 160_000_000),
    2: (30_000_000, 60_000_000, 90_000_000, 110_000_000),
    3: (24_000_000, 48_000_000, 55_000_000),
    4: (12_000_000, 25_000_000),
}
"""Highest clock for 0, 1, 2, ... flash wait states, for each voltage range."""

CONTROLLERS = {"GPDMA1": range(16)}

UART_PINS = {
    ("USART1", "tx"): {"PA9": 7, "PB6": 7},
    ("USART1", "rx"): {"PA10": 7, "PB7": 7},
    ("USART2", "tx"): {"PA2": 7, "PD5": 7},
    ("USART2", "rx"): {"PA3": 7, "PA15": 3, "PD6": 7},
    ("USART3", "tx"): {"PA7": 7, "PB10": 7, "PC4": 7, "PC10": 7, "PD8": 7},
    ("USART3", "rx"): {"PA5": 7, "PB11": 7, "PC5": 7, "PC11": 7, "PD9": 7},
    ("UART4", "tx"): {"PA0": 8, "PC10": 8},
    ("UART4", "rx"): {"PA1": 8, "PC11": 8},
    ("UART5", "tx"): {"PC12": 8},
    ("UART5", "rx"): {"PD2": 8},
}
"""Pins that carry a UART's signal, with their alternate function. Those of port G are left out:
they are powered from VDDIO2, which this port does not switch on."""

UART_REQUESTS = {
    (peripheral, direction): 24 + 2 * index + offset
    for index, peripheral in enumerate(("USART1", "USART2", "USART3", "UART4", "UART5"))
    for offset, direction in enumerate(("rx", "tx"))
}
"""Request lines of GPDMA1 (RM0456, GPDMA1 requests): 24 is USART1_RX, 33 is UART5_TX."""


def check(part: str, clock: U5Clock | None, uart: Uart | None) -> Iterator[Complaint]:
    """Hold a record's sections (None: bad in form) against the limits; complain of each breach."""
    if not part.startswith(PARTS):
        yield ("part",), f"{part} is not supported by this port", f"one of {', '.join(PARTS)}"
    if clock is not None:
        yield from _check_source(clock)
        if clock.pll is None:
            yield from check_direct_clock(clock)
        elif clock.voltage_range not in PLL_VCO_HZ:
            what = f"the PLL does not run in voltage range {clock.voltage_range}"
            yield ("clock", "pll"), what, "take voltage range 1, 2 or 3"
        else:
            limits = replace(PLL, vco_hz=PLL_VCO_HZ[clock.voltage_range])
            yield from check_pll(clock, clock.pll, limits)
        yield from _check_voltage(clock)
    if uart is not None:
        yield from check_pins(uart, UART_PINS)
        yield from check_channels(uart, CONTROLLERS, UART_REQUESTS)
    if clock is not None and uart is not None:
        yield from check_baud(uart, clock.uart_kernel_hz(uart.peripheral))


def _check_source(clock: U5Clock) -> Iterator[Complaint]:
    hz = clock.source_hz
    place = ("clock", "source_hz")
    if clock.source == "msis" and hz not in MSIS_HZ:
        remedy = f"one of {', '.join(str(known) for known in sorted(MSIS_HZ))}"
        yield place, f"MSIS has no range of {hz} Hz", remedy
    if clock.msi_lse and clock.source != "msis":
        what = f"the source is {clock.source}, and only MSIS follows a crystal"
        yield ("clock", "msi_lse"), what, "leave it out, or write source: msis"
    if clock.source == "hsi16" and hz != HSI16_HZ:
        yield place, f"HSI16 runs at {HSI16_HZ} Hz, not {hz}", f"write {HSI16_HZ}"
    if clock.source == "hse" and not HSE_HZ[0] <= hz <= HSE_HZ[1]:
        yield place, f"HSE takes {HSE_HZ[0]} to {HSE_HZ[1]} Hz, not {hz}", "check the crystal"


def _check_voltage(clock: U5Clock) -> Iterator[Complaint]:
    if clock.epod_booster and clock.voltage_range not in BOOSTER_RANGES:
        what = f"the booster does not run in voltage range {clock.voltage_range}"
        yield ("clock", "epod_booster"), what, "write false, or voltage_range: 1 or 2"
    limit_hz = MAX_CORE_HZ[clock.voltage_range]
    if clock.core_hz > limit_hz:
        what = f"{clock.core_hz} Hz is beyond {limit_hz} Hz of voltage range {clock.voltage_range}"
        yield ("clock", "core_hz"), what, "lower the clock, or take a stronger voltage range"
        return
    latency = LATENCY_MAX_HZ[clock.voltage_range]
    yield from check_wait_states(clock.core_hz, clock.flash_wait_states, latency)
    if clock.core_hz > BOOSTER_NEEDED_ABOVE_HZ and not clock.epod_booster:
        yield ("clock", "epod_booster"), "is needed above 55 MHz", "write true"
