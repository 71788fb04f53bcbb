# SPDX-License-Identifier: Apache-2.0
"""What the flash controllers of all families do alike: wait states checked, units written whole.

RM0456 section 7, RM0351, RM0394, RM0432 section 3, RM0433 section 4, RM0455 section 5.
"""

from __future__ import annotations

from typing import Protocol

from hil.virtual.peripheral import Peripheral
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.system import MemoryAccess, OperatingPoint

KEYS = (0x45670123, 0xCDEF89AB)
"""What unlocks the control register, in this order."""
ERASE_PS = 1_500_000_000
"""Erasing a page takes about 1.5 ms (DS13086, flash tables)."""


class FlashSystem(MemoryAccess, OperatingPoint, Protocol):
    """What a flash controller needs of the machine."""

    def flash_changed(self, address: int, count: int) -> None:
        """Drop translated code at the end of the block: so many bytes of flash have changed."""

    def pass_busy_time(self, until_ps: int) -> None:
        """Let the time pass that a flash loader would poll away, reading one status again."""


class FlashController(Peripheral[FlashSystem]):
    """What the flash controllers of all families do alike."""

    def limit_mhz(self, voltage_range: int) -> int:
        """Fastest HCLK for the wait states that are set, in a voltage range."""
        raise NotImplementedError

    def describe(self, voltage_range: int) -> str:
        """Name the setting that limits HCLK."""
        raise NotImplementedError

    def program(self, address: int, size: int, value: int) -> None:
        """Take a write into the flash array."""
        raise NotImplementedError

    def check(self, hclk_hz: int, voltage_range: int, cause: str) -> None:
        """Raise if HCLK is too fast for the wait states in this voltage range."""
        limit_mhz = self.limit_mhz(voltage_range)
        if hclk_hz > limit_mhz * 1_000_000:
            raise self.broken(
                Rule.FLASH_WAIT_STATES,
                f"HCLK is {hclk_hz / 1e6:g} MHz with {self.describe(voltage_range)}"
                f" (at most {limit_mhz:g} MHz) after a change of {cause}",
                0x00,
            )

    def write_acr(self, value: int) -> None:
        """Change wait states and prefetch."""
        self.values["ACR"] = value
        self.system.clock_changed("FLASH_ACR")

    def collect(
        self, pending: dict[int, int], address: int, size: int, value: int, unit_bytes: int
    ) -> bytes | None:
        """Add a word to the unit that is being written; return the unit once it is whole."""
        if size != 4:
            raise self.broken_at(Rule.FLASH_PROGRAMMING, f"a write of {size} bytes", address)
        start = address & ~(unit_bytes - 1)
        begun = {word & ~(unit_bytes - 1) for word in pending} | {start}
        if address != start + 4 * len(pending) or len(begun) > 1:
            raise self.broken_at(
                Rule.FLASH_PROGRAMMING, "a unit is written as words in order", address
            )
        if not pending:
            cells = self.system.core.memory(start, unit_bytes)
            if cells is None or (cells != 0xFF).any():
                raise self.broken_at(Rule.FLASH_PROGRAMMING, "the cells are not erased", address)
        pending[address] = value
        if 4 * len(pending) < unit_bytes:
            return None
        return b"".join(word.to_bytes(4, "little") for word in pending.values())

    def set_bytes(self, address: int, data: bytes) -> None:
        """Change the flash array, and drop the code that was translated from it."""
        offset = address - self.system.core.flash.origin
        self.system.core.flash_bytes[offset : offset + len(data)] = list(data)
        self.system.flash_changed(address, len(data))

    def broken_at(self, rule: Rule, detail: str, address: int) -> RuleBroken:
        """Make the exception for a rule broken in the flash array itself."""
        error = self.broken(rule, detail)
        error.address = address
        return error
