# SPDX-License-Identifier: Apache-2.0
"""A record of boards.yaml for an STM32L4 or L4+: its clock section and its board."""

from __future__ import annotations

from typing import Literal

from generator.boards.clock_tree import ClockTree, PllR
from generator.boards.record import BoardSpec


class L4Clock(ClockTree):
    """Clock tree of an STM32L4 or L4+. The flash's own caches are always on."""

    source: Literal["msi", "hsi16"]
    pll: PllR | None = None
    voltage_range: Literal[1, 2]
    boost: bool = False
    """Range 1 boost mode of the L4+: what it needs above 80 MHz."""


class L4Board(BoardSpec):
    """A board with an STM32L4 or L4+."""

    family: Literal["l4"]
    core: Literal["cortex-m4"]
    clock: L4Clock
