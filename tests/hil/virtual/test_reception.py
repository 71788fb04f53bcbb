# SPDX-License-Identifier: Apache-2.0
"""What the engine moves by itself is what the USART would have moved, at the same cycles."""

from __future__ import annotations

import pytest

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from tests.hil.virtual.conftest import Boot, variable

SPY = """
#define CH DMA_CHANNEL(0)
#define TX DMA_CHANNEL(1)
#define RING 4096u
static volatile uint8_t out[200];
static uint32_t ring[RING / 4u] __attribute__((aligned(16)));
static uint32_t link[4] __attribute__((aligned(16)));
volatile uint32_t turns, matches, ticks, hash, looks, places;
void dma0(void) { R32(CH + 0x0C) = 0x7F00u; turns++; }
void systick(void) { ticks++; }
void usart1(void) { matches++; R32(USART1 + 0x20) = (1u << 4) | (1u << 17); }
/* Sends a block, unless one is on its way. */
static inline void talk(uint32_t interrupts) {
    if (R32(TX + 0x14) & 1u) { return; }
    R32(TX + 0x0C) = 0x7F00u;
    R32(TX + 0x40) = 1u << 3; R32(TX + 0x44) = 25u | 1u << 10;
    R32(TX + 0x48) = 200u; R32(TX + 0x4C) = (uint32_t)out; R32(TX + 0x50) = USART1 + 0x28u;
    R32(USART1 + 0x08) = 3u << 6;
    R32(TX + 0x14) = interrupts | 1u;
}
void dma1(void) { R32(TX + 0x0C) = 0x7F00u; places += 7u; }
void reset(void) {
    fpu_begin(); clock_begin(); pins_begin();
    enable(0x88, 0); enable(0xA4, 14);
    uint32_t relink = 1u << 29 | 1u << 27 | 1u << 16 | ((uint32_t)link & 0xFFFCu);
    link[0] = RING; link[1] = (uint32_t)ring; link[2] = relink;
    R32(CH + 0x40) = 1u << 19 | 1u << 30;
    R32(CH + 0x44) = 24u;
    R32(CH + 0x48) = RING; R32(CH + 0x4C) = USART1 + 0x24u; R32(CH + 0x50) = (uint32_t)ring;
    R32(CH + 0x00) = (uint32_t)link & 0xFFFF0000u; R32(CH + 0x7C) = relink;
    R32(NVIC) = 3u << 29; R32(NVIC + 4) = 1u << 29;
    R32(CH + 0x14) = 1u << 8 | 1u;
    R32(USART1 + 0x0C) = BRR_VALUE;
    R32(USART1 + 0x08) = 1u << 6;
    R32(USART1 + 0x00) = 0xDu | 1u << 4 | 1u << 14;
    R32(SYSTICK + 4) = 1234567; R32(SYSTICK + 8) = 0; R32(SYSTICK) = 7;
    for (uint32_t i = 1;; i++) {
        /* Looks at memory and asks nobody: it sees when each byte came. */
        for (uint32_t at = 0; at < RING / 4u; at += 16u) {
            hash = (hash ^ ((volatile uint32_t *)ring)[at]) * 16777619u;
            looks++;
        }
        if ((i & 63u) == 0) { places = places * 31u + R32(CH + 0x50); }
        if ((i & 511u) == 0) { __asm volatile("dsb; wfi; isb"); }
        ALSO;
    }
}
"""
NAMES = ("turns", "matches", "ticks", "hash", "looks", "places")
SOUND = bytes((i * 37 + i // 256) % 255 + 1 for i in range(9000)) + b"\0"


def spy(boot: Boot, *, lent: bool, also: str = "ALSO=") -> Machine:
    machine = boot(SPY, also)
    machine.bus_memory.is_direct = lent
    machine.run(0.001)
    return machine


def state(machine: Machine) -> list[int]:
    values = [variable(machine, name) for name in NAMES]
    return [*values, machine.instructions, machine.core.cycles, machine.accesses]


def ring_of(machine: Machine) -> bytes:
    ring = machine.core.memory(machine.symbols.addresses["ring"], 4096)
    assert ring is not None
    return ring.tobytes()


def talking(interrupts: str) -> str:
    """Firmware that sends blocks, and changes what it is sending at each of its turns."""
    change = "for (uint32_t k = 0; k < 200u; k++) { out[k] = (uint8_t)i; }"
    return f"ALSO={change} if ((i & 127u) == 5u) {{ talk({interrupts}); }}"


def listen(machine: Machine) -> list[list[int]]:
    """Send in pieces; how things are after each of them."""
    states = []
    for at in range(0, len(SOUND), 2500):
        machine.send(SOUND[at : at + 2500] + b"\0")
        machine.run(0.0301)
        states.append(state(machine))
    return states


def test_the_firmware_sees_every_byte_at_the_same_cycle(boot: Boot) -> None:
    plain, lent = spy(boot, lent=False), spy(boot, lent=True)
    expected = listen(plain)
    assert listen(lent) == expected
    for machine in (plain, lent):
        assert variable(machine, "turns") == 2
        assert variable(machine, "matches") == 9  # five delimiters; the line fell idle four times
    assert ring_of(lent) == ring_of(plain)
    assert lent.core.starts < plain.core.starts // 2


@pytest.mark.parametrize("interrupts", ["0u", "1u << 8", "3u << 8"])
def test_a_block_that_changes_while_it_is_sent_goes_out_as_it_was(
    boot: Boot, interrupts: str
) -> None:
    also = talking(interrupts)
    plain, lent = spy(boot, lent=False, also=also), spy(boot, lent=True, also=also)
    assert listen(lent) == listen(plain)
    assert lent.line.from_board == plain.line.from_board
    assert len(set(lent.line.from_board)) > 100
    assert len(lent.line.from_board) > 2000
    assert lent.core.starts < plain.core.starts * 3 // 4


@pytest.mark.parametrize("slice_cycles", [777, 50_000])
@pytest.mark.parametrize("also", ["ALSO=", talking("1u << 8")])
def test_slices_change_nothing(boot: Boot, slice_cycles: int, also: str) -> None:
    whole, cut = spy(boot, lent=True, also=also), spy(boot, lent=True, also=also)
    cut.loop.slice_cycles = slice_cycles
    whole.send(SOUND)
    cut.send(SOUND)
    whole.run(0.02)
    cut.run(0.02)
    assert state(cut) == state(whole)
    assert cut.line.from_board == whole.line.from_board


def test_the_host_s_looks_change_nothing(boot: Boot) -> None:
    whole, cut = spy(boot, lent=True), spy(boot, lent=True)
    whole.send(SOUND)
    cut.send(SOUND)
    whole.run(0.02)
    for _ in range(200):
        cut.run(0.0001)
    assert state(cut) == state(whole)


def test_writes_end_a_loan_and_change_nothing(boot: Boot) -> None:
    also = "ALSO=if ((i & 31u) == 0) { R32(NVIC + 0x300) = 0; }"
    assert listen(spy(boot, lent=True, also=also)) == listen(spy(boot, lent=False, also=also))


@pytest.mark.parametrize("lent", [True, False])
def test_a_pin_that_is_taken_away_is_found_within_the_grid(boot: Boot, lent: bool) -> None:
    also = "ALSO=if (i == 2000u) { R32(GPIOA) &= ~(3u << 20); }"
    machine = spy(boot, lent=lent, also=also)
    machine.send(SOUND)
    with pytest.raises(RuleBroken) as broken:
        machine.run(0.09)
    assert broken.value.rule is Rule.PIN_FUNCTION


def test_marks_do_not_stop_the_core(boot: Boot) -> None:
    source = """
    volatile uint32_t result;
    __attribute__((noinline)) uint32_t step(uint32_t n) { __asm volatile(""); return n * 3u + 1u; }
    void reset(void) {
        for (uint32_t i = 0; i < 2000u; i++) { result = step(result); }
        for (;;) { __asm volatile("dsb; wfi; isb"); }
    }
    """
    machine = boot(source)
    meter = machine.watch("step")
    machine.run(0.05)
    assert meter.calls == 2000
    assert len(set(meter.per_call_instructions)) == 1
    assert machine.core.starts <= 2 * 2000 // 256 + 10  # a log of 256 marks, and the start
