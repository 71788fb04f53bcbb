# SPDX-License-Identifier: Apache-2.0
"""The microphone of an STM32L4 or L4+: DFSDM1, or ADC1 where the part has no DFSDM.

Sources: RM0351 (L47x, L48x), RM0394 (L43x, L44x), RM0432 (L4+): memory map, DFSDM, ADC, DMA1
requests for each channel, DMAMUX "assignment of multiplexer inputs", RCC_CCIPR and RCC_CCIPR2; the
data sheets' tables of alternate functions (DS10969, DS11451, DS12023).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.boards import adc, dfsdm
from generator.boards.checks import Complaint
from generator.boards.dma import dma_basic
from generator.boards.families.l4.limits import DMA_CHANNELS, Line, find_line, needs_vddio2
from generator.boards.families.l4.port import (
    DMA_BASES,
    DMAMUX1_BASE,
    DMAMUX_CHANNELS_PER_DMA,
    GPIO_BASE,
    INTERRUPTS_OF,
    dma_enable_mask,
)
from generator.boards.families.l4.record import L4Board
from generator.boards.microphone_checks import check_microphone_pins, check_peripheral
from generator.boards.microphone_values import (
    SINC_ORDER,
    MicrophoneValues,
    choose_pdm_clock,
    make_microphone_values,
    microphone_of,
)
from generator.boards.record import DmaChannel, Microphone, Uart
from generator.errors import Fault, InputError

PERIPHERALS = {
    "RM0351": (dfsdm.PERIPHERAL,),
    "RM0394": (adc.PERIPHERAL,),
    "RM0432": (dfsdm.PERIPHERAL,),
}
"""What the port has a driver for, by manual: the DFSDM, where the part has one."""

DFSDM_BASE = 0x4001_6000
DFSDM_ENABLE = ("APB2ENR", 24)

DFSDM_SELECTS = {
    "RM0351": ("CCIPR", 31),
    "RM0432": ("CCIPR2", 2),
}
"""DFSDM1SEL: 0 is the clock of APB2, 1 the system clock."""

_L47_CLOCK_PINS = {"PC2": 6, "PE9": 6}

CLOCK_PINS = {
    "RM0351": _L47_CLOCK_PINS,
    "RM0432": {**_L47_CLOCK_PINS, "PB8": 5, "PF10": 6, "PG7": 6},
}
"""DFSDM1_CKOUT."""

_DATA_PINS = {
    **{"PB1": 0, "PB6": 5, "PB8": 6, "PB10": 7, "PB12": 1, "PB14": 2, "PC0": 4, "PC7": 3},
    **{"PD0": 7, "PD3": 0, "PD6": 1, "PE4": 3, "PE7": 2, "PE10": 4, "PE12": 5, "PF13": 6},
}

DATA_PINS: dfsdm.DataPins = {pin: (channel, 6) for pin, channel in _DATA_PINS.items()}
"""DFSDM1_DATINy, in all parts that have it."""

FILTER_OF_CHANNEL = {("DMA1", 4 + number): number for number in range(dfsdm.FILTERS)}
FILTER_SELECTION = 0
"""Without a DMAMUX each filter asks one channel, with this code in DMA_CSELR."""

FIRST_FILTER_REQUEST = 86
"""DFSDM1_FLT0 of DMAMUX1."""

ADC_BASE = 0x5004_0000
ADC_ENABLE = ("AHB2ENR", 13)
ADC_TIMER_BASE = 0x4000_1000
ADC_TIMER_ENABLE = ("APB1ENR1", 4)
ADC_SELECTIONS = {("DMA1", 1): 0, ("DMA2", 3): 0}

ADC_INPUTS = {
    **{f"PA{number}": 5 + number for number in range(8)},
    **{"PB0": 15, "PB1": 16, "PC0": 1, "PC1": 2, "PC2": 3, "PC3": 4, "PC4": 13, "PC5": 14},
}
"""ADC1_INx; a part in 32 pins has those of ports A and B."""


def check_microphone(part: str, microphone: Microphone, uart: Uart | None) -> Iterator[Complaint]:
    """Hold the section against what the part can do."""
    line = find_line(part)
    if line is None:
        return  # the part has its own complaint
    yield from check_peripheral(microphone, dict.fromkeys(PERIPHERALS[line.manual]))
    if microphone.peripheral not in PERIPHERALS[line.manual]:
        return
    if microphone.peripheral == adc.PERIPHERAL:
        yield from check_microphone_pins(microphone, adc.signal_pins(_adc_inputs(line)))
        yield from _check_selection(microphone, ADC_SELECTIONS)
        return
    pins = dfsdm.signal_pins(CLOCK_PINS[line.manual], DATA_PINS)
    yield from check_microphone_pins(microphone, pins)
    if microphone.clock_pin is not None and needs_vddio2(microphone.clock_pin.pin):
        what = f"{microphone.clock_pin.pin} is powered from VDDIO2, which the driver leaves alone"
        yield ("microphone", "clock_pin", "pin"), what, "a pin of another port"
    if line.has_dmamux:
        yield from dfsdm.check_filter_request(microphone, DMA_CHANNELS, FIRST_FILTER_REQUEST)
    else:
        known = dict.fromkeys(FILTER_OF_CHANNEL, FILTER_SELECTION)
        yield from _check_selection(microphone, known)


def _adc_inputs(line: Line) -> dict[str, int]:
    """The inputs that the line's packages have."""
    small = "STM32L432" in line.parts
    return {pin: number for pin, number in ADC_INPUTS.items() if not small or pin[1] in "AB"}


def _check_selection(
    microphone: Microphone, known: Mapping[tuple[str, int], int]
) -> Iterator[Complaint]:
    """DMA without a DMAMUX: only some channels, each with its code in DMA_CSELR."""
    dma = microphone.dma
    choice = " or ".join(
        f"{{controller: {controller}, channel: {channel}, request: {request}}}"
        for (controller, channel), request in known.items()
    )
    request = known.get((dma.controller, dma.channel))
    if request is None:
        what = f"{microphone.peripheral} cannot ask channel {dma.channel} of {dma.controller}"
        yield ("microphone", "dma", "channel"), what, f"write {choice}"
    elif dma.request != request:
        what = f"request {dma.request} of that channel is not {microphone.peripheral}"
        yield ("microphone", "dma", "request"), what, f"write {choice}"


def make_microphone(board: L4Board, sample_rate_hz: int) -> MicrophoneValues:
    """Derive the values of the peripheral that the record names."""
    line = find_line(board.part)
    assert line is not None, "load_boards has checked the part"
    microphone = microphone_of(board)
    make = _make_adc if microphone.peripheral == adc.PERIPHERAL else _make_dfsdm
    return make(board, line, sample_rate_hz)


def _make_dfsdm(board: L4Board, line: Line, sample_rate_hz: int) -> MicrophoneValues:
    """Kernel clock is that of APB2, and the microphone's clock is divided from it."""
    microphone = microphone_of(board)
    register, bit = DFSDM_SELECTS[line.manual]
    kernel_hz = board.clock.apb2_hz
    pdm = choose_pdm_clock(
        board,
        kernel_hz,
        sample_rate_hz,
        lambda divider: divider in dfsdm.CLOCK_DIVIDERS and divider >= dfsdm.KERNEL_PER_CLOCK,
    )
    if line.has_dmamux:
        filter_number = microphone.dma.request - FIRST_FILTER_REQUEST
    else:
        filter_number = FILTER_OF_CHANNEL[microphone.dma.controller, microphone.dma.channel]
    return make_microphone_values(
        board,
        sample_rate_hz,
        kind=dfsdm.KIND,
        clock_hz=pdm.clock_hz,
        word_shift=dfsdm.WORD_SHIFT,
        full_scale=pdm.full_scale,
        droop_order=SINC_ORDER,
        gpio_base=GPIO_BASE,
        **_dma_values(microphone.dma, line),
        source=dfsdm.make_dfsdm_values(
            microphone,
            pdm,
            base=DFSDM_BASE,
            enable=DFSDM_ENABLE,
            gpio_enable_register="AHB2ENR",
            select=dfsdm.KernelSelect(register, mask=1 << bit, value=0),
            kernel_hz=kernel_hz,
            clock_source="PCLK2",
            audio_clock=False,
            data_pins=DATA_PINS,
            filter_number=filter_number,
            dma_enable_mask=dma_enable_mask((microphone.dma,), line),
        ),
    )


def _make_adc(board: L4Board, line: Line, sample_rate_hz: int) -> MicrophoneValues:
    """The timer runs at twice the clock of APB1 where that is divided."""
    microphone = microphone_of(board)
    clock = board.clock
    timer_hz = clock.apb1_hz * (1 if clock.apb1_divider == 1 else 2)
    try:
        source = adc.make_adc_values(
            base=ADC_BASE,
            enable=ADC_ENABLE,
            gpio_enable_register="AHB2ENR",
            timer_base=ADC_TIMER_BASE,
            timer_enable=ADC_TIMER_ENABLE,
            timer_hz=timer_hz,
            bus_hz=clock.ahb_hz,
            core_hz=clock.core_hz,
            words_hz=2 * sample_rate_hz,
            channel=ADC_INPUTS[microphone.data_pin.pin],
            dma_enable_mask=dma_enable_mask((microphone.dma,), line),
        )
    except adc.UnreachableError as error:
        remedy = "another clock tree, or a front-end of another sample rate"
        raise InputError([Fault(f"{board.id}.clock", str(error), remedy)]) from None
    return make_microphone_values(
        board,
        sample_rate_hz,
        kind=adc.KIND,
        clock_hz=0,
        word_shift=adc.WORD_SHIFT,
        full_scale=adc.FULL_SCALE,
        droop_order=0,
        gpio_base=GPIO_BASE,
        **_dma_values(microphone.dma, line),
        source=source,
    )


def _dma_values(dma: DmaChannel, line: Line) -> dict[str, Any]:
    interrupts = INTERRUPTS_OF[line.manual]
    return {
        "dma": dma_basic.channel_values(dma, DMA_BASES, DMAMUX1_BASE, DMAMUX_CHANNELS_PER_DMA),
        "dma_line": interrupts.index(dma_basic.line_name(dma)),
    }
