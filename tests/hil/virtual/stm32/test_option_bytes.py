# SPDX-License-Identifier: Apache-2.0
"""Option bytes and identity of the virtual chips, as core and debugger read them."""

from __future__ import annotations

import pytest

from generator.boards.boards_file import load_boards
from generator.repository import DEFAULT_BOARDS_FILE
from hil.probe.part import OptionBytesError, check_part
from hil.virtual.debug.debug_bus import BusError
from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.option_bytes import OptionBytes
from tests.hil.virtual.conftest import Boot, break_rule, variable
from tests.hil.virtual.debugger import Debugger

SPECS = load_boards(DEFAULT_BOARDS_FILE)
UNIQUE_ID = {"u585": 0x0BFA_0700, "h743": 0x1FF1_E800, "h7a3": 0x08FF_F800, "l475": 0x1FFF_7590}
FLASH_SIZE = {"u585": 0x0BFA_07A0, "h743": 0x1FF1_E880, "h7a3": 0x08FF_F80C, "l475": 0x1FFF_75E0}
KIB = {"u585": 2048, "h743": 2048, "h7a3": 2048, "l475": 1024}
OPTR = {"u585": 0x4002_2040, "l475": 0x4002_2020, "h743": 0x5200_201C, "h7a3": 0x5200_201C}
FLASH = 0x0800_0000


@pytest.mark.parametrize("board", SPECS)
def test_a_part_as_delivered_fits_its_board(board: str) -> None:
    check_part(SPECS[board], Debugger(board).read)


@pytest.mark.parametrize(
    ("board", "options", "words"),
    [
        ("u585", OptionBytes(trust_zone=True), "TZEN"),
        ("u585", OptionBytes(swapped_banks=True), "SWAP_BANK"),
        ("u585", OptionBytes(rdp_level=1), "RDP"),
        ("u585", OptionBytes(hardware_watchdog=True), "IWDG_SW"),
        ("u585", OptionBytes(write_protected=((FLASH, FLASH + 0x4000),)), "WRP1A"),
        ("u585", OptionBytes(write_protected=((FLASH + 0x10_0000, FLASH + 0x10_2000),)), "WRP2A"),
        ("l475", OptionBytes(write_protected=((FLASH, FLASH + 0x800),)), "WRP1A"),
        ("l475", OptionBytes(swapped_banks=True), "BFB2"),
        ("l432", OptionBytes(write_protected=((FLASH, FLASH + 0x800),)), "WRP1A"),
        ("l4r5", OptionBytes(single_bank=True), "DBANK"),
        ("l4r5", OptionBytes(rdp_level=1), "RDP"),
        ("h743", OptionBytes(swapped_banks=True), "SWAP_BANK"),
        ("h743", OptionBytes(write_protected=((FLASH, FLASH + 0x2_0000),)), "nWRP0"),
        ("h7a3", OptionBytes(write_protected=((FLASH, FLASH + 0x8000),)), "WPSN_CUR1"),
        ("h7a3", OptionBytes(rdp_level=1), "RDP"),
        ("h7a3", OptionBytes(hardware_watchdog=True), "IWDG1_SW"),
    ],
)
def test_options_that_do_not_fit_are_in_the_registers(
    board: str, options: OptionBytes, words: str
) -> None:
    debugger = Debugger(board)
    debugger.machine.flash.options = options
    debugger.reset_and_halt()
    with pytest.raises(OptionBytesError) as caught:
        check_part(SPECS[board], debugger.read)
    assert words in str(caught.value)


@pytest.mark.parametrize("board", UNIQUE_ID)
def test_core_and_debugger_read_who_the_part_is(boot_on: Boot, board: str) -> None:
    source = f"""
    volatile uint32_t result, id;
    void reset(void) {{
        id = R32({UNIQUE_ID[board] + 4}u); result = R16({FLASH_SIZE[board]}u); for (;;) {{ }}
    }}
    """
    machine = boot_on(board, source)
    machine.run(0.001)
    assert variable(machine, "result") == KIB[board]
    debugger = Debugger(board)
    assert debugger.read(FLASH_SIZE[board]) & 0xFFFF == KIB[board]
    assert debugger.read(UNIQUE_ID[board] + 4) == variable(machine, "id") not in (0, 0xFFFF_FFFF)
    with pytest.raises(BusError):
        debugger.write(UNIQUE_ID[board], 0)


@pytest.mark.parametrize("board", UNIQUE_ID)
def test_nothing_writes_system_memory(boot_on: Boot, board: str) -> None:
    source = f"""
    volatile uint32_t result;
    void hard_fault(void) {{ result = 2; for (;;) {{ }} }}
    void reset(void) {{ R32({UNIQUE_ID[board]}u) = 0; result = 1; for (;;) {{ }} }}
    """
    machine = boot_on(board, source)
    before = machine.core.word(UNIQUE_ID[board])
    machine.run(0.001)
    assert variable(machine, "result") == 2
    assert machine.core.word(UNIQUE_ID[board]) == before


def test_two_boards_have_two_ids() -> None:
    words = {Machine(board).core.word(0x0BFA_0700) for board in ("u585", "u575")}
    assert len(words) == 2


@pytest.mark.parametrize("board", OPTR)
def test_a_read_protected_flash_is_of_no_use_to_a_debugger(board: str) -> None:
    debugger = Debugger(board)
    debugger.machine.flash.options = OptionBytes(rdp_level=1)
    debugger.reset_and_halt()
    with pytest.raises(BusError, match="RDP level 1"):
        debugger.read(FLASH + 0x100)
    # Peripherals and RAM can be used.
    debugger.read(OPTR[board])
    debugger.write(0x2000_0000, 1)


@pytest.mark.parametrize("board", ["u585", "l475", "h743"])
def test_a_watchdog_by_hardware_runs_from_reset_on(boot_on: Boot, board: str) -> None:
    source = "void reset(void) { for (;;) { } }"
    machine = boot_on(board, source)
    machine.run(1.0)
    machine.flash.options = OptionBytes(hardware_watchdog=True)
    machine.power_on()
    start_s = machine.seconds
    error = break_rule(machine, 1.0)
    assert error.rule is Rule.WATCHDOG_RESET
    # 4096 periods of a quarter of 32 kHz (RM0351, RM0433, RM0456: IWDG, reset values).
    assert machine.seconds - start_s == pytest.approx(0.512, rel=0.01)


def test_option_bytes_cannot_be_written_by_code() -> None:
    machine = Machine("u585")
    with pytest.raises(RuleBroken) as caught:
        machine.bus.write(0x4002_2040, 4, 0)
    assert caught.value.rule is Rule.UNMODELLED_REGISTER


def test_levels_and_areas_that_no_part_has_are_refused() -> None:
    with pytest.raises(ValueError, match="level 2"):
        OptionBytes(rdp_level=2)
    machine = Machine("l475")
    machine.flash.options = OptionBytes(
        write_protected=tuple((FLASH + at, FLASH + at + 0x800) for at in (0, 0x1000, 0x2000))
    )
    with pytest.raises(ValueError, match="two areas"):
        machine.power_on()


@pytest.mark.parametrize(
    ("board", "control", "value"),
    [("l4r5", 0x4002_2014, 2 | 1 << 16), ("h743", 0x5200_200C, 4 | 1 << 7)],
)
def test_pages_of_another_bank_mode_are_not_erased(board: str, control: int, value: int) -> None:
    debugger = Debugger(board)
    machine = debugger.machine
    machine.flash.options = (
        OptionBytes(single_bank=True) if board == "l4r5" else OptionBytes(swapped_banks=True)
    )
    debugger.reset_and_halt()
    key = 0x4002_2008 if board == "l4r5" else 0x5200_2004
    for word in (0x4567_0123, 0xCDEF_89AB):
        debugger.write(key, word)
    with pytest.raises(BusError, match="an erase"):
        debugger.write(control, value)
