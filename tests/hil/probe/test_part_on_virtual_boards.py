# SPDX-License-Identifier: Apache-2.0
"""The check of the part, by a debugger's bus, on each virtual board as delivered and set otherwise.

Addresses and bits of the check and those of the virtual chips were written apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pyocd.core.exceptions import TransferFaultError

from generator.boards.boards_file import load_boards
from generator.repository import DEFAULT_BOARDS_FILE
from hil.probe.part import OptionBytesError, WrongPartError, check_part
from hil.virtual.debug.debug_bus import BusError, DebugBus
from hil.virtual.machine import Machine
from hil.virtual.stm32.option_bytes import OptionBytes

SPECS = load_boards(DEFAULT_BOARDS_FILE)


@contextmanager
def machine_of(board: str, options: OptionBytes | None = None) -> Iterator[Machine]:
    machine = Machine(board)
    try:
        if options is not None:
            machine.flash.options = options
            machine.power_on()
        yield machine
    finally:
        machine.close()


def check(board: str, machine: Machine) -> None:
    bus = DebugBus(machine)

    def read32(address: int) -> int:
        try:
            return bus.read(address, 4)
        except BusError as error:
            raise TransferFaultError(address) from error

    check_part(SPECS[board], read32)


@pytest.mark.parametrize("board", SPECS)
def test_a_board_as_delivered_is_let_pass(board: str) -> None:
    with machine_of(board) as machine:
        check(board, machine)


@pytest.mark.parametrize(("board", "there"), [("u585", "h743"), ("l475", "l432"), ("h7a3", "l4r5")])
def test_another_board_is_refused(board: str, there: str) -> None:
    with machine_of(there) as machine, pytest.raises(WrongPartError, match="connected to an STM32"):
        check(board, machine)


@pytest.mark.parametrize(
    ("board", "options", "what"),
    [
        ("u585", OptionBytes(trust_zone=True), "TZEN = 1"),
        ("u575", OptionBytes(rdp_level=1), "RDP level 1"),
        ("h743", OptionBytes(rdp_level=1), "RDP level 1"),
        ("l475", OptionBytes(hardware_watchdog=True), "IWDG_SW = 0"),
        ("h7a3", OptionBytes(hardware_watchdog=True), "IWDG1_SW = 0"),
        ("u585", OptionBytes(swapped_banks=True), "SWAP_BANK = 1"),
        ("l475", OptionBytes(swapped_banks=True), "BFB2 = 1"),
        ("h743", OptionBytes(swapped_banks=True), "SWAP_BANK = 1"),
        ("l4r5", OptionBytes(single_bank=True), "DBANK = 0"),
    ],
)
def test_an_option_that_does_not_fit_is_named(board: str, options: OptionBytes, what: str) -> None:
    with machine_of(board, options) as machine, pytest.raises(OptionBytesError) as caught:
        check(board, machine)
    assert what in [misfit.what for misfit in caught.value.misfits]


@pytest.mark.parametrize(
    ("board", "size", "what"),
    [
        ("u585", 4 * 8192, "pages 0 to 3 of its bank"),
        ("l475", 32 * 2048, "pages 0 to 31 of its bank"),
        ("l432", 2048, "pages 0 to 0 of its bank"),
        ("l4r5", 4096, "pages 0 to 0 of its bank"),
        ("h743", 0x2_0000, "sectors 0 of its bank"),
        ("h7a3", 0x8000, "sectors 0 to 3 of its bank"),
    ],
)
def test_write_protection_is_named_by_where_it_is(board: str, size: int, what: str) -> None:
    options = OptionBytes(write_protected=((0x0800_0000, 0x0800_0000 + size),))
    with machine_of(board, options) as machine, pytest.raises(OptionBytesError) as caught:
        check(board, machine)
    assert [what in misfit.what for misfit in caught.value.misfits] == [True]
