# SPDX-License-Identifier: Apache-2.0
"""What happens to flash while it is programmed, and afterwards."""

from __future__ import annotations

from hil.virtual.faults.fault import Fault, FaultyMachine
from hil.virtual.stm32.flash_controller import Operation

AFTER_UNITS = 100
"""Units of flash (8 to 32 bytes) after which a fault strikes."""


class FlashFault(Fault):
    """A fault that strikes once, when the unit of that number is programmed."""

    after_units = AFTER_UNITS

    def __init__(self, machine: FaultyMachine, name: str) -> None:
        super().__init__(machine, name)
        self._flash = machine.flash
        self._units = 0
        self._flash.on_begin = self._begun

    def _begun(self, operation: Operation) -> None:
        if operation.end - operation.first != self._flash.UNIT_BYTES or self.struck:
            return
        self._units += 1
        if self._units == self.after_units:
            self.unit_begun(operation)

    def unit_begun(self, operation: Operation) -> None:
        """Take note that the unit is being programmed."""


class PowerLoss(FlashFault):
    """The supply fails in the middle of programming, and comes back at once.

    What the unit holds then is in doubt: its ECC does not fit.
    """

    def unit_begun(self, operation: Operation) -> None:
        """Fail before the unit is done."""
        now_ps = self.machine.now_ps
        self.machine.schedule(self.name, (now_ps + operation.until_ps) // 2)

    def on_time(self) -> None:
        """Take the power away and give it back."""
        self.struck += 1
        self.machine.power_on()


class BitFlip(FlashFault):
    """One bit of what was programmed is another one later: a cell too weak to hold it."""

    def unit_begun(self, operation: Operation) -> None:
        """Flip a bit of the unit before, which is done."""
        address = operation.first - self._flash.UNIT_BYTES
        cell = self._flash.system.core.memory(address, 1)
        assert cell is not None
        self._flash.set_bytes(address, bytes((int(cell[0]) ^ 1 << 3,)))
        self.struck += 1
