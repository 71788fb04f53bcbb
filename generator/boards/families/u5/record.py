# SPDX-License-Identifier: Apache-2.0
"""A record of boards.yaml for an STM32U5: its clock section and its board."""

from __future__ import annotations

from typing import Literal

from generator.boards.clock_tree import ClockTree, PllR
from generator.boards.record import BoardSpec


class U5Clock(ClockTree):
    """Clock tree of an STM32U5."""

    source: Literal["msis", "hsi16", "hse"]
    msi_lse: bool = False
    """MSIS follows the board's 32.768 kHz crystal (LSE), once that runs."""
    pll: PllR | None = None
    voltage_range: Literal[1, 2, 3, 4]
    epod_booster: bool
    instruction_cache: bool


class U5Board(BoardSpec):
    """A board with an STM32U5."""

    family: Literal["u5"]
    core: Literal["cortex-m33"]
    clock: U5Clock
