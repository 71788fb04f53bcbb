# SPDX-License-Identifier: Apache-2.0
"""DFSDM1: what it makes of a microphone's bits, what DMA does with that, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule
from hil.virtual.sound.cic import Words, cic_state, sinc_decimate
from hil.virtual.sound.pdm import PdmSource
from hil.virtual.sound.sound import Levels, Sound
from hil.virtual.stm32.dfsdm import Dfsdm
from hil.virtual.stm32.dfsdm_filter import Run
from tests.hil.virtual.conftest import Boot, assert_broken, variable
from tests.hil.virtual.images import L4_BOARDS

BOARDS = ("l475", "l4r5", "h743", "h7a3")
OPTIONS = {"h7a3": ("PLL_Q=7u", "PLL_OUTPUTS=3u")}
CLOCK_HZ, DECIMATION = 1_600_000, 50
RING_WORDS = 320

HEAD = """
#include "dfsdm.h"
volatile uint32_t halves, turns, wakes, moment;
DMA_BUFFER int32_t ring[320];
"""
L4_DMA = """
#define DMA_BUFFER
#define DMA_WORDS (2u << 8 | 2u << 10 | 1u << 7)
#define DMA_COUNT CNDTR(RX_CHANNEL)
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
#ifdef L4R5
    enable(AHB1ENR, 2);
    R32(DMAMUX) = 86u;
#else
    DMA_CSELR = SELECTION << 4 * (RX_CHANNEL - 1);
#endif
    CPAR(RX_CHANNEL) = RDATAR;
    CMAR(RX_CHANNEL) = (uint32_t)ring;
    CNDTR(RX_CHANNEL) = 320;
    R32(NVIC) = 1u << (10 + RX_CHANNEL);
    CCR(RX_CHANNEL) = DMA_CONTROL | 1u;
}
"""
H7_DMA = """
#define DMA_BUFFER AXI
#define DMA_WORDS (2u << 11 | 2u << 13 | 1u << 10)
#define DMA_COUNT SNDTR(RX_STREAM)
#define DMA_ROUND (1u << 8)
#define DMA_BOTH (3u << 3)
#ifndef DMA_CONTROL
#define DMA_CONTROL (DMA_WORDS | DMA_ROUND | DMA_BOTH)
#endif
void dma_rx(void);
void dma_rx(void) {
    const uint32_t flags = DMA1_LISR & 0x3Du;
    DMA1_LIFCR = flags;
    (void)DMA1_LISR;
    halves += flags >> 4 & 1u;
    turns += flags >> 5 & 1u;
}
static inline void ring_begin(void) {
    enable(AHB1ENR, 0);
    R32(DMAMUX) = 101u;
    SPAR(RX_STREAM) = RDATAR;
    SM0AR(RX_STREAM) = (uint32_t)ring;
    SNDTR(RX_STREAM) = 320;
    R32(NVIC) = 1u << 11;
    SCR(RX_STREAM) = DMA_CONTROL | 1u;
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
    _, define, rest = (L4_DMA if board in L4_BOARDS else H7_DMA).split("\n", 2)
    return define + HEAD + rest + MAIN.replace("ACT", act)


def listen(boot_on: Boot, board: str, *defines: str, act: str = "dfsdm_begin()") -> Machine:
    return boot_on(board, source_of(board, act), *defines, *OPTIONS.get(board, ()))


def tone(seconds: float, level: float = 0.5) -> Levels:
    times = np.arange(round(48_000 * seconds)) / 48_000
    return np.asarray(level * np.sin(2 * np.pi * 440 * times))


def ring(machine: Machine) -> Words:
    view = machine.core.memory(machine.symbols.addresses["ring"], 4 * RING_WORDS)
    assert view is not None
    return np.frombuffer(view.tobytes(), "<i4").astype(np.int64)


def run_of(machine: Machine) -> Run:
    dfsdm = machine.peripherals["DFSDM1"]
    assert isinstance(dfsdm, Dfsdm)
    return next(one.run for one in dfsdm.filters if one.run is not None)


def expected_words(run: Run, machine: Machine, count: int, order: int = 4) -> Words:
    """The same chain apart from the machine: modulator and filter, from the filter's first bit."""
    sound = Sound()
    sound.pieces = machine.sound.pieces
    source = PdmSource(sound, CLOCK_HZ, run.line.time_of(0), run.line.wired.settle_s)
    bits = source.bits(run.first_clock, DECIMATION * (count + order - 1))
    return sinc_decimate(bits, order, DECIMATION, cic_state())[order - 1 :]


def in_order(machine: Machine, run: Run, words: Words) -> Words:
    """The words of the ring, the oldest first, that the newest ones of `words` should be."""
    assert run.made <= len(words)
    return np.roll(ring(machine) >> 8, -(run.made % RING_WORDS))


@pytest.mark.parametrize("board", BOARDS)
def test_words_are_those_of_modulator_and_filter_bit_for_bit(boot_on: Boot, board: str) -> None:
    machine = listen(boot_on, board)
    machine.hear(tone(0.2), 48_000)
    machine.run(0.1055)
    words = ring(machine)
    run = run_of(machine)
    assert variable(machine, "turns") == run.made // RING_WORDS == 10
    assert variable(machine, "halves") == (run.made + RING_WORDS // 2) // RING_WORDS
    assert set(words & 0xFF) == {run.channel}
    made = expected_words(run, machine, 11 * RING_WORDS)
    assert np.array_equal(in_order(machine, run, made), made[run.made - RING_WORDS : run.made])
    assert np.abs(words >> 8).max() > 0.4 * DECIMATION**4


def test_the_falling_edge_and_the_neighbours_pins_serve_as_well(boot_on: Boot) -> None:
    machine = listen(
        boot_on, "l475", "DFSDM_CHANNEL=1", "DFSDM_INPUT=(1u << 8 | 1u << 2 | 1u)", "DMA_BUFFER="
    )
    machine.run(0.03)
    assert set(ring(machine) & 0xFF) == {1}


def test_shift_and_offset_are_the_data_units(boot_on: Boot) -> None:
    """DTRBS 3 rounds to the nearest; OFFSET is subtracted after that, as a signed number."""
    machine = listen(boot_on, "l475", "DFSDM_CFGR2=((-1000u << 8) | 3u << 3)")
    machine.hear(tone(0.1), 48_000)
    machine.run(0.03)
    run = run_of(machine)
    made = (expected_words(run, machine, RING_WORDS * 3) + 4 >> 3) + 1000
    assert np.array_equal(in_order(machine, run, made), made[run.made - RING_WORDS : run.made])


def test_an_integrator_adds_results_up(boot_on: Boot) -> None:
    machine = listen(boot_on, "l475", "DFSDM_FCR=(3u << 29 | 49u << 16 | 3u)")
    machine.hear(tone(0.1), 48_000)
    machine.run(0.05)
    run = run_of(machine)
    made = expected_words(run, machine, 8 * RING_WORDS, order=3).reshape(-1, 4).sum(axis=1)
    assert np.array_equal(in_order(machine, run, made), made[run.made - RING_WORDS : run.made])


POLL = """
volatile uint32_t status[4], data[2];
void reset(void) {
    fpu_begin(); clock_begin(); dfsdm_begin();
    while (!(FLTISR & 2u)) { }
    status[0] = FLTISR;
    wait_turns(1000);
    status[1] = FLTISR;
    data[0] = R32(RDATAR);
    FLTICR = 1u << 3;
    status[2] = FLTISR;
    while (!(FLTISR & 2u)) { }
    data[1] = R32(RDATAR);
    FLTCR1 &= ~1u;
    status[3] = FLTISR;
    for (;;) { }
}
"""


def test_without_dma_words_that_nobody_fetches_are_lost_and_told(boot_on: Boot) -> None:
    machine = boot_on("l475", '#include "dfsdm.h"\n' + POLL, "DFSDM_CR1=(1u << 29 | 1u << 18)")
    machine.run(0.05)
    start = machine.symbols.addresses["status"]
    running, ended, overrun = 1 << 14, 1 << 1, 1 << 3
    assert [machine.core.word(start + 4 * index) for index in range(4)] == [
        running | ended, running | ended | overrun, running, 0,
    ]  # fmt: skip
    data = machine.symbols.addresses["data"]
    assert all(machine.core.word(data + 4 * index) & 0xFF == 2 for index in range(2))


INTERRUPT = """
volatile uint32_t count;
void exti0(void) { }
void reset(void) {
    fpu_begin(); clock_begin(); dfsdm_begin();
    R32(NVIC + 4) = 1u << (62 - 32);
    __asm volatile("cpsid i");
    for (;;) {
        __asm volatile("dsb; wfi; isb");
        (void)R32(RDATAR);
        R32(NVIC + 0x184) = 1u << (62 - 32);
        count++;
    }
}
"""


def test_each_word_may_interrupt(boot_on: Boot) -> None:
    machine = boot_on(
        "l475", '#include "dfsdm.h"\n' + INTERRUPT, "DFSDM_CR1=(1u << 29 | 1u << 18)",
        "DFSDM_CR2=2u",
    )  # fmt: skip
    machine.run(0.011)
    assert 300 < variable(machine, "count") < 352


@pytest.mark.parametrize(
    ("defines", "rule", "words"),
    [
        (("NO_CLOCK_PIN", "NO_DATA_PIN"), Rule.PIN_FUNCTION, "CKOUT"),
        (("DFSDM_CKOUT=99u",), Rule.MICROPHONE_CLOCK, "0.8 MHz"),
        (("DFSDM_CKOUT=19u",), Rule.MICROPHONE_CLOCK, "4 MHz"),
        (("DFSDM_CKOUT=2u",), Rule.MICROPHONE_CLOCK, "at most 20 MHz"),
        (("DFSDM_CKOUT=0u",), Rule.FILTER_SETTINGS, "no clock"),
        (("NO_DFSDMEN",), Rule.FILTER_SETTINGS, "DFSDMEN"),
        (("NO_CHEN",), Rule.FILTER_SETTINGS, "CHEN of channel 2"),
        (("NO_DFEN",), Rule.FILTER_SETTINGS, "DFEN"),
        (("DFSDM_INPUT=0u",), Rule.FILTER_SETTINGS, "CKIN2"),
        (("DFSDM_INPUT=(2u << 2)",), Rule.UNMODELLED_REGISTER, "half of CKOUT"),
        (("DFSDM_INPUT=(1u << 2 | 2u)",), Rule.UNMODELLED_REGISTER, "Manchester"),
        (("DFSDM_INPUT=(1u << 2 | 1u << 8)",), Rule.FILTER_SETTINGS, "DATIN3"),
        (("DFSDM_INPUT=(1u << 12)",), Rule.UNMODELLED_REGISTER, "00001000"),
        (("DFSDM_FCR=(4u << 29)",), Rule.UNMODELLED_REGISTER, "no filter"),
        (("DFSDM_FCR=(49u << 16)",), Rule.UNMODELLED_REGISTER, "fast filter"),
        (("DFSDM_FCR=(4u << 29 | 53u << 16)",), Rule.FILTER_SETTINGS, "24 bits"),
        (("DFSDM_FCR=(5u << 29 | 74u << 16)",), Rule.FILTER_SETTINGS, "32 bits"),
        (("DFSDM_CFGR2=(0x400000u << 8)",), Rule.FILTER_SETTINGS, "OFFSET 4194304"),
        (("DFSDM_CR1=(1u << 21 | 1u << 18)",), Rule.UNMODELLED_REGISTER, "RCONT and FAST"),
        (("DFSDM_CR1=(1u << 29 | 1u << 21 | 1u << 19)",), Rule.UNMODELLED_REGISTER, "00080000"),
        (("DMA_CONTROL=(1u << 7 | DMA_ROUND)",), Rule.DMA_SETTINGS, "moves 4 bytes"),
    ],
)  # fmt: skip
def test_a_wrong_start_is_refused(
    boot_on: Boot, defines: tuple[str, ...], rule: Rule, words: str
) -> None:
    assert words in assert_broken(listen(boot_on, "l475", *defines), rule).detail


@pytest.mark.parametrize(
    ("after", "rule", "words"),
    [
        ("CHCFGR1(0) ^= 1u << 16", Rule.WRITE_PROTECTED_REGISTER, "CKOUTDIV"),
        ("CHCFGR1(DFSDM_CHANNEL) ^= 1u", Rule.WRITE_PROTECTED_REGISTER, "SITP"),
        ("CHCFGR2(DFSDM_CHANNEL) = 1u << 3", Rule.WRITE_PROTECTED_REGISTER, "DTRBS"),
        ("CHCFGR1(DFSDM_CHANNEL) &= ~CHEN", Rule.FILTER_SETTINGS, "CHEN"),
        ("CHCFGR2(DFSDM_CHANNEL) = 0x7FFFFF00u", Rule.FILTER_SETTINGS, "OFFSET"),
        ("FLTFCR = 0", Rule.WRITE_PROTECTED_REGISTER, "FCR"),
        ("FLTCR1 &= ~(1u << 21)", Rule.WRITE_PROTECTED_REGISTER, "RDMAEN"),
        ("FLTCR1 &= ~(1u << 29)", Rule.WRITE_PROTECTED_REGISTER, "FAST"),
        ("FLTCR1 &= ~(1u << 18)", Rule.UNMODELLED_REGISTER, "RCONT"),
        ("FLTCR2 = 1u << 4", Rule.UNMODELLED_REGISTER, "00000010"),
        ("FLTICR = 1u << 2", Rule.UNMODELLED_REGISTER, "00000004"),
        ("R32(DFSDM + 0x130 + 0x80 * FILTER)", Rule.UNMODELLED_REGISTER, "offset"),
        ("R16(RDATAR)", Rule.REGISTER_ACCESS_SIZE, "2 bytes"),
        ("R32(RCC + 0x60) &= ~(1u << 24); wait_turns(90000)", Rule.CLOCK_OFF, "converts"),
        ("R32(0x48001000u) ^= 3u << 14; wait_turns(90000)", Rule.PIN_FUNCTION, "DATIN2"),
        ("RCC_CFGR |= 4u << 11; wait_turns(90000)", Rule.MICROPHONE_CLOCK, "80 to 40 MHz"),
    ],
)
def test_what_must_not_change_is_refused(boot_on: Boot, after: str, rule: Rule, words: str) -> None:
    machine = listen(boot_on, "l475", act=f"dfsdm_begin(); {after}")
    assert words in assert_broken(machine, rule).detail


@pytest.mark.parametrize(
    ("board", "start", "rule", "words"),
    [
        ("l4r5", (("DFSDM_INPUT=5u",), ""), Rule.FILTER_SETTINGS, "falling edge"),
        ("l4r5", (("DFSDM_CKOUT=149u",), ""), Rule.MICROPHONE_CLOCK, "0.8 MHz"),
        ("l4r5", ((), "R32(RCC + 0x9C) |= 1u << 3;"), Rule.UNMODELLED_REGISTER, "00000008"),
        ("l4r5", ((), "R32(RCC + 0x88) |= 1u << 31;"), Rule.UNMODELLED_REGISTER, "80000000"),
        ("l4r5", (("CLOCK_SOURCE=0x40000000u",), ""), Rule.UNMODELLED_REGISTER, "audio clock"),
        ("h743", (("CLOCK_SOURCE=0x40000000u",), ""), Rule.CLOCK_TREE, "output Q, which is off"),
        ("h743", ((), "R32(RCC + 0x50) |= 1u << 24;"), Rule.MICROPHONE_CLOCK, "6.4 MHz"),
        ("h7a3", ((), "R32(RCC + 0x50) |= 1u;"), Rule.UNMODELLED_REGISTER, "SAI1SEL"),
        ("h743", (("DMA_CONTROL=(1u << 10 | DMA_ROUND | DMA_TRBUFF)",), ""), Rule.DMA_SETTINGS,
         "moves 4 bytes"),
        ("h743", (("DMA_CONTROL=(1u << 11 | 1u << 10 | DMA_ROUND)",), ""),
         Rule.UNMODELLED_REGISTER, "widths"),
    ],
)  # fmt: skip
def test_what_differs_from_chip_to_chip(
    boot_on: Boot, board: str, start: tuple[tuple[str, ...], str], rule: Rule, words: str
) -> None:
    """`start` is how the image is built, and what it does before it starts the DFSDM."""
    defines, act = start
    machine = listen(boot_on, board, *defines, act=f"{act} dfsdm_begin()")
    assert words in assert_broken(machine, rule).detail


@pytest.mark.parametrize(
    ("act", "rule", "words"),
    [
        ("caches_begin(); dfsdm_begin(); while (turns == 0) { } wakes = (uint32_t)ring[0]",
         Rule.DCACHE_COHERENCE, "reads"),
        ("dfsdm_begin(); SCR(RX_STREAM) = 0; DMA1_LIFCR = 0x3D; SM0AR(RX_STREAM) = 0x20000000;"
         "SCR(RX_STREAM) = DMA_CONTROL | 1u", Rule.DMA_UNREACHABLE, "DTCM"),
    ],
)  # fmt: skip
def test_the_ring_is_in_memory_that_both_see(
    boot_on: Boot, act: str, rule: Rule, words: str
) -> None:
    assert words in str(assert_broken(listen(boot_on, "h743", act=act), rule))


@pytest.mark.parametrize(("board", "act"), [("l475", "0x88"), ("l4r5", "0x9C")])
def test_sysclk_may_be_the_kernel_clock(boot_on: Boot, board: str, act: str) -> None:
    """With it APB2 may be divided without any effect on the microphone."""
    bit = {"l475": 31, "l4r5": 2}[board]
    machine = listen(
        boot_on, board, act=f"R32(RCC + {act}) |= 1u << {bit}; dfsdm_begin(); RCC_CFGR |= 4u << 11"
    )
    machine.run(0.02)
    assert variable(machine, "turns") >= 1


def test_the_filter_stops_and_starts_again(boot_on: Boot) -> None:
    """DFEN 0 ends a conversion at once; CKOUT goes on, and so does the microphone."""
    act = "dfsdm_begin(); wait_turns(50000); FLTCR1 &= ~1u; moment = DMA_COUNT;"
    machine = listen(boot_on, "l475", act=f"{act} wait_turns(50000);")
    machine.run(0.05)
    assert 0 < machine.bus.read(0x4002_000C + 20 * 4, 4) == variable(machine, "moment")
    act += "FLTCR1 |= 1u; dfsdm_start();"
    machine = listen(boot_on, "l475", act=act)
    machine.run(0.012)
    run = run_of(machine)
    words = expected_words(run, machine, RING_WORDS)
    first = RING_WORDS - variable(machine, "moment")
    assert 50 < run.made < RING_WORDS
    assert np.array_equal((np.roll(ring(machine), -first) >> 8)[: run.made], words[: run.made])


def test_settling_words_are_noise(boot_on: Boot) -> None:
    machine = listen(boot_on, "l475")
    machine.run(0.0102)
    early = ring(machine) >> 8
    machine.run(0.02)
    late = ring(machine) >> 8
    assert np.abs(early[:300]).max() > 50**4 // 20
    assert np.abs(late).max() < 50**4 // 20
