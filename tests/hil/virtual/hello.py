# SPDX-License-Identifier: Apache-2.0
"""The program that is right on every chip, with a place for a fault: `boot(HELLO, "FAULT=...")`."""

from __future__ import annotations

from hil.virtual.machine import Machine
from tests.hil.virtual.conftest import variable

HELLO = """
volatile uint32_t result;
void reset(void) {
    fpu_begin(); clock_begin(); pins_begin(); uart_begin(0);
    put('o'); put('k');
    FAULT;
    result = 1;
    for (;;) { __asm volatile("dsb; wfi; isb"); }
}
"""


def run_to_ok(machine: Machine) -> None:
    machine.run(0.01)
    assert bytes(machine.line.from_board) == b"ok"
    assert variable(machine, "result") == 1
