# SPDX-License-Identifier: Apache-2.0
"""Which boards can be had as virtual ones, and what is said of the others."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from importlib.machinery import ModuleSpec

import pytest

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.repository import DEFAULT_BOARDS_FILE
from hil.virtual.availability import chip_of_part, unavailable_reason
from hil.virtual.machine import Machine
from hil.virtual.stm32.boards import WIRING
from hil.virtual.stm32.chips import CHIPS

BOARDS = load_boards(DEFAULT_BOARDS_FILE)


def altered(**changes: str) -> BoardSpec:
    return BOARDS["u585"].model_copy(update=changes)


@pytest.mark.parametrize("board", sorted(BOARDS))
def test_every_board_of_boards_yaml_can_be_had(board: str) -> None:
    assert unavailable_reason(BOARDS[board]) is None
    assert unavailable_reason(board) is None
    assert Machine(BOARDS[board]).chip.name == chip_of_part(BOARDS[board].part)


def test_every_chip_is_on_a_board() -> None:
    assert {wiring.chip for wiring in WIRING.values()} == set(CHIPS)


def test_a_full_part_number_names_its_chip() -> None:
    assert chip_of_part("STM32U585AII6Q") == "STM32U585AI"
    assert unavailable_reason(altered(part="STM32U585AII6Q")) is None
    assert chip_of_part("STM32U585") is None


@pytest.mark.parametrize(
    ("board", "part_of_reason"),
    [
        ("f407", "no virtual board 'f407'; there is: u585"),
        (altered(id="mine"), "COM port is soldered to"),
        (altered(id="mine", part="STM32H753ZI"), "the STM32H753ZI is not modelled"),
        (altered(part="STM32H753ZI"), "the STM32H753ZI is not modelled"),
        (altered(part="STM32L475VG"), "STM32U585AI is what is soldered on it"),
    ],
)
def test_the_reason_is_said_before_and_by_the_machine(
    board: BoardSpec | str, part_of_reason: str
) -> None:
    reason = unavailable_reason(board)
    assert reason is not None
    assert part_of_reason in reason
    with pytest.raises(ValueError) as caught:
        Machine(board)
    assert str(caught.value) == reason


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec

    def find(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "unicorn" else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find)
    reason = unavailable_reason("u585")
    assert reason is not None
    assert "unicorn" in reason
    assert "make test" in reason


def test_asking_loads_no_emulator() -> None:
    code = (
        "import sys; from hil.virtual.availability import unavailable_reason;"
        "unavailable_reason('u585'); sys.exit('unicorn' in sys.modules or 'numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
