# SPDX-License-Identifier: Apache-2.0
"""What the machine asks of a power controller, whatever the family."""

from __future__ import annotations

from typing import Protocol

from hil.virtual.peripheral import Peripheral
from hil.virtual.system import Mapped, OperatingPoint

FIRST_IO2_PIN = 2
"""Pins 2 to 15 of port G are powered from VDDIO2.

RM0351, RM0432, RM0456: independent I/O supply.
"""


class PowerSystem(Mapped, OperatingPoint, Protocol):
    """What a power controller needs of the machine."""


class PowerControl(Peripheral[PowerSystem]):
    """A PWR; a family adds its voltage ranges."""

    @property
    def voltage_range(self) -> int:
        """The range that the core voltage satisfies now: the slower one while it rises."""
        raise NotImplementedError

    @property
    def ram_is_writable(self) -> bool:
        """Whether the core voltage allows writes to RAM."""
        return True

    @property
    def io2_valid(self) -> bool:
        """Whether software has declared VDDIO2 valid; until then its pins are isolated."""
        return True

    def check(self, sysclk_hz: int, hclk_hz: int, cause: str) -> None:
        """Raise if the clocks are too fast for the core voltage as it stands."""
        raise NotImplementedError

    def supplies(self, port: str, pin: int) -> bool:
        """Whether a pin is connected to its supply."""
        return port != "G" or pin < FIRST_IO2_PIN or self.io2_valid
