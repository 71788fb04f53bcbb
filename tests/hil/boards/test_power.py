# SPDX-License-Identifier: Apache-2.0
"""The power-cycle command of an inventory."""

from __future__ import annotations

import shlex
import sys

import pytest

from generator.errors import ToolError
from hil.boards.power import cycle_power


def test_board_without_a_command_keeps_its_power() -> None:
    assert cycle_power(None) is False


def test_command_is_run_and_shown() -> None:
    shown: list[str] = []
    command = shlex.join([sys.executable, "-c", "print('port 3: off, on')"])
    assert cycle_power(command, shown.append) is True
    assert shown == [f"[power]    {command}", "[power]      port 3: off, on"]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("no-such-relay", "name it with its whole path in the inventory's power_cycle"),
        ("'relay", "No closing quotation"),
        (" ", "it is empty"),
        (shlex.join([sys.executable, "-c", "raise SystemExit(4)"]), "exit code 4; it said nothing"),
    ],
)
def test_what_fails_is_told(command: str, told: str) -> None:
    with pytest.raises(ToolError) as failed:
        cycle_power(command)
    assert told in str(failed.value)
