# SPDX-License-Identifier: Apache-2.0
"""Strikes at a chosen moment: what they do to the machine, and to nothing else of it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from hil.fault_modes.names import Boundary, FaultMode
from hil.virtual.cortex_m.nvic import HARD_FAULT
from hil.virtual.cortex_m.scb import CFSR_UNDEFINSTR
from hil.virtual.faults.chip import watchdog_of
from hil.virtual.faults.probe_trouble import Trouble
from hil.virtual.faults.strikes import STRIKES, strike, without_a_place
from hil.virtual.machine import Machine
from hil.virtual.stm32.rcc_base import RESET_PIN, RESET_POWER, RESET_WATCHDOG
from hil.virtual.symbols import Symbols
from tests.hil.virtual.conftest import Boot, variable

RINGS = """
#include <stdint.h>
uint8_t rx_ring[64 + 8], tx_ring[32];
const uint8_t weights_0_first[48] = {7}, weights_1_second[16] = {9};
volatile uint32_t begun, faults;
void reset(void) {
    begun++;
    tx_ring[0] = rx_ring[0] + weights_0_first[begun % 48] + weights_1_second[begun % 16];
    for (;;) { __asm volatile("nop\\n nop\\n nop"); }
}
void hard_fault(void) { faults++; for (;;) {} }
"""
"""Symbols as the firmware has them: the receive ring with words around it, the other without."""


def spans(machine: Machine) -> dict[str, bytes]:
    """What each symbol's memory holds."""
    symbols, held = machine.symbols, {}
    for name in ("rx_ring", "tx_ring", "weights_0_first", "weights_1_second"):
        view = machine.core.memory(symbols.addresses[name], symbols.sizes[name])
        assert view is not None
        held[name] = view.tobytes()
    return held


def modes_of(boundary: Boundary) -> set[str]:
    return {mode.value for mode in FaultMode if mode.boundary is boundary}


def test_the_machine_and_the_probe_have_every_mode_of_theirs() -> None:
    assert set(STRIKES) == modes_of(Boundary.TARGET)
    assert {trouble.value for trouble in Trouble} == modes_of(Boundary.PROBE)


def test_an_image_without_symbols_has_no_place_for_flips() -> None:
    flips = {name for name in STRIKES if name.endswith("-flip")}
    assert set(without_a_place(Symbols())) == flips
    plain = Symbols({"rx_ring": 0, "tx_ring": 64}, {"rx_ring": 64, "tx_ring": 32})
    assert without_a_place(plain) == ["target-weights-flip", "target-canary-flip"]


@pytest.mark.parametrize(
    ("name", "may_change"),
    [
        ("target-receive-ring-flip", {"rx_ring": range(4, 68)}),
        ("target-transmit-ring-flip", {"tx_ring": range(32)}),
        ("target-canary-flip", {"rx_ring": {*range(4), *range(68, 72)}}),
        ("target-weights-flip", {"weights_0_first": range(48), "weights_1_second": range(16)}),
    ],
)
def test_a_flip_turns_one_bit_over_in_its_place_and_every_place_may_be_met(
    boot: Boot, name: str, may_change: dict[str, Iterable[int]]
) -> None:
    machine = boot(RINGS)
    machine.run(0.001)
    met = set()
    for choice in range(0, 8 * 128, 8):
        before = spans(machine)
        strike(machine, name, choice + 5)
        after = spans(machine)
        changed = [
            (ring, at)
            for ring in before
            for at, (a, b) in enumerate(zip(before[ring], after[ring], strict=True))
            if a != b
        ]
        (where,) = changed
        assert before[where[0]][where[1]] ^ after[where[0]][where[1]] == 1 << 5
        met.add(where)
    assert met == {(ring, at) for ring, places in may_change.items() for at in places}


@pytest.mark.parametrize("board", ["u585", "l475", "h743"])
def test_an_undefined_instruction_is_a_hard_fault_until_the_next_reset(
    boot_on: Boot, board: str
) -> None:
    machine = boot_on(board, RINGS)
    machine.run(0.001)
    flash = machine.core.flash_bytes.copy()
    strike(machine, "target-hard-fault", 0)
    machine.run(0.001)
    assert machine.scb.values["CFSR"] & CFSR_UNDEFINSTR
    assert HARD_FAULT in machine.nvic.active
    machine.reset()
    assert (machine.core.flash_bytes == flash).all()
    before = machine.instructions
    machine.run(0.001)
    assert variable(machine, "begun") == 1
    assert machine.instructions > before
    assert not machine.nvic.active


def test_resets_leave_their_flags(boot: Boot) -> None:
    machine = boot(RINGS)
    machine.rcc.set_reset_flags(0)
    strike(machine, "target-reset", 0)
    assert machine.rcc.reset_flags == RESET_PIN
    strike(machine, "target-brown-out", 0)
    assert machine.rcc.reset_flags & RESET_POWER


def test_a_core_that_is_stopped_executes_nothing_and_the_watchdog_may_bite(boot: Boot) -> None:
    machine = boot(RINGS)
    machine.run(0.001)
    strike(machine, "target-core-stopped", 0)
    before = machine.instructions
    machine.run(0.01)
    assert machine.instructions == before
    watchdog_of(machine).catch_up()
    assert machine.rcc.reset_flags & RESET_WATCHDOG
    machine.run(0.001)
    assert machine.instructions > before
