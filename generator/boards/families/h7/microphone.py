# SPDX-License-Identifier: Apache-2.0
"""The microphone of an STM32H7: DFSDM1.

Its kernel clock is that of APB2. The microphone's clock is divided from the audio clock, which is
PLL1's output Q: unlike the clock of APB2 it can be a multiple of the rates at both of a board's
clocks, and unlike the system clock it is within what the DFSDM takes.

Sources: RM0433, RM0455: memory map, DFSDM, RCC (RCC_PLL1DIVR, RCC_D2CCIP1R, "Kernel clock
distribution"), DMAMUX "assignment of multiplexer inputs"; DS12110, DS13195: tables of alternate
functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import gcd

from generator.boards import dfsdm
from generator.boards.checks import Complaint
from generator.boards.dma import dma_streams
from generator.boards.families.h7.interrupts import INTERRUPTS_OF
from generator.boards.families.h7.limits import CONTROLLERS
from generator.boards.families.h7.lines import find_line
from generator.boards.families.h7.port import (
    DMA_BASES,
    DMA_ENABLES,
    DMAMUX1_BASE,
    GPIO_BASE,
)
from generator.boards.families.h7.record import H7Board, H7Clock
from generator.boards.microphone_checks import check_microphone_pins, check_peripheral
from generator.boards.microphone_values import (
    SINC_ORDER,
    MicrophoneValues,
    PdmClock,
    choose_pdm_clock,
    make_microphone_values,
    microphone_of,
)
from generator.boards.record import Microphone, Uart
from generator.errors import Fault, InputError

BASES = {"RM0433": 0x4001_7000, "RM0455": 0x4001_7800}
ENABLES = {"RM0433": ("APB2ENR", 28), "RM0455": ("APB2ENR", 30)}

SELECT = dfsdm.KernelSelect("D2CCIP1R", mask=1 << 24 | 7 << 0, value=0)
"""DFSDM1SEL 0: the clock of APB2. SAI1SEL 0, which is the DFSDM's audio clock as well: pll1_q."""

CLOCK_PINS = {"PB0": 6, "PC2": 6, "PD3": 3, "PD10": 3, "PE9": 3}
"""DFSDM1_CKOUT."""

DATA_PINS: dfsdm.DataPins = {
    **{"PB1": (1, 6), "PB6": (5, 11), "PB9": (7, 3), "PB10": (7, 6), "PB12": (1, 6)},
    **{"PB14": (2, 6), "PC0": (4, 6), "PC1": (0, 3), "PC3": (1, 3), "PC5": (2, 3)},
    **{"PC7": (3, 4), "PC11": (5, 3), "PD1": (6, 3), "PD6": (1, 4), "PD7": (4, 3)},
    **{"PD9": (3, 3), "PE4": (3, 3), "PE7": (2, 3), "PE10": (4, 3), "PE12": (5, 3)},
    **{"PF13": (6, 3)},
}
"""DFSDM1_DATINy, in both lines."""

FIRST_FILTER_REQUEST = 101
"""DFSDM1_FLT0 of DMAMUX1."""

PLL_Q_DIVIDERS = range(1, 129)
"""DIVQ1 + 1."""

MAX_AUDIO_CLOCK_HZ = 100_000_000
"""Below what any kernel clock of these parts may have."""


def check_microphone(part: str, microphone: Microphone, uart: Uart | None) -> Iterator[Complaint]:
    """Hold the section against what the part can do."""
    yield from check_peripheral(microphone, {dfsdm.PERIPHERAL: None})
    yield from check_microphone_pins(microphone, dfsdm.signal_pins(CLOCK_PINS, DATA_PINS))
    if microphone.peripheral == dfsdm.PERIPHERAL:
        yield from dfsdm.check_filter_request(microphone, CONTROLLERS, FIRST_FILTER_REQUEST)


def make_microphone(board: H7Board, sample_rate_hz: int) -> MicrophoneValues:
    """Derive the values of DFSDM1, and those of PLL1's output Q."""
    line = find_line(board.part)
    assert line is not None, "load_boards has checked the part"
    microphone = microphone_of(board)
    older = board.clock.fallen_back()
    trees = {"": board.clock, **({"FALLBACK_": older} if older is not None else {})}
    vcos_hz = {prefix: _vco_hz(board, tree) for prefix, tree in trees.items()}
    pdm = _choose_clock(board, tuple(vcos_hz.values()), sample_rate_hz)
    outputs = tuple(
        dfsdm.PllOutput(
            *(prefix, vco_hz, vco_hz // pdm.kernel_hz),
            field=vco_hz // pdm.kernel_hz - 1,
            hz=pdm.kernel_hz,
        )
        for prefix, vco_hz in vcos_hz.items()
    )
    source = dfsdm.make_dfsdm_values(
        microphone,
        pdm,
        base=BASES[line.manual],
        enable=ENABLES[line.manual],
        gpio_enable_register="AHB4ENR",
        select=SELECT,
        kernel_hz=board.clock.apb2_hz,
        clock_source="pll1_q",
        audio_clock=True,
        data_pins=DATA_PINS,
        filter_number=microphone.dma.request - FIRST_FILTER_REQUEST,
        dma_enable_mask=DMA_ENABLES[microphone.dma.controller],
        pll_outputs=outputs,
    )
    interrupts = INTERRUPTS_OF[line.manual]
    return make_microphone_values(
        board,
        sample_rate_hz,
        kind=dfsdm.KIND,
        clock_hz=pdm.clock_hz,
        word_shift=dfsdm.WORD_SHIFT,
        full_scale=pdm.full_scale,
        droop_order=SINC_ORDER,
        gpio_base=GPIO_BASE,
        dma=dma_streams.stream_values(microphone.dma, DMA_BASES, DMAMUX1_BASE),
        dma_line=interrupts.index(dma_streams.line_name(microphone.dma)),
        source=source,
    )


def _choose_clock(board: H7Board, vcos_hz: Sequence[int], sample_rate_hz: int) -> PdmClock:
    """The fastest audio clock that every tree can make and that the rates are divided from."""
    common_hz = gcd(*vcos_hz)
    refusals: list[InputError] = []
    for divider in range(1, common_hz // sample_rate_hz):
        audio_hz, rest = divmod(common_hz, divider)
        if rest or audio_hz > MAX_AUDIO_CLOCK_HZ:
            continue
        if any(vco_hz // audio_hz not in PLL_Q_DIVIDERS for vco_hz in vcos_hz):
            break
        try:
            return choose_pdm_clock(
                board, audio_hz, sample_rate_hz, lambda divider: divider in dfsdm.CLOCK_DIVIDERS
            )
        except InputError as refusal:
            refusals.append(refusal)
    if refusals:
        raise refusals[0]
    said = " and ".join(f"{vco_hz} Hz" for vco_hz in vcos_hz)
    what = f"output Q of PLL1 cannot be one clock for {dfsdm.PERIPHERAL} with a VCO of {said}"
    raise InputError([Fault(f"{board.id}.clock", what, "other factors of the PLL")])


def _vco_hz(board: H7Board, clock: H7Clock) -> int:
    """PLL1's oscillator, which its outputs are divided from."""
    if clock.pll is None:
        what = f"the clock of {dfsdm.PERIPHERAL}'s microphone comes from PLL1, and there is none"
        raise InputError([Fault(f"{board.id}.microphone", what, "add pll to the clock")])
    vco_hz, rest = divmod(clock.source_hz * clock.pll.multiplier_n, clock.pll.divider_m)
    if rest:
        what = f"PLL1's VCO is no whole number of Hz: {clock.source_hz} / {clock.pll.divider_m}"
        raise InputError([Fault(f"{board.id}.clock.pll.divider_m", what, "another divider_m")])
    return vco_hz
