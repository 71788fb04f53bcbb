# SPDX-License-Identifier: Apache-2.0
"""The microphone of an STM32U575/U585: ADF1, the audio digital filter, and GPDMA1.

Sources: RM0456 ("Audio digital filter (ADF)", GPDMA1 requests, memory map) and DS13086 (tables of
alternate functions).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.boards.checks import Complaint
from generator.boards.dma import gpdma
from generator.boards.families.u5.interrupts import INTERRUPTS
from generator.boards.families.u5.limits import CONTROLLERS
from generator.boards.families.u5.port import GPDMA1_BASE, GPIO_BASE
from generator.boards.families.u5.record import U5Board
from generator.boards.microphone_checks import (
    check_microphone_channel,
    check_microphone_pins,
    check_peripheral,
)
from generator.boards.microphone_values import (
    SINC_ORDER,
    MicrophoneValues,
    choose_pdm_clock,
    make_microphone_values,
    microphone_of,
)
from generator.boards.record import Microphone, Uart

KIND = "adf"

BASES = {"ADF1": 0x4602_4000}

PINS = {
    ("ADF1", "clock"): {"PB3": 3, "PE9": 3},
    ("ADF1", "data"): {"PB4": 3, "PC11": 3, "PE10": 3},
}
"""ADF1_CCK0 and ADF1_SDI0."""

REQUESTS = {"ADF1": 98}
"""Of GPDMA1: adf1_flt0_dma."""

PROCESSING_DIVIDERS = range(1, 129)
"""PROCDIV + 1: from the kernel clock to adf_proc_ck."""

CLOCK_DIVIDERS = range(4, 17)
"""CCKDIV + 1: from adf_proc_ck to the microphone's clock. In normal SPI mode adf_proc_ck is at
least four times the microphone's clock."""

WORD_SHIFT = 8
"""A sample is in bits 31 to 8 of ADF_DFLT0DR."""


@dataclass(frozen=True, slots=True)
class AdfValues:
    """What ``port/microphone_source.c`` of the ADF writes."""

    base: int
    kernel_hz: int
    processing_divider: int
    processing_hz: int
    clock_divider: int
    decimation: int
    bitstream: int
    """BSSEL: the stream of the rising edge (0) or of the falling one (1)."""


def check_microphone(part: str, microphone: Microphone, uart: Uart | None) -> Iterator[Complaint]:
    """Hold the section against what the part can do."""
    yield from check_peripheral(microphone, BASES)
    yield from check_microphone_pins(microphone, PINS)
    yield from check_microphone_channel(microphone, CONTROLLERS, REQUESTS)


def make_microphone(board: U5Board, sample_rate_hz: int) -> MicrophoneValues:
    """Derive the values of ADF1, whose kernel clock is the AHB's (ADF1SEL 0, the reset value)."""
    microphone = microphone_of(board)
    pdm = choose_pdm_clock(
        board,
        board.clock.ahb_hz,
        sample_rate_hz,
        lambda divider: split_divider(divider) is not None,
    )
    split = split_divider(pdm.divider)
    assert split is not None, "choose_pdm_clock has asked"
    processing, clock = split
    return make_microphone_values(
        board,
        sample_rate_hz,
        kind=KIND,
        clock_hz=pdm.clock_hz,
        word_shift=WORD_SHIFT,
        full_scale=pdm.full_scale,
        droop_order=SINC_ORDER,
        gpio_base=GPIO_BASE,
        dma=gpdma.channel_values(microphone.dma, GPDMA1_BASE),
        dma_line=INTERRUPTS.index(gpdma.line_name(microphone.dma)),
        source=AdfValues(
            base=BASES[microphone.peripheral],
            kernel_hz=pdm.kernel_hz,
            processing_divider=processing,
            processing_hz=pdm.kernel_hz // processing,
            clock_divider=clock,
            decimation=pdm.decimation,
            bitstream=("rising", "falling").index(microphone.edge or "rising"),
        ),
    )


def split_divider(divider: int) -> tuple[int, int] | None:
    """Return (PROCDIV + 1, CCKDIV + 1) of the slowest adf_proc_ck; None if it cannot be split."""
    for clock in reversed(CLOCK_DIVIDERS):
        processing, rest = divmod(divider, clock)
        if rest == 0 and processing in PROCESSING_DIVIDERS:
            return processing, clock
    return None
