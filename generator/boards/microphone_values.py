# SPDX-License-Identifier: Apache-2.0
"""What every port's microphone has in common, and the arithmetic of its rates.

A microphone gives words at exactly twice the front-end's sample rate. `microphone/decimator.c` of
the project halves the rate. A digital microphone's bit stream goes through a sinc4 filter whose
decimation and clock are chosen here (docs/microphone.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from generator.boards.port_values import PinValues, make_pin
from generator.boards.record import BoardSpec, Microphone
from generator.errors import Fault, InputError

WORDS_PER_SAMPLE = 2

SINC_ORDER = 4
WORD_BITS = 24

MAX_DECIMATION = 53
"""The largest whose fourth power, the filter's output for a stream of ones, is within 2^23."""

BLOCKS_PER_SECOND = 100
"""The ring is read in blocks of 10 ms."""

ANSWER_CYCLES = 4_500_000
"""The longest that the main loop is away from the ring: the last rows of a patch through the
network, measured with the models of this repository (docs/performance.md)."""

RING_ANSWERS = 2
LEAST_RING_BLOCKS = 4
"""The ring holds the words of two such answers, and 40 ms at least."""


@dataclass(frozen=True, slots=True)
class MicrophoneValues:
    """What the templates see as ``port.microphone``."""

    kind: str
    """Folder of `firmware_templates/port/microphone/` with the peripheral's driver."""
    peripheral: str
    sample_rate_hz: int
    words_hz: int
    clock_hz: int
    """The microphone's clock; 0: it has none."""
    word_shift: int
    """Bits of a word below its value."""
    full_scale: int
    """A word's value at the microphone's full scale, 0 dBFS."""
    droop_order: int
    """Order of the sinc whose droop the decimator makes good; 0: there is none."""
    gain_db: float
    settle_words: int
    ring_words: int
    block_words: int
    clock: PinValues | None
    data: PinValues
    dma: Any
    """Values of the channel, of the family's kind of DMA."""
    dma_line: int
    """Of the NVIC."""
    source: Any
    """Values of the peripheral, for its own driver."""


@dataclass(frozen=True, slots=True)
class PdmClock:
    """The clock of a digital microphone and what becomes of it."""

    kernel_hz: int
    divider: int
    """From the kernel clock to the microphone's."""
    decimation: int

    @property
    def clock_hz(self) -> int:
        """The microphone's clock."""
        return self.kernel_hz // self.divider

    @property
    def full_scale(self) -> int:
        """The sinc filter's output for a stream of ones."""
        return int(self.decimation**SINC_ORDER)


def choose_pdm_clock(
    board: BoardSpec,
    kernel_hz: int,
    sample_rate_hz: int,
    can_divide: Callable[[int], bool],
) -> PdmClock:
    """Return the largest decimation whose clock is exact and within the microphone's range.

    `can_divide`: whether the peripheral divides its kernel clock by that number.
    Raises `InputError` with the numbers if there is none.
    """
    microphone = microphone_of(board)
    assert microphone.clock_range_hz is not None, "load_boards has checked it"
    lowest, highest = microphone.clock_range_hz
    words_hz = WORDS_PER_SAMPLE * sample_rate_hz
    exact = []
    for decimation in range(MAX_DECIMATION, 1, -1):
        divider, rest = divmod(kernel_hz, words_hz * decimation)
        if rest == 0 and divider > 0 and can_divide(divider):
            exact.append(PdmClock(kernel_hz, divider, decimation))
    for choice in exact:
        if lowest <= choice.clock_hz <= highest:
            return choice
    what = (
        f"{kernel_hz} Hz gives {microphone.peripheral} no clock that is {words_hz} Hz, twice the"
        f" front-end's sample rate, times a whole number up to {MAX_DECIMATION}"
        f" and lies within {lowest} to {highest} Hz"
    )
    where = f"{board.id}.microphone.clock_range_hz" if exact else f"{board.id}.clock"
    reached = ", ".join(str(choice.clock_hz) for choice in exact)
    remedy = "another clock tree, or a front-end of another sample rate"
    if reached:
        remedy = f"{remedy}; exact would be {reached} Hz"
    raise InputError([Fault(where, what, remedy)])


def make_microphone_values(
    board: BoardSpec,
    sample_rate_hz: int,
    *,
    kind: str,
    clock_hz: int,
    word_shift: int,
    full_scale: int,
    droop_order: int,
    gpio_base: int,
    dma: Any,
    dma_line: int,
    source: Any,
) -> MicrophoneValues:
    """Fill in what follows from the record and the sample rate alone."""
    microphone = microphone_of(board)
    words_hz = WORDS_PER_SAMPLE * sample_rate_hz
    block_words = WORDS_PER_SAMPLE * (sample_rate_hz // BLOCKS_PER_SECOND)
    settle_words = WORDS_PER_SAMPLE * (sample_rate_hz * microphone.settle_ms // 1000)
    clock_pin = microphone.clock_pin
    return MicrophoneValues(
        kind=kind,
        peripheral=microphone.peripheral,
        sample_rate_hz=sample_rate_hz,
        words_hz=words_hz,
        clock_hz=clock_hz,
        word_shift=word_shift,
        full_scale=full_scale,
        droop_order=droop_order,
        gain_db=microphone.gain_db,
        settle_words=settle_words,
        ring_words=ring_blocks(min(board.clock.core_clocks_hz)) * block_words,
        block_words=block_words,
        clock=make_pin(clock_pin, gpio_base) if clock_pin is not None else None,
        data=make_pin(microphone.data_pin, gpio_base),
        dma=dma,
        dma_line=dma_line,
        source=source,
    )


def ring_blocks(core_hz: int) -> int:
    """Blocks of the ring, an even number: its halves are whole blocks."""
    blocks = math.ceil(RING_ANSWERS * ANSWER_CYCLES * BLOCKS_PER_SECOND / core_hz)
    return max(LEAST_RING_BLOCKS, blocks + blocks % 2)


def no_microphone(board: Any, sample_rate_hz: int) -> MicrophoneValues:
    """A family's `make_microphone` where its port has no driver for one: always a fault."""
    what = f"the port of {board.family} has no driver for a microphone"
    raise InputError([Fault(f"{board.id}.microphone", what, "build another application")])


def microphone_of(board: BoardSpec) -> Microphone:
    """Return the board's microphone section; the caller knows that there is one."""
    assert board.microphone is not None, "make_port has checked it"
    return board.microphone
