# SPDX-License-Identifier: Apache-2.0
"""Power lost while flash is programmed, a bit that turns over afterwards, oscillators that fail."""

from __future__ import annotations

import pytest

from hil.virtual.faults.flash import AFTER_UNITS
from hil.virtual.faults.names import VirtualFault
from hil.virtual.machine import Machine

BOARDS = ("u585", "l475", "h743")
DATA_PS = 100_000_000


def program(machine: Machine, units: int) -> int:
    """Program so many units, as the flash controller does; the address after them."""
    flash, at = machine.flash, machine.core.flash.origin
    for _ in range(units):
        flash.set_bytes(at, bytes(flash.UNIT_BYTES))
        end_ps = flash.begin(at, flash.UNIT_BYTES, DATA_PS)
        for owner in machine.scheduler.due():
            machine.schedule(owner, None)
        machine.sleep_until(end_ps)
        at += flash.UNIT_BYTES
    return at


@pytest.mark.parametrize("board", BOARDS)
def test_power_fails_in_the_middle_of_a_unit_which_is_in_doubt_then(board: str) -> None:
    machine = Machine(board, faults=(VirtualFault.POWER_LOSS,))
    at = program(machine, AFTER_UNITS - 1)
    assert not machine.flash.damaged
    machine.flash.begin(at, machine.flash.UNIT_BYTES, DATA_PS)
    machine.sleep_until(machine.now_ps + DATA_PS // 2)
    machine.faults[0].on_time()
    assert machine.faults[0].struck == 1
    assert machine.flash.damaged.first_in(at, 1) == at
    machine.flash.erase_cells(machine.core.flash.origin, at + 4096 - machine.core.flash.origin)
    program(machine, 2 * AFTER_UNITS)
    assert machine.faults[0].struck == 1


@pytest.mark.parametrize("board", BOARDS)
def test_one_bit_turns_over_once(board: str) -> None:
    machine = Machine(board, faults=(VirtualFault.BIT_FLIP,))
    origin = machine.core.flash.origin
    end = program(machine, 2 * AFTER_UNITS)
    cells = machine.core.memory(origin, end - origin)
    assert cells is not None
    assert int(cells.sum()) == 1 << 3
    assert cells[(AFTER_UNITS - 2) * machine.flash.UNIT_BYTES] == 1 << 3
    assert machine.faults[0].struck == 1


def test_oscillators_that_the_board_has_can_be_missing() -> None:
    assert Machine("h743").hse_present
    assert not Machine("h743", faults=(VirtualFault.HSE_MISSING,)).hse_present
    assert Machine("u585").lse_present
    assert not Machine("u585", faults=(VirtualFault.LSE_MISSING,)).lse_present
