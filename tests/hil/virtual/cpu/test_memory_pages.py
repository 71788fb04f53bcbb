# SPDX-License-Identifier: Apache-2.0
"""What the engine keeps of a page of memory is never wrong: code in RAM, misses in IT blocks."""

from __future__ import annotations

import pytest

from hil.virtual.machine import Machine
from tests.hil.virtual.conftest import Boot
from tests.hil.virtual.images import H7_BOARDS, L4_BOARDS

RAM_CODE = """
volatile uint32_t results[4];
static uint16_t code[2] __attribute__((aligned(4)));
static uint32_t call(void) {
    __asm volatile("dsb\\n isb" ::: "memory");
    return ((uint32_t (*)(void))((uintptr_t)code | 1u))();
}
void reset(void) {
    code[1] = 0x4770u;             /* bx lr */
    for (uint32_t i = 0; i < 4u; i++) {
        code[0] = (uint16_t)(0x2000u | (i + 5u)); /* movs r0, #i + 5 */
        results[i] = call();
    }
    for (;;) { __asm volatile("dsb; wfi; isb"); }
}
"""


def results(machine: Machine, count: int) -> list[int]:
    address = machine.symbols.addresses["results"]
    return [machine.core.word(address + 4 * index) for index in range(count)]


@pytest.mark.parametrize("board", ["u585", L4_BOARDS[0], H7_BOARDS[0]])
def test_code_in_ram_runs_as_it_was_last_written(boot_on: Boot, board: str) -> None:
    machine = boot_on(board, RAM_CODE)
    machine.run(0.01)
    assert results(machine, 4) == [5, 6, 7, 8]
    counted = machine.instructions

    machine.power_on()
    machine.run(0.01)
    assert results(machine, 4) == [5, 6, 7, 8]
    assert machine.instructions == 2 * counted


MISSES = """
volatile uint32_t results[2];
#define PAGES 0x20040000u /* RAM that nothing has touched yet */
__attribute__((noinline, naked)) uint32_t probe(const uint8_t *page) {
    /* Z is 1 at the load, and 0 after it: what follows must not be made conditional by it. */
    __asm volatile("movs r1, #0\\n movs r2, #0\\n cmp r1, #0\\n"
                   "itt eq\\n ldrbeq r1, [r0]\\n cmpeq r0, #0\\n"
                   "b 1f\\n 1: add r2, r2, #1\\n add r2, r2, #1\\n add r2, r2, #1\\n"
                   "mov r0, r2\\n bx lr");
}
void reset(void) {
    for (uint32_t i = 0; i < 64u; i++) {
        results[0] += probe((const uint8_t *)(PAGES + 1024u * i));
        results[1] += 1u;
    }
    for (;;) { __asm volatile("dsb; wfi; isb"); }
}
"""


def test_a_page_met_first_inside_an_it_block_makes_nothing_else_conditional(boot: Boot) -> None:
    machine = boot(MISSES)
    machine.run(0.01)
    assert results(machine, 2) == [3 * 64, 64]
