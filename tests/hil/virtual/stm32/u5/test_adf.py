# SPDX-License-Identifier: Apache-2.0
"""ADF1 with a microphone: its words by DMA and without, its rules, each broken once."""

from __future__ import annotations

import numpy as np
import pytest

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule
from hil.virtual.sound.cic import Words
from tests.hil.virtual.conftest import Boot, assert_broken, variable
from tests.hil.virtual.stm32.u5.adf_words import adf_of, expected_words, play_tone

HEAD = """
#define CKGCR R32(ADF1 + 0x04)
#define SITF0CR R32(ADF1 + 0x80)
#define BSMX0CR R32(ADF1 + 0x84)
#define DFLT0CR R32(ADF1 + 0x88)
#define DFLT0CICR R32(ADF1 + 0x8C)
#define DFLT0RSFR R32(ADF1 + 0x90)
#define DFLT0IER R32(ADF1 + 0xAC)
#define DFLT0ISR R32(ADF1 + 0xB0)
#define DFLT0DR R32(ADF1 + 0xF0)
#ifndef CLOCKS
#define CLOCKS (24u << 24 | 3u << 16 | 0x22u) /* 160 MHz / 25 / 4 */
#endif
#ifndef INTERFACE
#define INTERFACE (31u << 8 | 1u << 4)
#endif
#ifndef CIC
#define CIC (4u << 4 | 49u << 8)
#endif
#ifndef RESHAPE
#define RESHAPE 0x81u
#endif
#ifndef EDGE
#define EDGE 0u
#endif
#ifndef BEFORE
#define BEFORE
#endif
#ifndef AFTER
#define AFTER
#endif
static void microphone_pins(void) {
    enable(0x8C, 4);
    pin(GPIOE, 9, 3);
    pin(GPIOE, 10, 3);
}
static void clock_microphone(void) {
    enable(0x94, 10);
    CKGCR = CLOCKS;
    CKGCR = CLOCKS | 1u;
    while (!(CKGCR >> 31)) { }
}
static void interface_begin(void) {
    BSMX0CR = EDGE;
    SITF0CR = INTERFACE;
    SITF0CR = INTERFACE | 1u;
    while (!(SITF0CR >> 31)) { }
    DFLT0ISR = 1u << 10;
    DFLT0CICR = CIC;
    DFLT0RSFR = RESHAPE;
}
static void microphone_begin(void) { microphone_pins(); clock_microphone(); interface_begin(); }
"""

BY_DMA = (
    HEAD
    + """
#define CH DMA_CHANNEL(0)
#define WORDS 320u
#ifndef FLAGS
#define FLAGS (3u << 8)
#endif
#ifndef WIDTHS
#define WIDTHS (2u | 2u << 16)
#endif
#ifndef BLOCK
#define BLOCK (4u * WORDS)
#endif
#ifndef REQUEST
#define REQUEST 98u
#endif
#ifndef TARGET
#define TARGET ((uint32_t)ring)
#endif
#ifndef SOURCE
#define SOURCE (ADF1 + 0xF0u)
#endif
#ifndef START
#define START 3u
#endif
int32_t ring[WORDS] __attribute__((aligned(16)));
#define kept ((int32_t *)0x20080000u)
static volatile uint32_t item[3] __attribute__((aligned(16)));
volatile uint32_t halves, fulls, count;
static void keep(uint32_t first) {
    for (uint32_t i = 0; i < WORDS / 2u && count < 32000u; i++) { kept[count++] = ring[first + i]; }
}
void dma0(void) {
    const uint32_t flags = R32(CH + 0x10);
    R32(CH + 0x0C) = flags & 0x7F00u;
    if (flags & 1u << 9) { halves++; keep(0); }
    if (flags & 1u << 8) { fulls++; keep(WORDS / 2u); }
}
void reset(void) {
    fpu_begin(); clock_begin();
    enable(0x88, 0);
    microphone_begin();
    const uint32_t relink = 1u << 29 | 1u << 27 | 1u << 16 | ((uint32_t)item & 0xFFFCu);
    item[0] = BLOCK; item[1] = TARGET; item[2] = relink;
    R32(CH + 0x40) = WIDTHS | 1u << 19 | 1u << 30;
    R32(CH + 0x44) = REQUEST;
    R32(CH + 0x48) = BLOCK; R32(CH + 0x4C) = SOURCE; R32(CH + 0x50) = TARGET;
    R32(CH + 0x00) = (uint32_t)item & 0xFFFF0000u; R32(CH + 0x7C) = relink;
    R32(NVIC) = 1u << 29;
    BEFORE;
    R32(CH + 0x14) = FLAGS | 1u;
    DFLT0CR = START & ~1u;
    DFLT0CR = START;
    AFTER;
    for (;;) { LOOP; }
}
"""
)
ASLEEP = 'LOOP=__asm volatile("dsb; wfi; isb")'


def kept_words(machine: Machine, count: int | None = None) -> Words:
    """The words that the image has kept, which are 24 bits left aligned."""
    view = machine.core.memory(0x2008_0000, 4 * (count or variable(machine, "count")))
    assert view is not None
    words = np.frombuffer(view.tobytes(), np.int32).astype(np.int64)
    assert not np.any(words & 0xFF)
    return words >> 8


@pytest.mark.parametrize("flags", ["FLAGS=(3u<<8)", "FLAGS=(1u<<8)"])
def test_words_by_dma_are_those_of_the_hosts_chain(boot: Boot, flags: str) -> None:
    machine = boot(BY_DMA, ASLEEP, flags)
    play_tone(machine, 0.2)
    machine.run(0.15)
    words = expected_words(machine, 320 * variable(machine, "fulls"))
    assert len(words) > 4000 and np.abs(words).max() > 2e6
    assert np.array_equal(kept_words(machine)[: len(words)], words)


def test_words_come_at_the_rate_of_the_clock_divided_by_the_decimation(boot: Boot) -> None:
    machine = boot(BY_DMA, ASLEEP)
    machine.run(0.001)
    begun = adf_of(machine)
    machine.run(0.5)
    assert begun.microphone is not None
    since = machine.seconds - begun.microphone.time_of(begun.first_clock) / 1e12
    assert variable(machine, "fulls") == int(since * 32_000 / 320)
    assert variable(machine, "halves") == int(since * 32_000 / 320 + 0.5)


def test_the_run_does_not_depend_on_its_slices(boot: Boot) -> None:
    def kept(slice_cycles: int | None) -> bytes:
        machine = boot(BY_DMA, ASLEEP)
        machine.loop.slice_cycles = slice_cycles
        play_tone(machine, 0.2)
        machine.run(0.05)
        return kept_words(machine).tobytes()

    assert kept(None) == kept(1777)


def test_memory_that_is_polled_is_half_a_millisecond_late_at_most(boot: Boot) -> None:
    polling = "LOOP=if(ring[count]){count++;}"
    machine = boot(BY_DMA, polling, "FLAGS=0", "AFTER=count=0")
    machine.run(0.0005)
    adf = adf_of(machine)
    for _ in range(8):
        machine.run(0.001)
        assert adf.microphone is not None
        clocks = adf.microphone.clocks_by(machine.now_ps) - adf.first_clock
        assert clocks // 50 - 17 <= variable(machine, "count") <= clocks // 50


def test_reading_the_channel_brings_memory_up_to_date(boot: Boot) -> None:
    machine = boot(
        BY_DMA,
        "LOOP=const uint32_t at=(R32(CH+0x50)-(uint32_t)ring)/4u;if(at>count){"
        "for(uint32_t i=count;i<at;i++){kept[i]=ring[i];}count=at;}",
        "FLAGS=0",
    )
    play_tone(machine, 0.1)
    machine.run(0.008)
    count = variable(machine, "count")
    assert count > 200
    assert np.array_equal(kept_words(machine), expected_words(machine, count))


def test_half_full_moves_two_words_at_a_time(boot: Boot) -> None:
    machine = boot(
        BY_DMA,
        "LOOP=count=(R32(CH+0x50)-(uint32_t)ring)/4u;halves|=count&1u",
        "FLAGS=0",
        "START=7u",
    )
    machine.run(0.005)
    assert variable(machine, "count") > 100 and variable(machine, "halves") == 0


def test_discarded_words_are_the_first(boot: Boot) -> None:
    machine = boot(BY_DMA, ASLEEP, "START=(3u|40u<<20)")
    play_tone(machine, 0.1)
    machine.run(0.05)
    count = variable(machine, "count")
    words = expected_words(machine, count + 40)
    assert np.array_equal(kept_words(machine), words[40:])


def test_saturated_words_set_the_flag(boot: Boot) -> None:
    machine = boot(
        BY_DMA,
        ASLEEP,
        "CIC=(4u<<4|49u<<8|4u<<20)",
    )
    play_tone(machine, 0.2)
    machine.run(0.1)
    count = variable(machine, "count")
    kept = kept_words(machine)
    words = 4 * expected_words(machine, count)
    assert np.array_equal(kept, np.clip(words, -(1 << 23), (1 << 23) - 1))
    assert adf_of(machine).read(0xB0, 4) >> 9 & 1


def test_before_the_microphone_has_settled_there_is_noise(boot: Boot) -> None:
    machine = boot(BY_DMA, ASLEEP)
    machine.run(0.05)
    kept = kept_words(machine)
    assert np.abs(kept[:500]).max() > 50**4 / 20
    assert np.abs(kept[700:]).max() < 50**4 / 200


WITHOUT_DMA = (
    HEAD
    + """
#define kept ((int32_t *)0x20080000u)
volatile uint32_t count, interrupts, late;
void adf1(void) {
    interrupts++;
    if (DFLT0ISR & 2u) { DFLT0ISR = 2u; late++; }
    while (DFLT0ISR & 8u && count < 4000u) { kept[count++] = (int32_t)DFLT0DR; }
}
void reset(void) {
    fpu_begin(); clock_begin();
    microphone_begin();
    R32(NVIC + 12) = 1u << 16;
    BEFORE;
    DFLT0IER = ENABLED;
    DFLT0CR = START;
    AFTER;
    for (;;) { __asm volatile("dsb; wfi; isb"); }
}
"""
)


@pytest.mark.parametrize(("start", "words"), [("START=1u", 1), ("START=5u", 2)])
def test_words_by_interrupt(boot: Boot, start: str, words: int) -> None:
    machine = boot(WITHOUT_DMA, "ENABLED=1u", start)
    play_tone(machine, 0.1)
    machine.run(0.02)
    count = variable(machine, "count")
    assert count > 500 and variable(machine, "interrupts") == count // words
    assert np.array_equal(kept_words(machine), expected_words(machine, count))


def test_an_overrun_drops_the_new_words_and_says_so(boot: Boot) -> None:
    machine = boot(WITHOUT_DMA, "ENABLED=2u", "START=1u")
    play_tone(machine, 0.1)
    machine.run(0.0015)
    words = expected_words(machine, 20)
    assert variable(machine, "late") > 2
    kept = kept_words(machine, 8)
    assert np.array_equal(kept, [*words[:4], *words[5:9]])


PLAIN = ("ENABLED=0", "START=1u")


@pytest.mark.parametrize(
    ("defines", "rule"),
    [
        (("BEFORE=CKGCR&=~2u",), Rule.MICROPHONE_CLOCK),
        (("CLOCKS=(24u<<24|15u<<16|0x22u)",), Rule.MICROPHONE_CLOCK),  # 400 kHz
        (("CLOCKS=(9u<<24|3u<<16|0x22u)",), Rule.MICROPHONE_CLOCK),  # 4 MHz
        (("CLOCKS=(33u<<24|2u<<16|0x22u)",), Rule.MICROPHONE_CLOCK),  # 3 times, normal SPI
        (("CLOCKS=(99u<<24|0x22u)", "INTERFACE=(31u<<8)"), Rule.MICROPHONE_CLOCK),  # 1 time
        (("CLOCKS=(24u<<24|3u<<16|0x02u)",), Rule.MICROPHONE_CLOCK),  # CCK0 is an input
        (("AFTER=CKGCR&=~2u",), Rule.MICROPHONE_CLOCK),
        (("INTERFACE=(3u<<8|1u<<4)",), Rule.FILTER_SETTINGS),
        (("BEFORE=SITF0CR=INTERFACE",), Rule.FILTER_SETTINGS),
        (("AFTER=SITF0CR=INTERFACE",), Rule.FILTER_SETTINGS),
        (("AFTER=CKGCR&=~1u",), Rule.FILTER_SETTINGS),
        (("EDGE=1u",), Rule.FILTER_SETTINGS),
        (("CIC=(4u<<4|76u<<8)",), Rule.FILTER_SETTINGS),  # 77^4 exceeds 26 bits
        (("CIC=(5u<<4|31u<<8)",), Rule.FILTER_SETTINGS),
        (("CIC=(4u<<4)",), Rule.FILTER_SETTINGS),
        (("CIC=(2u<<4|49u<<8)",), Rule.FILTER_SETTINGS),
        (("AFTER=DFLT0CR=0;DFLT0CR=1u",), Rule.FILTER_SETTINGS),
        (("RESHAPE=0x80u",), Rule.UNMODELLED_REGISTER),
        (("RESHAPE=0x01u",), Rule.UNMODELLED_REGISTER),
        (("CIC=(4u<<4|49u<<8|0x2Eu<<20)",), Rule.UNMODELLED_REGISTER),
        (("START=(1u|2u<<4)",), Rule.UNMODELLED_REGISTER),
        (("INTERFACE=(31u<<8|2u<<4)",), Rule.UNMODELLED_REGISTER),
        (("CLOCKS=(24u<<24|3u<<16|0x44u)",), Rule.UNMODELLED_REGISTER),
        (("BEFORE=R32(ADF1+0xB8)=1u",), Rule.UNMODELLED_REGISTER),
        (("BEFORE=R32(ADF1+0x08)=0",), Rule.UNMODELLED_REGISTER),
        (("BEFORE=R8(ADF1+0xF0)",), Rule.REGISTER_ACCESS_SIZE),
        (("AFTER=CKGCR^=1u<<16",), Rule.WRITE_PROTECTED_REGISTER),
        (("AFTER=SITF0CR^=1u<<4",), Rule.WRITE_PROTECTED_REGISTER),
        (("AFTER=BSMX0CR=1u",), Rule.WRITE_PROTECTED_REGISTER),
        (("AFTER=DFLT0CR=3u",), Rule.WRITE_PROTECTED_REGISTER),
        (("AFTER=DFLT0CICR=5u<<4|49u<<8",), Rule.WRITE_PROTECTED_REGISTER),
        (("AFTER=DFLT0RSFR=0x80u",), Rule.WRITE_PROTECTED_REGISTER),
        (("BEFORE=R32(RCC+0x94)&=~(1u<<10)",), Rule.CLOCK_OFF),
        (("ENABLED=1u", "AFTER=R32(RCC+0x94)&=~(1u<<10)"), Rule.CLOCK_OFF),
        (("ENABLED=1u", "AFTER=R32(RCC+0x20)|=8u"), Rule.CLOCK_TREE),
        (("BEFORE=R32(GPIOE)|=3u<<20",), Rule.PIN_FUNCTION),
        (("BEFORE=R32(GPIOE+0x24)=4u<<4|3u<<8",), Rule.PIN_FUNCTION),
        (("BEFORE=R32(RCC+0x8C)&=~16u",), Rule.PIN_FUNCTION),
    ],
)  # fmt: skip
def test_each_rule_of_the_filter_stops_the_board(
    boot: Boot, defines: tuple[str, ...], rule: Rule
) -> None:
    named = {define.partition("=")[0] for define in defines}
    plain = [define for define in PLAIN if define.partition("=")[0] not in named]
    assert_broken(boot(WITHOUT_DMA, *plain, *defines), rule)


@pytest.mark.parametrize(
    ("defines", "rule"),
    [
        (("WIDTHS=0",), Rule.DMA_SETTINGS),
        (("WIDTHS=2u",), Rule.UNMODELLED_REGISTER),
        (("WIDTHS=(1u|1u<<16)",), Rule.UNMODELLED_REGISTER),
        (("BLOCK=(4u*WORDS-2u)",), Rule.DMA_SETTINGS),
        (("TARGET=((uint32_t)ring+2u)",), Rule.DMA_SETTINGS),
        (("SOURCE=(ADF1+0xF2u)",), Rule.DMA_SETTINGS),
        (("REQUEST=97u",), Rule.DMA_SETTINGS),
        (("TARGET=0x200C0000u",), Rule.DMA_UNREACHABLE),
    ],
)
def test_each_rule_of_its_dma_stops_the_board(
    boot: Boot, defines: tuple[str, ...], rule: Rule
) -> None:
    assert_broken(boot(BY_DMA, ASLEEP, *defines), rule)


def test_low_frequency_mode_needs_twice_the_clock(boot: Boot) -> None:
    machine = boot(BY_DMA, ASLEEP, "CLOCKS=(49u<<24|1u<<16|0x22u)", "INTERFACE=(31u<<8)")
    play_tone(machine, 0.1)
    machine.run(0.05)
    count = variable(machine, "count")
    kept = kept_words(machine)
    assert np.array_equal(kept, expected_words(machine, count))


def test_the_microphones_oscillator_may_be_off(boot: Boot) -> None:
    machine = boot(BY_DMA, ASLEEP)
    machine.msi_ppm = 20_000
    machine.reset()
    machine.run(0.02)
    before = variable(machine, "fulls")
    machine.run(0.5)
    assert variable(machine, "fulls") - before == 51


def test_the_nucleo_has_no_microphone(boot_on: Boot) -> None:
    assert_broken(boot_on("u575", WITHOUT_DMA, *PLAIN), Rule.PIN_FUNCTION)
