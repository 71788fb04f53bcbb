# SPDX-License-Identifier: Apache-2.0
"""Flash whose programming or erasing was interrupted: what reads of it do, and what cures it."""

from __future__ import annotations

import pytest

from hil.virtual.debug.debug_bus import BusError
from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from tests.hil.virtual.conftest import Boot, break_rule, variable
from tests.hil.virtual.debugger import Debugger
from tests.hil.virtual.stm32.test_flash_flags import H7_BOARDS, PAGED_BOARDS, Probe

FLASH = 0x0800_0000
BANK_2 = {"u585": 0x0810_0000, "l475": 0x0808_0000, "l4r5": 0x0810_0000, "l432": 0x0802_0000}
"""A second bank; the L432 has one alone."""
ECCR = {"u585": 0x4002_2030, "l475": 0x4002_2018, "l432": 0x4002_2018, "l4r5": 0x4002_2018}
BANK_BIT = {"u585": 21, "l475": 19, "l4r5": 21}
ECCD = 1 << 31

READS = """
volatile uint32_t result, value, nmis, latched, cfsr, bfar;
void nmi(void) { nmis++; latched = R32(ECCR); R32(ECCR) = 1u << 31; }
void hard_fault(void) {
    cfsr = R32(SCB + 0x28); bfar = R32(SCB + 0x38); latched = R32(0x52002060); result = 2;
    for (;;) { }
}
void reset(void) { value = ACT; __asm volatile("dsb"); result = 1; for (;;) { } }
"""


def damage(machine: Machine, address: int) -> None:
    """Interrupt the programming of a unit by a loss of power."""
    flash = machine.flash
    flash.begin(address, flash.UNIT_BYTES, 1_000_000)
    machine.power_on()
    assert flash.damaged.first_in(address, 4) == address


def boot_damaged(boot_on: Boot, board: str, address: int, act: str) -> Machine:
    eccr = ECCR.get(board, 0)
    machine = boot_on(board, READS.replace("ACT", act), f"ECCR={eccr}")
    damage(machine, address)
    return machine


@pytest.mark.parametrize("board", PAGED_BOARDS)
def test_a_read_of_a_damaged_unit_raises_the_nmi(boot_on: Boot, board: str) -> None:
    at = BANK_2[board] + 0x140
    machine = boot_damaged(boot_on, board, at, f"R32({at + 4}u)")
    machine.run(0.001)
    bank = 1 << BANK_BIT[board] if board in BANK_BIT else 0
    offset = 0x140 if board in BANK_BIT else at - FLASH
    assert variable(machine, "result") == 1
    assert variable(machine, "nmis") == 1
    assert variable(machine, "latched") == ECCD | bank | offset


@pytest.mark.parametrize("board", PAGED_BOARDS)
def test_its_neighbours_are_read_without_a_word(boot_on: Boot, board: str) -> None:
    at, unit = BANK_2[board] + 0x140, 16 if board == "u585" else 8
    act = f"R32({at - 4}u) + R32({at + unit}u)"
    machine = boot_damaged(boot_on, board, at, act)
    machine.run(0.001)
    assert (variable(machine, "result"), variable(machine, "nmis")) == (1, 0)


@pytest.mark.parametrize("board", H7_BOARDS)
def test_a_read_of_a_damaged_flash_word_is_a_bus_fault(boot_on: Boot, board: str) -> None:
    at = 0x080A_0040
    machine = boot_damaged(boot_on, board, at, f"R32({at + 8}u)")
    machine.run(0.001)
    assert variable(machine, "result") == 2
    assert variable(machine, "cfsr") == 1 << 9 | 1 << 15  # PRECISERR, BFARVALID
    assert variable(machine, "bfar") == at + 8
    unit = 32 if board == "h743" else 16
    assert variable(machine, "latched") == (at - FLASH) // unit
    assert machine.flash.values["SR1"] >> 26 & 1  # DBECCERR


CODE = """
volatile uint32_t result, nmis;
/* No two of them in one unit. */
#define ALONE __attribute__((noinline, aligned(32)))
ALONE void nmi(void) { nmis++; R32(ECCR) = 1u << 31; }
ALONE void hard_fault(void) { result = 2; for (;;) { } }
ALONE uint32_t far(uint32_t n) { return n * 3u + 1u; }
ALONE void reset(void) { result = far(nmis) + 10u; for (;;) { } }
"""


@pytest.mark.parametrize("board", [*PAGED_BOARDS, *H7_BOARDS])
def test_code_in_a_damaged_unit_is_met_when_it_runs(boot_on: Boot, board: str) -> None:
    machine = boot_on(board, CODE, f"ECCR={ECCR.get(board, 0)}")
    machine.run(0.001)  # Its code is known before it is damaged.
    assert variable(machine, "result") == 11
    damage(machine, machine.symbols.addresses["far"] & ~1)
    machine.run(0.001)
    if board in H7_BOARDS:
        assert variable(machine, "result") == 2
    else:
        assert variable(machine, "nmis") >= 1
        assert variable(machine, "result") == 11


@pytest.mark.parametrize("board", [*PAGED_BOARDS, *H7_BOARDS])
def test_half_programmed_vectors_stop_the_start_and_are_named(board: str) -> None:
    machine = Machine(board)
    for at in range(0, 64, machine.flash.UNIT_BYTES):
        machine.flash.damage(FLASH + at, machine.flash.UNIT_BYTES)
    machine.power_on()
    error = break_rule(machine)
    assert error.rule is Rule.LOCKUP
    assert "interrupted" in error.detail
    assert error.address in (FLASH + 4, FLASH + 8)


@pytest.mark.parametrize("board", [*PAGED_BOARDS, *H7_BOARDS])
def test_a_debugger_cannot_read_it_until_it_is_erased(board: str) -> None:
    probe = Probe(board)
    at = FLASH if board == "h743" else 0x0801_0000
    probe.begin()
    probe.write(at, *probe.unit(1))
    probe.reset_and_halt()  # Before the unit is done.
    with pytest.raises(BusError, match="ECC double error"):
        probe.read(at)
    probe.unlock()
    probe.write(probe.layout.control, probe.layout.erase_first_page)
    probe.wait()
    assert probe.read(at) == 0xFFFF_FFFF
    assert not probe.machine.flash.damaged


@pytest.mark.parametrize("board", PAGED_BOARDS)
def test_only_erasing_cures_it(board: str) -> None:
    probe = Probe(board)
    probe.begin()
    probe.write(0x0801_0000, *probe.unit(1))
    probe.reset_and_halt()
    probe.begin()
    probe.write(0x0801_0000, *[0] * len(probe.erased))
    assert probe.flags() == 1 << 3  # PROGERR
    probe.reset_and_halt()
    assert probe.machine.flash.damaged


@pytest.mark.parametrize("board", [*PAGED_BOARDS, *H7_BOARDS])
def test_an_interrupted_erase_leaves_the_whole_page_in_doubt(board: str) -> None:
    probe = Probe(board)
    at = FLASH if board == "h743" else 0x0801_0000
    probe.unlock()
    probe.write(probe.layout.control, probe.layout.erase_first_page)
    probe.machine.power_on()
    size = {"u585": 8, "l475": 2, "l432": 2, "l4r5": 4, "h743": 128, "h7a3": 8}[board] * 1024
    assert probe.machine.flash.damaged.spans == [(at, at + size)]


def test_an_operation_that_is_done_is_not_interrupted() -> None:
    probe = Probe("u585")
    probe.begin()
    probe.write(0x0801_0000, *probe.unit(1))
    probe.wait()
    probe.machine.power_on()
    assert not probe.machine.flash.damaged


def test_a_new_image_from_outside_has_no_damage(boot: Boot) -> None:
    machine = boot(READS.replace("ACT", "1"), "ECCR=0")
    damage(machine, FLASH)
    machine.load_segments([])
    assert not machine.flash.damaged


def test_nothing_is_hooked_while_nothing_is_damaged() -> None:
    debugger = Debugger("u585")
    watched = debugger.machine.core.watched
    watched.apply()
    assert not watched._hooks
    debugger.machine.flash.damage(FLASH, 16)
    watched.apply()
    assert watched._hooks
    debugger.machine.flash.erase_cells(FLASH, 8192)
    watched.apply()
    assert not watched._hooks


def test_spans_of_damage_are_cut_by_an_erase() -> None:
    cells = Machine("u585").flash.damaged
    cells.add(FLASH, FLASH + 64)
    cells.add(FLASH + 256, FLASH + 512)
    cells.remove(FLASH + 32, FLASH + 300)
    assert cells.spans == [(FLASH, FLASH + 32), (FLASH + 300, FLASH + 512)]
    assert cells.first_in(FLASH + 32, 268) is None
    assert cells.first_in(FLASH + 32, 269) == FLASH + 300


def test_firmware_cannot_program_what_is_in_doubt() -> None:
    machine = Machine("u585")
    machine.flash.damage(FLASH + 0x8000, 16)
    for key in (0x4567_0123, 0xCDEF_89AB):
        machine.bus.write(0x4002_2008, 4, key)
    machine.bus.write(0x4002_2028, 4, 1)
    with pytest.raises(RuleBroken, match="not erased"):
        machine.flash.program(FLASH + 0x8000, 4, 1)


NMI_FIRST = """
void nmi(void) { for (;;) { } }
volatile uint32_t result;
void reset(void) { result = 1; for (;;) { } }
"""


def test_half_programmed_vectors_of_the_l4_end_in_the_nmi_handler(boot_on: Boot) -> None:
    """Its vector is in the next unit, and can be read; the reset handler is never reached."""
    machine = boot_on("l475", NMI_FIRST)
    damage(machine, FLASH)
    machine.run(0.001)
    assert machine.nvic.active == [2]
    assert variable(machine, "result") != 1


def test_half_programmed_vectors_of_the_u5_hold_that_of_the_nmi_too(boot: Boot) -> None:
    machine = boot(NMI_FIRST)
    damage(machine, FLASH)
    error = break_rule(machine)
    assert (error.rule, error.address) == (Rule.LOCKUP, FLASH + 8)
