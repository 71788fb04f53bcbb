# SPDX-License-Identifier: Apache-2.0
"""From an address to the peripheral that answers it, with its clock checked on the way."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Protocol

from hil.virtual.chip_records import ClockEnable
from hil.virtual.peripheral import AnyPeripheral
from hil.virtual.rules import Rule, RuleBroken


class ClockGates(Protocol):
    """The clock enables of the peripherals."""

    def check_clock(self, register: str, bit: int, name: str, address: int) -> None:
        """Raise unless the clock of peripheral `name` is on and has settled."""


class Bus:
    """The address map of the peripherals."""

    def __init__(
        self,
        peripherals: Mapping[str, AnyPeripheral],
        clocks: Mapping[str, ClockEnable],
        gates: ClockGates,
    ) -> None:
        self._sorted = sorted(peripherals.values(), key=lambda peripheral: peripheral.base)
        self._bases = [peripheral.base for peripheral in self._sorted]
        self._clocks = clocks
        self.writes = 0
        """Writes begun so far that may steer bytes on their way."""
        self.before_write: Callable[[], None] = lambda: None
        """Called before such a write does anything."""
        self._gates = gates
        self._found: dict[int, tuple[AnyPeripheral, ClockEnable | None]] = {}

    def _find(self, address: int, verb: str) -> AnyPeripheral:
        found = self._found.get(address)
        if found is None:
            found = self._found[address] = self._look_up(address, verb)
        peripheral, clock = found
        if clock is not None:
            self._gates.check_clock(clock.register, clock.bit, peripheral.name, address)
        return peripheral

    def _look_up(self, address: int, verb: str) -> tuple[AnyPeripheral, ClockEnable | None]:
        index = bisect_right(self._bases, address) - 1
        if index >= 0:
            peripheral = self._sorted[index]
            if address < peripheral.base + peripheral.SIZE:
                return peripheral, self._clocks.get(peripheral.name)
        raise RuleBroken(
            Rule.UNMODELLED_REGISTER, f"{verb} where no modelled peripheral is", address
        )

    def read(self, address: int, size: int) -> int:
        """Serve a read."""
        peripheral = self._find(address, "read")
        return peripheral.read(address - peripheral.base, size)

    def write(self, address: int, size: int, value: int) -> None:
        """Serve a write."""
        peripheral = self._find(address, "write")
        self._write_begins(peripheral, address)
        peripheral.write(address - peripheral.base, size, value)

    def _write_begins(self, peripheral: AnyPeripheral, address: int) -> None:
        if peripheral.steers_bytes(address - peripheral.base):
            self.before_write()
            self.writes += 1

    def write_implemented(self, address: int, size: int, value: int) -> None:
        """Serve a write of a debugger, who sets bits that a register may not have."""
        peripheral = self._find(address, "write")
        self._write_begins(peripheral, address)
        offset = address - peripheral.base
        peripheral.write(
            offset, size, peripheral.implemented(offset, value) if size == 4 else value
        )
