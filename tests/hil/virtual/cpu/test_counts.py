# SPDX-License-Identifier: Apache-2.0
"""Instruction counts are exact, repeat, and do not depend on how a run is cut into slices."""

from __future__ import annotations

import numpy as np
import pytest

from hil.virtual.cpu.block_hook import weighted_sum
from hil.virtual.machine import Machine
from tests.hil.virtual.conftest import Boot, variable

LOOP = """
volatile uint32_t result;
__attribute__((noinline, naked)) uint32_t loop(uint32_t n) {
    /* 2 + 3 n + 1 instructions */
    __asm volatile("movs r1, #0\\n nop\\n 1: adds r1, r1, #1\\n cmp r1, r0\\n bne 1b\\n bx lr");
}
__attribute__((noinline)) uint32_t outer(uint32_t n) { return loop(n) + loop(n + 1u); }
"""

BUSY = """
volatile uint32_t ticks, result;
void systick(void) { ticks++; result ^= ticks * 2654435761u; }
void dma1(void) { R32(DMA_CHANNEL(1) + 0x0C) = 0x7F00u; result++; }
static uint8_t text[64];
void reset(void) {
    begin();
    enable(0x88, 0);
    for (uint32_t i = 0; i < sizeof text; i++) { text[i] = (uint8_t)(i * 7u); }
    R32(USART1 + 0x08) = 1u << 7;
    R32(DMA_CHANNEL(1) + 0x40) = 1u << 3 | 1u << 14;
    R32(DMA_CHANNEL(1) + 0x44) = 25u | 1u << 10;
    R32(DMA_CHANNEL(1) + 0x48) = sizeof text;
    R32(DMA_CHANNEL(1) + 0x4C) = (uint32_t)text;
    R32(DMA_CHANNEL(1) + 0x50) = USART1 + 0x28u;
    R32(NVIC) = 1u << 30;
    R32(DMA_CHANNEL(1) + 0x14) = 1u | 1u << 8;
    R32(SYSTICK + 4) = 1777; R32(SYSTICK + 8) = 0; R32(SYSTICK) = 7;
    for (uint32_t i = 0; i < 20000; i++) {
        result = result * 1664525u + (i ^ (result >> 5));
        if (result & 1u) { result += ticks; }
        if ((i & 1023u) == 0) { __asm volatile("dsb; wfi; isb"); }
    }
    put((uint8_t)ticks);
    for (;;) { __asm volatile("dsb; wfi; isb"); }
}
"""


def state(machine: Machine) -> tuple[int, int, int, int, bytes]:
    return (
        machine.instructions,
        machine.core.cycles,
        variable(machine, "ticks"),
        variable(machine, "result"),
        bytes(machine.line.from_board),
    )


def test_counts_do_not_depend_on_slices(boot: Boot) -> None:
    states = []
    for slice_cycles in (None, 100, 997, 20_000, 200_000):
        machine = boot(BUSY)
        machine.loop.slice_cycles = slice_cycles
        machine.run(0.02)
        states.append(state(machine))
    assert states[0][0] > 200_000
    assert states[0][2] > 100
    assert len(states[0][4]) == 65
    assert states == [states[0]] * len(states)


def test_counts_do_not_depend_on_how_often_the_host_looks(boot: Boot) -> None:
    whole, cut = boot(BUSY), boot(BUSY)
    whole.run(0.02)
    for _ in range(40):
        cut.run(0.0005)
    assert state(cut) == state(whole)


def test_the_same_run_again_counts_the_same_after_a_reset(boot: Boot) -> None:
    machine = boot(BUSY)
    machine.run(0.01)
    first = state(machine)
    began = machine.instructions, machine.core.cycles
    machine.line.from_board.clear()
    machine.power_on()
    machine.run(0.01)
    second = state(machine)
    assert (second[0] - began[0], second[1] - began[1]) == first[:2]
    assert second[2:] == first[2:]


def test_a_call_meter_counts_exactly_and_leaves_exceptions_out(boot: Boot) -> None:
    source = (
        LOOP
        + """
        volatile uint32_t ticks;
        void systick(void) { ticks++; }
        void reset(void) {
            START;
            for (uint32_t i = 0; i < 10; i++) { result += outer(1000); }
            for (;;) { __asm volatile("dsb; wfi; isb"); }
        }
        """
    )
    quiet = boot(source, "START=")
    meter, outer = quiet.watch("loop"), quiet.watch("outer")
    quiet.run(0.1)
    assert meter.calls == 20
    assert meter.per_call_instructions[:2] == [3 + 3 * 1000, 3 + 3 * 1001]
    assert meter.instructions == 10 * (6 + 3 * 2001)
    assert outer.calls == 10
    assert outer.instructions > meter.instructions
    assert meter.cycles_estimated > meter.instructions

    start = "START=R32(SYSTICK + 4) = 199; R32(SYSTICK + 8) = 0; R32(SYSTICK) = 7"
    disturbed = boot(source, start)
    meter_2, outer_2 = disturbed.watch("loop"), disturbed.watch("outer")
    disturbed.run(0.1)
    assert variable(disturbed, "ticks") > 100
    assert meter_2.per_call_instructions == meter.per_call_instructions
    assert outer_2.per_call_instructions == outer.per_call_instructions


def test_watching_changes_no_counts(boot: Boot) -> None:
    source = (
        LOOP
        + 'void reset(void) { result = outer(5000); for (;;) { __asm volatile("dsb; wfi; isb"); } }'
    )
    plain, watched = boot(source), boot(source)
    watched.watch("loop")
    plain.run(0.05)
    watched.run(0.05)
    assert watched.instructions == plain.instructions
    assert watched.core.cycles == plain.core.cycles


def test_watching_an_unknown_function_is_an_error(boot: Boot) -> None:
    machine = boot("void reset(void) { for (;;) {} }")
    with pytest.raises(KeyError):
        machine.watch("no_such_function")


def test_instructions_of_a_block_cut_short_by_a_fault_are_not_counted(boot: Boot) -> None:
    """The load faults: the ten instructions after it in its block never run."""
    counts = []
    for nops in ("", "nop\\n nop\\n nop\\n nop\\n nop\\n nop\\n nop\\n nop\\n nop\\n nop"):
        machine = boot(
            'void hard_fault(void) { for (;;) { __asm volatile("dsb; wfi; isb"); } }'
            'void reset(void) { __asm volatile("mov r0, #0x60000000\\n ldr r1, [r0]\\n'
            + nops
            + '" ::: "r0", "r1"); for (;;) {} }'
        )
        machine.run(0.001)
        counts.append(machine.instructions)
    assert counts[0] == counts[1]


def test_the_cycle_counter_follows_the_estimate_and_stands_still_in_sleep(boot: Boot) -> None:
    machine = boot(
        LOOP
        + """
        volatile uint32_t loop_cycles, sleep_cycles;
        void systick(void) {}
        void reset(void) {
            DEMCR |= 1u << 24; DWT_CYCCNT = 0; DWT_CTRL |= 1u;
            uint32_t start = DWT_CYCCNT;
            result = loop(1000);
            loop_cycles = DWT_CYCCNT - start;
            R32(SYSTICK + 4) = 3999999; R32(SYSTICK + 8) = 0; R32(SYSTICK) = 7;
            start = DWT_CYCCNT;
            __asm volatile("dsb; wfi; isb");
            sleep_cycles = DWT_CYCCNT - start;
            for (;;) {}
        }
        """
    )
    machine.run(1.1)
    assert 4000 <= variable(machine, "loop_cycles") < 4100  # 3 instructions, 1 taken branch
    assert variable(machine, "sleep_cycles") < 100


def test_the_sum_of_a_long_block_fits_its_table() -> None:
    """Else code in tightly coupled memory would be taken for changed each time it runs."""
    halfwords = np.full(512, 0xFFFF, np.uint16)
    whole = sum(0xFFFF * (2 * index + 1) for index in range(512))
    assert whole > 1 << 32
    assert weighted_sum(halfwords, 0, 512) == whole % (1 << 32)
