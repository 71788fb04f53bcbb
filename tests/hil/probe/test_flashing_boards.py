# SPDX-License-Identifier: Apache-2.0
"""Every board is flashed by pyOCD through its debug port, also after an interrupted write."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from generator.boards.boards_file import load_boards
from generator.errors import ToolError
from generator.repository import DEFAULT_BOARDS_FILE
from hil.probe.flashing import flash_image
from hil.probe.session import debug_session
from hil.virtual.host_ports import registry
from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.option_bytes import OptionBytes

pytestmark = pytest.mark.slow

SPECS = load_boards(DEFAULT_BOARDS_FILE)
FLASH = 0x0800_0000
SECTOR_BYTES = {
    "u585": 8192,
    "u575": 8192,
    "l475": 2048,
    "l432": 2048,
    "l4r5": 4096,
    "h743": 131_072,
    "h7a3": 8192,
}
IMAGE = random.Random(9).randbytes(9_001)


@pytest.fixture
def machine(board: str) -> Iterator[Machine]:
    name = f"{board}-flashed"
    yield registry.find_or_make(name)
    registry.unregister(name)


def program(board: str, image: bytes = IMAGE) -> None:
    with debug_session(SPECS[board], f"virtual:{board}-flashed") as session:
        assert flash_image(session, FLASH, image).written


def cells(machine: Machine, count: int = len(IMAGE)) -> bytes:
    return bytes(machine.core.flash_bytes[:count])


@pytest.mark.parametrize("board", SPECS)
def test_an_image_is_written_and_a_sector_changed_alone(board: str, machine: Machine) -> None:
    program(board)
    assert cells(machine) == IMAGE
    # One byte in the first sector: what is in the second one stays, though nothing writes it.
    sector = SECTOR_BYTES[board]
    machine.core.flash_bytes[sector : sector + 64] = 0x5A
    program(board, b"\x00" + IMAGE[1:1000])
    assert cells(machine, 1000) == b"\x00" + IMAGE[1:1000]
    assert (machine.core.flash_bytes[sector : sector + 64] == 0x5A).all()


@pytest.mark.parametrize("board", SPECS)
@pytest.mark.parametrize("operation", [1, 40])
def test_power_lost_while_flash_is_written_is_cured_by_the_next_run(
    board: str, machine: Machine, operation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first operation erases; the fortieth programs, or erases on parts of small pages."""
    machine.core.flash_bytes[: len(IMAGE)] = 0x11
    begin, seen = machine.flash.begin, [0]

    def lose_power(first: int, count: int, time_ps: int) -> int:
        until_ps = begin(first, count, time_ps)
        seen[0] += 1
        if seen[0] == operation:
            raise RuleBroken(Rule.BUS_FAULT, "the supply is gone")
        return until_ps

    monkeypatch.setattr(machine.flash, "begin", lose_power)
    with pytest.raises(ToolError, match="the supply is gone"):
        program(board)
    monkeypatch.setattr(machine.flash, "begin", begin)
    machine.power_on()
    assert machine.flash.damaged
    program(board)
    assert cells(machine) == IMAGE
    assert not machine.flash.damaged.first_in(FLASH, len(IMAGE))


@pytest.mark.parametrize("board", SPECS)
def test_half_written_cells_behind_the_image_do_not_stop_it(board: str, machine: Machine) -> None:
    """A longer image was half written before; what is after this one in its sector is kept."""
    machine.core.flash_bytes[: len(IMAGE)] = 0x11
    machine.flash.damage(FLASH + 9_024, machine.flash.UNIT_BYTES)
    machine.power_on()
    program(board)
    assert cells(machine) == IMAGE


@pytest.mark.parametrize("board", ["u585", "l475", "l4r5"])
def test_half_written_vectors_are_erased_by_the_probe_alone(board: str, machine: Machine) -> None:
    machine.flash.damage(FLASH, machine.flash.UNIT_BYTES)
    machine.power_on()
    program(board)
    assert cells(machine) == IMAGE


@pytest.mark.parametrize("board", ["u585"])
def test_vectors_that_cannot_be_erased_are_named(board: str, machine: Machine) -> None:
    machine.flash.damage(FLASH, machine.flash.UNIT_BYTES)
    machine.power_on()
    with (
        pytest.raises(ToolError, match="first page of flash cannot be erased"),
        debug_session(SPECS[board], f"virtual:{board}-flashed") as session,
    ):
        machine.flash.options = OptionBytes(write_protected=((FLASH, FLASH + 8192),))
        flash_image(session, FLASH, IMAGE)


@pytest.mark.parametrize("board", ["u585", "h7a3"])
def test_what_the_controller_refuses_is_named(board: str, machine: Machine) -> None:
    with (
        pytest.raises(ToolError, match=r"was not written.*WRPERR"),
        debug_session(SPECS[board], f"virtual:{board}-flashed") as session,
    ):
        machine.core.flash_bytes[:] = 0
        machine.flash.options = OptionBytes(write_protected=((FLASH, FLASH + 0x8000),))
        flash_image(session, FLASH, IMAGE)
