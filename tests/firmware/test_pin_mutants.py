# SPDX-License-Identifier: Apache-2.0
"""Mistakes in `port/gpio.c`: each stops the virtual board, or shows at an LED or a button."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.boards_file import load_board
from generator.boards.record import BoardSpec
from generator.project.applications import MONITOR
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.locate import Toolchain
from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.leds_and_buttons import leds_of
from tests.firmware.board_runs import Edit, build_changed
from tests.support.firmware_store import stored_firmware
from tests.support.models import OWN_MODEL

GPIO = "port/gpio.c"
BEGUN_S = 0.05
"""All pins are set up by then."""


def started(
    board: BoardSpec, toolchain: Toolchain, folder: Path, edit: Edit
) -> tuple[Machine, RuleBroken | None]:
    """The monitor with one mistake, as it starts; and the rule that stopped it, if one did."""
    made = stored_firmware(board, OWN_MODEL, toolchain=toolchain, application=MONITOR)
    elf = build_changed(made.image.project_dir, folder, (edit,), board, toolchain)
    machine = Machine(board.id)
    machine.load_elf(elf)
    try:
        machine.run(BEGUN_S)
    except RuleBroken as error:
        return machine, error
    return machine, None


@pytest.mark.parametrize(
    ("board", "missing", "rule"),
    [
        ("u575", "PORT_GPIO_SUPPLY_REGISTER |= PORT_GPIO_SUPPLY_VALID;", Rule.IO_SUPPLY),
        ("u585", "PORT_GPIO_ENABLE_REGISTER |= PORT_GPIO_ENABLE_MASK;", Rule.CLOCK_OFF),
    ],
)
def test_what_the_virtual_board_refuses(
    tmp_path: Path, toolchain: Toolchain, board: str, missing: str, rule: Rule
) -> None:
    record = load_board(DEFAULT_BOARDS_FILE, board)
    _, broken = started(record, toolchain, tmp_path / "changed", Edit(GPIO, missing, ""))
    assert broken is not None and broken.rule is rule


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    set_level(pin, false);\n", ""),
        ("    set_level(pin, false);\n", "    set_level(pin, true);\n"),
        ("high = on == pin->on_is_high", "high = on"),
    ],
    ids=["no level", "lit", "polarity"],
)
def test_what_an_led_shows(tmp_path: Path, toolchain: Toolchain, old: str, new: str) -> None:
    """An LED between the supply and its pin is lit at once by a pin that is set up wrongly."""
    record = load_board(DEFAULT_BOARDS_FILE, "u585")
    machine, broken = started(record, toolchain, tmp_path / "changed", Edit(GPIO, old, new))
    assert broken is None
    assert all(led.changes for led in leds_of(machine).values())
