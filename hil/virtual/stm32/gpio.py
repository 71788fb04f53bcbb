# SPDX-License-Identifier: Apache-2.0
"""GPIO ports: modes, alternate functions, outputs, inputs with their pulls (RM0456 section 13).

Each port keeps a record of what its outputs drive, with the time, for the host alone: the firmware
cannot see it. What the board drives into a pin, such as a button, comes from the host likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hil.virtual.peripheral import ANY_SIZE, Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.system import VirtualTime

MODE_NAMES = ("input", "output", "alternate function", "analog")
MODE_OUTPUT, MODE_ALTERNATE, MODE_ANALOG = 1, 2, 3
PULL_UP, PULL_DOWN, PULL_RESERVED = 1, 2, 3

PINS = 16

_FULL = 0xFFFFFFFF
_RESET_MODER = {"GPIOA": 0xABFF_FFFF, "GPIOB": 0xFFFF_FEBF}
_RESET_OSPEEDR = {"GPIOA": 0x0800_0000, "GPIOB": 0x0000_00C0}
_RESET_PUPDR = {"GPIOA": 0x6400_0000, "GPIOB": 0x0000_0100}

_OUTPUT_DATA = (0x14, 0x18, 0x28)


@dataclass(frozen=True, slots=True)
class PinChange:
    """An output that drives another level than before; None: it drives none."""

    time_ps: int
    pin: int
    level: bool | None


class Gpio(Peripheral[VirtualTime]):
    """One port."""

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

    def __init__(self, system: VirtualTime, name: str, base: int) -> None:
        self.supplied: Callable[[int], bool] = lambda pin: True
        """Whether a pin is connected to its supply; whoever makes the chip's parts sets it."""
        self.changes: list[PinChange] = []
        """What the outputs have driven since the machine was made, in order."""
        self._driven: list[bool | None] = [None] * PINS
        self._outside: dict[int, tuple[bool, bool]] = {}
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Analog everywhere, but for the debug pins."""
        super().reset()
        self.values["MODER"] = _RESET_MODER.get(self.name, _FULL)
        self.values["OSPEEDR"] = _RESET_OSPEEDR.get(self.name, 0)
        self.values["PUPDR"] = _RESET_PUPDR.get(self.name, 0)
        self._note_changes()

    def mode(self, pin: int) -> int:
        """Mode of a pin, 0 to 3."""
        return self.values["MODER"] >> 2 * pin & 3

    def alternate_function(self, pin: int) -> int:
        """Alternate function number of a pin."""
        register = "AFRL" if pin < 8 else "AFRH"
        return self.values[register] >> 4 * (pin & 7) & 15

    def driven(self, pin: int) -> bool | None:
        """Level that a pin drives as an output; None where it drives none."""
        return self._driven[pin]

    def drive(self, pin: int, level: bool, *, weakly: bool = False) -> None:
        """Have the board drive a pin from outside: as a wire does, or weaker than any pull."""
        self._outside[pin] = level, weakly

    def steers_bytes(self, offset: int) -> bool:
        """Levels of outputs steer nothing; modes and functions of pins do."""
        return offset & ~3 not in _OUTPUT_DATA

    def write(self, offset: int, size: int, value: int) -> None:
        """Serve a write, and take note of what the outputs drive after it."""
        super().write(offset, size, value)
        self._note_changes()

    def _note_changes(self) -> None:
        for pin in range(PINS):
            level = self._output(pin)
            if level is self._driven[pin]:
                continue
            if level is not None and not self.supplied(pin):
                what = f"output on P{self.name[-1]}{pin}: VDDIO2 has not been declared valid"
                raise self.broken(Rule.IO_SUPPLY, what)
            self._driven[pin] = level
            self.changes.append(PinChange(self.system.now_ps, pin, level))

    def _output(self, pin: int) -> bool | None:
        if self.mode(pin) != MODE_OUTPUT:
            return None
        level = bool(self.values["ODR"] >> pin & 1)
        open_drain = bool(self.values["OTYPER"] >> pin & 1)
        return None if open_drain and level else level

    def read_idr(self) -> int:
        """Levels of the pins; an analog one reads 0 (RM0456, GPIO "Analog configuration")."""
        return sum(1 << pin for pin in range(PINS) if self._level(pin))

    def _level(self, pin: int) -> bool:
        if self.mode(pin) == MODE_ANALOG or not self.supplied(pin):
            return False
        driven = self._driven[pin]
        outside, weakly = self._outside.get(pin, (False, True))
        if driven is not None:
            return driven
        pull = self.values["PUPDR"] >> 2 * pin & 3
        if not weakly or pull not in (PULL_UP, PULL_DOWN):
            return outside
        return pull == PULL_UP

    def write_pupdr(self, value: int) -> None:
        """Set the pulls."""
        if any(value >> 2 * pin & 3 == PULL_RESERVED for pin in range(PINS)):
            raise self.broken(Rule.UNMODELLED_REGISTER, "PUPDR 11 is reserved", 0x0C)
        self.values["PUPDR"] = value

    def write_bsrr(self, value: int) -> None:
        """Set and reset outputs; set wins."""
        self.values["ODR"] = self.values["ODR"] & ~(value >> 16) | value & 0xFFFF

    def write_brr(self, value: int) -> None:
        """Reset outputs."""
        self.values["ODR"] &= ~value
