# SPDX-License-Identifier: Apache-2.0
"""The lines of the STM32H7 that the port supports, as data.

Two lines differ in clocks, voltages, flash timing, DMA requests, pins and supplies; each is one
`Line`. Sources: RM0433 (H742, H743/H753, H750), RM0455 (H7A3/H7B3, H7B0): FLASH "FLASH recommended
number of wait states and programming delay", PWR "Voltage scaling", RCC "PLL", DMAMUX "assignment
of multiplexer inputs"; the data sheets DS12110 and DS13195: general operating conditions, PLL
characteristics, tables of alternate functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.boards.checks import PllLimits

Signal = tuple[str, str]
"""A UART and its direction, "tx" or "rx"."""

PLL_SOURCE_HZ = {"hsi": 64_000_000, "csi": 4_000_000}
"""The part's own oscillators; HSI undivided, as after reset."""

WIDE_INPUT_FROM_HZ = 2_000_000
"""Below this the PLL's input wants the medium VCO, from it on the wide one (RCC_PLLCFGR)."""

Spans = tuple[tuple[int, int], ...]
"""Stretches of addresses: the first, and the first after."""

ITCM: Spans = ((0x0000_0000, 0x0001_0000),)
DTCM: Spans = ((0x2000_0000, 0x2002_0000),)
"""Beside the core, in all parts."""

ITCM_LEAST_BYTES = 8_192
"""For the null page and the network's kernels."""

FLASH_ORIGIN = 0x0800_0000
"""Where the core starts, as the option bytes are delivered (BOOT_ADD0)."""

FLASH_MAX_BYTES = 2 << 20

STACK_GUARD_BYTES = 32_768
"""What the MPU forbids below `ram`, so that the stack's overflow faults at once."""

MPU_REGION_MIN_BYTES = 32
"""A region of the Armv7-M MPU is a power of two from 32 bytes on, at a multiple of it (PM0253)."""


@dataclass(frozen=True, slots=True)
class ScaleLimits:
    """What one voltage scale allows."""

    core_hz: int
    ahb_hz: int
    """AXI and AHB; the flash runs at this clock."""
    apb_hz: int
    latency_max_hz: tuple[int, ...]
    """Highest AXI clock for 0, 1, 2, ... flash wait states."""
    delay_max_hz: tuple[int, ...]
    """Highest AXI clock for WRHIGHFREQ 0, 1, 2, ..."""


@dataclass(frozen=True, slots=True)
class SramBank:
    """A RAM of the second domain, which sleeps until the RCC gives it a clock."""

    origin: int
    end: int
    enable_bit: int
    """In RCC_AHB2ENR."""


@dataclass(frozen=True, slots=True)
class Line:
    """Parts that share a reference manual."""

    parts: tuple[str, ...]
    manual: str
    limits: Mapping[int, ScaleLimits]
    """By voltage scale; 0 is the strongest."""
    pll: PllLimits
    vco_wide_hz: Mapping[int, tuple[int, int]]
    """By voltage scale."""
    vco_medium_hz: tuple[int, int]
    hse_hz: tuple[int, int]
    supplies: tuple[str, ...]
    scale_0_from_revision: int | None
    """REV_ID of DBGMCU_IDCODE that voltage scale 0 comes with; None: every revision has it."""
    bufferable_from_revision: int
    """REV_ID from which on a DMA stream has TRBUFF; 0: every revision has it."""
    uart_pins: Mapping[Signal, Mapping[str, int]]
    uart_requests: Mapping[Signal, int]
    sram_banks: tuple[SramBank, ...]
    """Where the DMA's buffers may lie: on the same bus as DMA1 and DMA2. DTCM and ITCM are out of
    their reach, and before the RAM on AXI stands a bridge that may hold back a byte which the
    stream has counted (RM0433, RM0455 2.1)."""
    ram_memory: Spans
    """Where `ram` may lie: what has its clock from reset on, and is read without harm."""
    rcc_enables_offset: int
    """Of RCC_RSR, which the clock enables follow: the two manuals have them at different places."""


Mhz = tuple[float, ...]


def _hz(mhz: Mhz) -> tuple[int, ...]:
    return tuple(round(1_000_000 * value) for value in mhz)


def _scale(core_ahb_apb: Mhz, latency_max: Mhz, delay_max: Mhz) -> ScaleLimits:
    """All in MHz."""
    core_hz, ahb_hz, apb_hz = _hz(core_ahb_apb)
    return ScaleLimits(core_hz, ahb_hz, apb_hz, _hz(latency_max), _hz(delay_max))


_PINS: dict[Signal, dict[str, int]] = {
    ("USART1", "tx"): {"PA9": 7, "PB6": 7, "PB14": 4},
    ("USART1", "rx"): {"PA10": 7, "PB7": 7, "PB15": 4},
    ("USART2", "tx"): {"PA2": 7, "PD5": 7},
    ("USART2", "rx"): {"PA3": 7, "PD6": 7},
    ("USART3", "tx"): {"PB10": 7, "PC10": 7, "PD8": 7},
    ("USART3", "rx"): {"PB11": 7, "PC11": 7, "PD9": 7},
    ("UART4", "tx"): {"PA0": 8, "PA12": 6, "PB9": 8, "PC10": 8, "PD1": 8, "PH13": 8},
    ("UART4", "rx"): {"PA1": 8, "PA11": 6, "PB8": 8, "PC11": 8, "PD0": 8, "PH14": 8, "PI9": 8},
    ("UART5", "tx"): {"PB6": 14, "PB13": 14, "PC12": 8},
    ("UART5", "rx"): {"PB5": 14, "PB12": 14, "PD2": 8},
    ("USART6", "tx"): {"PC6": 7, "PG14": 7},
    ("USART6", "rx"): {"PC7": 7, "PG9": 7},
    ("UART7", "tx"): {"PA15": 11, "PB4": 11, "PE8": 7, "PF7": 7},
    ("UART7", "rx"): {"PA8": 11, "PB3": 11, "PE7": 7, "PF6": 7},
    ("UART8", "tx"): {"PE1": 8, "PJ8": 8},
    ("UART8", "rx"): {"PE0": 8, "PJ9": 8},
}
"""Of the largest packages. LPUART1 is left out: only the BDMA hears it, and it is not used."""

_H7A3_PINS: dict[Signal, dict[str, int]] = {
    **_PINS,
    ("UART9", "tx"): {"PD15": 11, "PG1": 11},
    ("UART9", "rx"): {"PD14": 11, "PG0": 11},
    ("USART10", "tx"): {"PE3": 11, "PG12": 11},
    ("USART10", "rx"): {"PE2": 11, "PG11": 11},
}

_FIRST_REQUESTS = {
    **{"USART1": 41, "USART2": 43, "USART3": 45, "UART4": 63, "UART5": 65},
    **{"USART6": 71, "UART7": 79, "UART8": 81},
}


def _requests(first: Mapping[str, int]) -> dict[Signal, int]:
    """Requests of DMAMUX1: RX has the first number, TX the next."""
    return {
        (peripheral, direction): number + offset
        for peripheral, number in first.items()
        for offset, direction in enumerate(("rx", "tx"))
    }


LINES = {
    "h743": Line(
        parts=("STM32H742", "STM32H743", "STM32H750", "STM32H753"),
        manual="RM0433",
        limits={
            0: _scale((480, 240, 120), (70, 140, 210, 225, 240), (70, 185, 240)),
            1: _scale((400, 200, 100), (70, 140, 210, 225), (70, 185, 225)),
            2: _scale((300, 150, 75), (55, 110, 165, 225), (55, 165, 225)),
            3: _scale((200, 100, 50), (45, 90, 135, 180, 225), (45, 135, 225)),
        },
        pll=PllLimits(
            divider_m=(1, 63),
            multiplier_n=(4, 512),
            output_dividers=range(2, 129, 2),
            output_dividers_said="the even numbers from 2 to 128",
            input_hz=(1_000_000, 16_000_000),
            vco_hz=(192_000_000, 960_000_000),
            source="RM0433, RCC_PLL1DIVR",
        ),
        vco_wide_hz={
            0: (192_000_000, 960_000_000),
            **dict.fromkeys((1, 2, 3), (192_000_000, 836_000_000)),
        },
        vco_medium_hz=(150_000_000, 420_000_000),
        hse_hz=(4_000_000, 48_000_000),
        supplies=("ldo",),
        scale_0_from_revision=0x2003,  # revision V; before it are Z, Y and X (ES0392)
        bufferable_from_revision=0x2000,
        uart_pins=_PINS,
        uart_requests=_requests(_FIRST_REQUESTS),
        sram_banks=(
            SramBank(0x3000_0000, 0x3002_0000, 29),
            SramBank(0x3002_0000, 0x3004_0000, 30),
            SramBank(0x3004_0000, 0x3004_8000, 31),
        ),
        ram_memory=DTCM,  # not AXI: revision Y may read it wrong (ES0392)
        rcc_enables_offset=0xD0,
    ),
    "h7a3": Line(
        parts=("STM32H7A3", "STM32H7B0", "STM32H7B3"),
        manual="RM0455",
        limits={
            0: _scale((280, 280, 140), (42, 84, 126, 168, 210, 252, 280), (84, 168, 252, 280)),
            1: _scale((225, 225, 112.5), (38, 76, 114, 152, 190, 225), (76, 152, 225)),
            2: _scale((160, 160, 80), (34, 68, 102, 136, 160), (68, 136, 160)),
            3: _scale((88, 88, 44), (22, 44, 66, 88), (44, 88)),
        },
        pll=PllLimits(
            divider_m=(1, 63),
            multiplier_n=(8, 420),
            output_dividers=range(2, 129, 2),
            output_dividers_said="the even numbers from 2 to 128",
            input_hz=(1_000_000, 16_000_000),
            vco_hz=(128_000_000, 560_000_000),
            source="RM0455, RCC_PLL1DIVR",
        ),
        vco_wide_hz=dict.fromkeys((0, 1, 2, 3), (128_000_000, 560_000_000)),
        vco_medium_hz=(150_000_000, 420_000_000),
        hse_hz=(4_000_000, 50_000_000),
        supplies=("ldo", "smps"),  # the converter in the packages with a Q alone
        scale_0_from_revision=None,
        bufferable_from_revision=0,
        uart_pins=_H7A3_PINS,
        uart_requests=_requests({**_FIRST_REQUESTS, "UART9": 116, "USART10": 118}),
        sram_banks=(
            SramBank(0x3000_0000, 0x3001_0000, 29),
            SramBank(0x3001_0000, 0x3002_0000, 30),
        ),
        ram_memory=(*DTCM, (0x2400_0000, 0x2410_0000)),
        rcc_enables_offset=0x130,
    ),
}


def find_line(part: str) -> Line | None:
    """Return the line that a part belongs to, or None."""
    return next((line for line in LINES.values() if part.startswith(line.parts)), None)
