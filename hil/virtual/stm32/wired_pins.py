# SPDX-License-Identifier: Apache-2.0
"""The pins that something on the board is wired to: whether they carry a peripheral's signals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hil.virtual.chip_records import ClockEnable
from hil.virtual.rules import Rule
from hil.virtual.stm32.gpio import MODE_ALTERNATE, MODE_NAMES, Gpio
from hil.virtual.system import ClockTree
from hil.virtual.wiring import PinFunction


class PinSupply(Protocol):
    """What pins ask of PWR."""

    def supplies(self, port: str, pin: int) -> bool:
        """Whether a pin is connected to its supply."""


class WiredPins:
    """Signals of one peripheral as they are wired, and what GPIO, RCC and PWR make of them.

    `ports` are keyed by their letters, `clocks` by the peripherals' names.
    """

    def __init__(
        self,
        wires: Mapping[str, PinFunction],
        ports: Mapping[str, Gpio],
        clocks: Mapping[str, ClockEnable],
        rcc: ClockTree,
        pwr: PinSupply,
    ) -> None:
        self._wires, self._ports = wires, ports
        self._clocks, self._rcc, self._pwr = clocks, rcc, pwr

    def settings(self, signal: str) -> tuple[bool, bool, int, int]:
        """What `check` depends on: port clock, supply, pin mode, alternate function."""
        wire = self._wires[signal]
        port, clock = self._ports[wire.port], self._clocks[f"GPIO{wire.port}"]
        is_on = self._rcc.clock_is_on(clock.register, clock.bit)
        supplied = self._pwr.supplies(wire.port, wire.pin)
        return is_on, supplied, port.mode(wire.pin), port.alternate_function(wire.pin)

    def check(self, peripheral: str, signal: str) -> None:
        """Raise unless the pin that is wired carries the signal."""
        wire = self._wires[signal]
        port = self._ports[wire.port]
        what = f"{peripheral} {signal} on {wire}"
        is_on, supplied, mode, function = self.settings(signal)
        if not is_on:
            raise port.broken(Rule.PIN_FUNCTION, f"{what}: the port's clock is off")
        if not supplied:
            raise port.broken(Rule.IO_SUPPLY, f"{what}: VDDIO2 has not been declared valid")
        if mode != MODE_ALTERNATE:
            raise port.broken(Rule.PIN_FUNCTION, f"{what}: the pin's mode is {MODE_NAMES[mode]}")
        if function != wire.alternate_function:
            raise port.broken(
                Rule.PIN_FUNCTION,
                f"{what}: the pin has AF{function} instead of AF{wire.alternate_function}",
            )
