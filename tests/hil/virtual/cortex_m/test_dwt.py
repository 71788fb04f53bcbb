# SPDX-License-Identifier: Apache-2.0
"""The cycle counter, and a probe that switches it off behind the firmware's back."""

from __future__ import annotations

import pytest

from hil.virtual.cortex_m.dwt import DebugControl
from hil.virtual.machine import Machine
from hil.virtual.rules import Rule
from tests.hil.virtual.conftest import Boot, assert_broken, variable

LOSES_TRACE = """
volatile uint32_t probe_left, held, last;
void reset(void) {
    DEMCR |= 1u << 24; DWT_CYCCNT = 0; DWT_CTRL |= 1u;
    while (probe_left == 0) {}
    held = DWT_CYCCNT;
    for (uint32_t i = 0; i < 1000; i++) { last = DWT_CYCCNT - held; }
    ACT;
    for (;;) {}
}
"""


def debug_of(machine: Machine) -> DebugControl:
    debug = machine.debug_control
    assert isinstance(debug, DebugControl)
    return debug


def lose_trace(machine: Machine) -> None:
    """Run with trace on, then let a probe leave."""
    machine.run(0.001)
    debug_of(machine).clear_from_outside()
    flag = machine.core.memory(machine.symbols.addresses["probe_left"], 4)
    assert flag is not None
    flag[:] = [1, 0, 0, 0]


def test_the_counter_stands_still_once_a_probe_has_cleared_demcr(boot: Boot) -> None:
    machine = boot(LOSES_TRACE, "ACT=")
    lose_trace(machine)
    machine.run(0.01)
    assert 3900 < variable(machine, "held") < 4100
    assert variable(machine, "last") == 0


def test_it_goes_on_from_there_when_trcena_is_set_again(boot: Boot) -> None:
    counts = "for (uint32_t i = 0; i < 10; i++) { last = DWT_CYCCNT - held; }"
    machine = boot(LOSES_TRACE, f"ACT=DEMCR |= 1u << 24; {counts}")
    lose_trace(machine)
    machine.run(0.01)
    assert 0 < variable(machine, "last") < 200


@pytest.mark.parametrize(
    "act", ["DEMCR |= 1u << 24; DEMCR = 0; last = DWT_CYCCNT", "DWT_CTRL = 1u"]
)
def test_without_trcena_the_dwt_is_refused_to_who_should_know(boot: Boot, act: str) -> None:
    """A read where the firmware itself cleared TRCENA; a write in any case."""
    machine = boot(LOSES_TRACE, f"ACT={act}")
    lose_trace(machine)
    assert_broken(machine, Rule.CLOCK_OFF)


@pytest.mark.parametrize("board", ["u585", "l475", "h743"])
def test_dbgmcu_cr_outlives_a_reset_but_not_a_power_on(board: str) -> None:
    machine = Machine(board)
    dbgmcu = machine.peripherals["DBGMCU"]
    dbgmcu.write(0x04, 4, 6)
    machine.reset()
    assert dbgmcu.read(0x04, 4) == 6
    machine.power_on()
    assert dbgmcu.read(0x04, 4) == 0
