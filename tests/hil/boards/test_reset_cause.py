# SPDX-License-Identifier: Apache-2.0
"""The cause of a reset in words, for every family, and as the virtual chips set the flags."""

from __future__ import annotations

import pytest

from generator.boards.boards_file import load_boards
from generator.repository import REPO_ROOT
from hil.boards.reset_cause import describe_reset
from hil.virtual.machine import Machine
from hil.virtual.stm32.rcc_base import RESET_PIN, RESET_POWER, RESET_SOFTWARE, RESET_WATCHDOG

BOARDS = load_boards(REPO_ROOT / "boards.yaml")


def test_every_family_has_its_flags() -> None:
    for family in {spec.family for spec in BOARDS.values()}:
        assert "unknown" not in describe_reset(family, 0xFFFF_FFFF)


@pytest.mark.parametrize("board", sorted(BOARDS))
def test_flags_of_the_virtual_chips_are_named(board: str) -> None:
    machine = Machine(board)
    family = BOARDS[board].family
    register = {"h7": "RSR"}.get(family, "CSR")
    seen = {}
    for flags in (RESET_POWER, RESET_PIN, RESET_SOFTWARE | RESET_PIN, RESET_WATCHDOG | RESET_PIN):
        machine.rcc.set_reset_flags(flags)
        seen[flags] = describe_reset(family, machine.rcc.values[register])
    assert list(seen.values()) == ["power", "pin", "software", "watchdog"]


def test_flags_that_name_nothing_are_shown() -> None:
    assert describe_reset("u5", 0) == "unknown, flags 0x00000000"
    assert describe_reset("none", 1) == "unknown, flags 0x00000001"
