# SPDX-License-Identifier: Apache-2.0
"""GPIO ports: modes, alternate functions, outputs (RM0456 section 13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import ANY_SIZE, Peripheral, Register

MODE_NAMES = ("input", "output", "alternate function", "analog")
MODE_ALTERNATE = 2

_FULL = 0xFFFFFFFF
_RESET_MODER = {"GPIOA": 0xABFF_FFFF, "GPIOB": 0xFFFF_FEBF}
_RESET_OSPEEDR = {"GPIOA": 0x0800_0000, "GPIOB": 0x0000_00C0}
_RESET_PUPDR = {"GPIOA": 0x6400_0000, "GPIOB": 0x0000_0100}


class Gpio(Peripheral[object]):
    """One port. Input pins read 0: nothing on the board drives them."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("MODER", _FULL, _FULL, sizes=ANY_SIZE),
        0x04: Register("OTYPER", 0, 0xFFFF, sizes=ANY_SIZE),
        0x08: Register("OSPEEDR", 0, _FULL, sizes=ANY_SIZE),
        0x0C: Register("PUPDR", 0, _FULL, sizes=ANY_SIZE),
        0x10: Register("IDR", 0, 0, sizes=ANY_SIZE),
        0x14: Register("ODR", 0, 0xFFFF, sizes=ANY_SIZE),
        0x18: Register("BSRR", 0, _FULL, write_one=True, sizes=ANY_SIZE),
        0x20: Register("AFRL", 0, _FULL, sizes=ANY_SIZE),
        0x24: Register("AFRH", 0, _FULL, sizes=ANY_SIZE),
        0x28: Register("BRR", 0, 0xFFFF, write_one=True, sizes=ANY_SIZE),
    }

    def reset(self) -> None:
        """Analog everywhere, but for the debug pins."""
        super().reset()
        self.values["MODER"] = _RESET_MODER.get(self.name, _FULL)
        self.values["OSPEEDR"] = _RESET_OSPEEDR.get(self.name, 0)
        self.values["PUPDR"] = _RESET_PUPDR.get(self.name, 0)

    def mode(self, pin: int) -> int:
        """Mode of a pin, 0 to 3."""
        return self.values["MODER"] >> 2 * pin & 3

    def alternate_function(self, pin: int) -> int:
        """Alternate function number of a pin."""
        register = "AFRL" if pin < 8 else "AFRH"
        return self.values[register] >> 4 * (pin & 7) & 15

    def read_idr(self) -> int:
        """Levels: outputs read back what they drive."""
        outputs = sum(1 << pin for pin in range(16) if self.mode(pin) == 1)
        return self.values["ODR"] & outputs

    def write_bsrr(self, value: int) -> None:
        """Set and reset outputs; set wins."""
        self.values["ODR"] = self.values["ODR"] & ~(value >> 16) | value & 0xFFFF

    def write_brr(self, value: int) -> None:
        """Reset outputs."""
        self.values["ODR"] &= ~value
