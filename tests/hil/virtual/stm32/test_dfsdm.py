# SPDX-License-Identifier: Apache-2.0
"""DFSDM1: what it makes of a microphone's bits, what DMA does with that, and what it refuses."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule
from hil.virtual.sound.cic import cic_state, sinc_decimate
from hil.virtual.sound.pdm import PdmSource
from hil.virtual.sound.sound import Sound
from tests.hil.virtual.conftest import Boot, assert_broken, variable
from tests.hil.virtual.images import L4_BOARDS

BOARDS = ("l475",)
CLOCK_HZ, RATE_HZ = 1_600_000, 32_000
RING_WORDS = 320
SETTLE_S = Fraction(1, 100)

HEAD = """
#include "dfsdm.h"
volatile uint32_t halves, turns, wakes, moment;
DMA_BUFFER int32_t ring[320];
"""
L4_DMA = """
#define DMA_BUFFER
#define DMA_WORDS (2u << 8 | 2u << 10 | 1u << 7)
#define DMA_ROUND (1u << 5)
#define DMA_BOTH (3u << 1)
#ifndef DMA_CONTROL
#define DMA_CONTROL (DMA_WORDS | DMA_ROUND | DMA_BOTH)
#endif
#ifndef SELECTION
#define SELECTION 0u
#endif
void dma_rx(void);
void dma_rx(void) {
    const uint32_t flags = DMA1_ISR >> 4 * (RX_CHANNEL - 1);
    DMA1_IFCR = 0xFu << 4 * (RX_CHANNEL - 1);
    halves += flags >> 2 & 1u;
    turns += flags >> 1 & 1u;
}
static inline void ring_begin(void) {
    enable(AHB1ENR, 0);
    DMA_CSELR = SELECTION << 4 * (RX_CHANNEL - 1);
    CPAR(RX_CHANNEL) = RDATAR;
    CMAR(RX_CHANNEL) = (uint32_t)ring;
    CNDTR(RX_CHANNEL) = 320;
    R32(NVIC) = 1u << (10 + RX_CHANNEL);
    CCR(RX_CHANNEL) = DMA_CONTROL | 1u;
}
"""
MAIN = """
void reset(void) {
    fpu_begin(); clock_begin(); ring_begin();
    ACT;
    for (;;) { __asm volatile("dsb; wfi; isb"); wakes++; }
}
"""


def source_of(board: str, act: str = "dfsdm_begin()") -> str:
    assert board in L4_BOARDS
    define, rest = L4_DMA.split("\n", 2)[1], L4_DMA.split("\n", 2)[2]
    return define + HEAD + rest + MAIN.replace("ACT", act)


def listen(boot_on: Boot, board: str, *defines: str, act: str = "dfsdm_begin()") -> Machine:
    return boot_on(board, source_of(board, act), *defines)


def tone(seconds: float, level: float = 0.5) -> np.ndarray:
    times = np.arange(round(48_000 * seconds)) / 48_000
    return level * np.sin(2 * np.pi * 440 * times)


def ring(machine: Machine) -> np.ndarray:
    view = machine.core.memory(machine.symbols.addresses["ring"], 4 * RING_WORDS)
    assert view is not None
    return np.frombuffer(view.tobytes(), "<i4")


def expected_words(machine: Machine, count: int, order: int = 4, decimation: int = 50) -> np.ndarray:
    """The same chain apart from the machine: modulator, sinc filter, from the filter's first bit."""
    line = machine.peripherals["DFSDM1"].connections.line  # type: ignore[attr-defined]
    run = next(one.run for one in machine.peripherals["DFSDM1"].filters if one.run)  # type: ignore[attr-defined]
    sound = Sound()
    sound.pieces = machine.sound.pieces
    source = PdmSource(sound, CLOCK_HZ, line._epoch_ps, SETTLE_S)
    bits = source.bits(run.first_clock, decimation * (count + order - 1))
    return sinc_decimate(bits, order, decimation, cic_state())[order - 1 :]


@pytest.mark.parametrize("board", BOARDS)
def test_words_are_those_of_modulator_and_filter_bit_for_bit(boot_on: Boot, board: str) -> None:
    machine = listen(boot_on, board)
    machine.hear(tone(0.2), 48_000)
    machine.run(0.105)
    turns = variable(machine, "turns")
    assert (turns, variable(machine, "halves")) == (10, 10)
    words = ring(machine)
    channel = next(one.run for one in machine.peripherals["DFSDM1"].filters if one.run).channel  # type: ignore[attr-defined]
    assert set(words & 0xFF) == {channel}
    made = expected_words(machine, 11 * RING_WORDS)
    done = next(one.run for one in machine.peripherals["DFSDM1"].filters if one.run).made  # type: ignore[attr-defined]
    latest = np.empty(RING_WORDS, np.int64)
    for index in range(done - RING_WORDS, done):
        latest[index % RING_WORDS] = made[index]
    assert np.array_equal(words >> 8, latest)
    assert np.abs(latest).max() > 0.4 * 50**4
