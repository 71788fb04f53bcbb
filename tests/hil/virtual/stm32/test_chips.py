# SPDX-License-Identifier: Apache-2.0
"""The tables of the chips: whole, and in agreement with boards.yaml, which they never read."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.boards_file import load_boards
from generator.repository import DEFAULT_BOARDS_FILE
from hil.virtual.cortex_m.processor import BASES as CORE_BASES
from hil.virtual.machine import Machine
from hil.virtual.stm32.boards import WIRING
from hil.virtual.stm32.chips import CHIPS
from tests.hil.virtual.conftest import variable
from tests.hil.virtual.images import compile_image

BOARDS = load_boards(DEFAULT_BOARDS_FILE)


@pytest.mark.parametrize("board", WIRING)
def test_a_machine_can_be_made_of_each_board(board: str) -> None:
    machine = Machine(board)
    own = set(machine.peripherals) - set(CORE_BASES)
    assert machine.wiring.usart in own <= set(machine.chip.bases)
    assert machine.wiring.usart in machine.chip.clocks
    assert machine.rcc.hclk_hz == machine.rcc.core_hz == machine.chip.start_hz


@pytest.mark.parametrize("board", sorted(set(WIRING) & set(BOARDS)))
def test_boards_yaml_and_the_wiring_agree(board: str) -> None:
    spec, wiring = BOARDS[board], WIRING[board]
    assert spec.part.startswith(wiring.chip)
    assert spec.core == CHIPS[wiring.chip].core.name
    assert spec.uart.peripheral == wiring.usart
    for signal, pin in (("TX", spec.uart.tx), ("RX", spec.uart.rx)):
        wire = wiring.pins[signal]
        assert (pin.port, pin.number, pin.alternate_function) == (
            wire.port,
            wire.pin,
            wire.alternate_function,
        )


@pytest.mark.parametrize("board", sorted(set(WIRING) & set(BOARDS)))
def test_every_memory_of_boards_yaml_is_on_the_chip(board: str) -> None:
    core = Machine(board).core
    for memory in BOARDS[board].memories:
        region = core.region_of(memory.origin, memory.size_bytes)
        assert region is not None, memory.name
        assert region.is_flash == (memory.kind == "flash")
    assert BOARDS[board].flash.size_bytes == core.flash.size_bytes


def test_the_u575_is_the_u585_by_another_name(image_folder: Path) -> None:
    source = """
    volatile uint32_t result;
    void reset(void) { begin(); put('o'); put('k'); result = 1; for (;;) { } }
    """
    machine = Machine("u575")
    machine.load_elf(compile_image(image_folder, source))
    machine.run(0.001)
    assert bytes(machine.line.from_board) == b"ok"
    assert variable(machine, "result") == 1


def test_an_unknown_board_is_told_what_there_is() -> None:
    with pytest.raises(ValueError, match="STM32L432KC"):
        Machine("f103")


def test_two_cores_live_side_by_side(image_folder: Path) -> None:
    """The native hooks' tables are each machine's own."""
    source = "void reset(void) { for (;;) { } }"
    totals = []
    for board in ("u585", "l475", "u585"):
        machine = Machine(board)
        machine.load_elf(compile_image(image_folder, source, board=board))
        machine.run(0.0001)
        totals.append(machine.cycles_now / machine.instructions)
    assert totals[0] == totals[2] < totals[1]
