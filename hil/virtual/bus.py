# SPDX-License-Identifier: Apache-2.0
"""From an address to the peripheral that answers it, with its clock checked on the way."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hil.virtual.peripheral import Peripheral
from hil.virtual.rules import Rule, RuleBroken

if TYPE_CHECKING:
    from hil.virtual.stm32.chip import ClockEnable
    from hil.virtual.stm32.rcc_base import RccBase


class Bus:
    """The address map of the peripherals."""

    def __init__(
        self, peripherals: Mapping[str, Peripheral], clocks: Mapping[str, ClockEnable], rcc: RccBase
    ) -> None:
        self._sorted = sorted(peripherals.values(), key=lambda peripheral: peripheral.base)
        self._bases = [peripheral.base for peripheral in self._sorted]
        self._clocks = clocks
        self._rcc = rcc

    def _find(self, address: int, verb: str) -> Peripheral:
        index = bisect_right(self._bases, address) - 1
        if index >= 0:
            peripheral = self._sorted[index]
            if address < peripheral.base + peripheral.SIZE:
                clock = self._clocks.get(peripheral.name)
                if clock is not None:
                    self._rcc.check_clock(clock.register, clock.bit, peripheral.name, address)
                return peripheral
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
        peripheral.write(address - peripheral.base, size, value)
