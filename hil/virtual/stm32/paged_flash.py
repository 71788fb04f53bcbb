# SPDX-License-Identifier: Apache-2.0
"""A flash controller with one control register for all banks, which erases by pages: U5 and L4.

RM0456 section 7, RM0351, RM0394, RM0432 sections 3.3 and 3.7. The families differ in the names and
places of the registers, in the sizes of pages and units, and in the table of wait states.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.rules import Rule
from hil.virtual.stm32.flash_controller import ERASE_PS, KEYS, FlashController

PG, PER, MER1, BKER, MER2, STRT, LOCK = 1, 2, 4, 1 << 11, 1 << 15, 1 << 16, 1 << 31
OPTLOCK = 1 << 30
EOP, BSY = 1, 1 << 16

PROGRAM_PS = 118_000_000
"""Programming a unit takes about 118 us (DS13086, flash tables: a quad-word)."""


class PagedFlash(FlashController):
    """One controller; a family names its registers and gives its sizes and limits."""

    WAIT_STATE_MHZ: ClassVar[Mapping[int, tuple[int, ...]]]
    """HCLK limits by voltage range for 0, 1, 2, ... wait states."""
    LATENCY_MASK: ClassVar[int]
    CONTROL: ClassVar[tuple[str, int]]
    STATUS: ClassVar[tuple[str, int]]
    KEY: ClassVar[tuple[str, int]]
    """Names and offsets of the registers that program and erase."""
    UNIT_BYTES: ClassVar[int]
    """What is programmed at once."""
    PAGE_BYTES: ClassVar[int]
    PAGE_MASK: ClassVar[int]
    BANKS: ClassVar[int] = 2

    def reset(self) -> None:
        """Lock; no wait states, the stricter reading of the manual."""
        super().reset()
        self._keys: list[int] = []
        self._jammed = False
        self._pending: dict[int, int] = {}
        self._busy_until = 0

    @property
    def wait_states(self) -> int:
        """ACR.LATENCY."""
        return self.values["ACR"] & self.LATENCY_MASK

    def limit_mhz(self, voltage_range: int) -> int:
        """Fastest HCLK for the wait states that are set, in a voltage range."""
        limits = self.WAIT_STATE_MHZ[voltage_range]
        return limits[min(self.wait_states, len(limits) - 1)]

    def describe(self, voltage_range: int) -> str:
        """Name the setting that limits HCLK."""
        return f"{self.wait_states} wait states in voltage range {voltage_range}"

    @property
    def locked(self) -> bool:
        """Whether the control register is locked."""
        return bool(self.values[self.CONTROL[0]] & LOCK)

    def take_key(self, value: int) -> None:
        """Take the two keys in order; a wrong one locks until reset."""
        if self._jammed or value != KEYS[len(self._keys)]:
            self._jammed = True
            raise self.broken(
                Rule.FLASH_LOCKED, f"wrong key 0x{value:08x} locks flash until reset", self.KEY[1]
            )
        self._keys.append(value)
        if len(self._keys) == len(KEYS):
            self._keys = []
            self.values[self.CONTROL[0]] &= ~LOCK

    def read_status(self) -> int:
        """Status: busy while an operation runs."""
        busy = BSY if self.system.now_ps < self._busy_until else 0
        if busy:
            self.system.pass_busy_time(self._busy_until)
        return self.values[self.STATUS[0]] | busy

    def clear_status(self, value: int) -> None:
        """Clear flags."""
        self.values[self.STATUS[0]] &= ~value

    def write_control(self, value: int) -> None:
        """Choose and start an operation, or lock."""
        if self.locked:
            what = f"{self.CONTROL[0]} is written while locked"
            raise self.broken(Rule.FLASH_LOCKED, what, self.CONTROL[1])
        if self.system.now_ps < self._busy_until:
            what = f"{self.CONTROL[0]} is written while flash is busy"
            raise self.broken(Rule.FLASH_PROGRAMMING, what, self.CONTROL[1])
        if self._pending and not value & PG:
            raise self.broken(
                Rule.FLASH_PROGRAMMING, "PG is cleared with a unit half written", self.CONTROL[1]
            )
        self.values[self.CONTROL[0]] = value & ~STRT
        if value & STRT:
            self._erase(value)

    def _erase(self, control: int) -> None:
        flash = self.system.core.flash
        bank_bytes = flash.size_bytes // self.BANKS
        if control & PER:
            page = control >> 3 & self.PAGE_MASK
            if (page + 1) * self.PAGE_BYTES > bank_bytes or (control & BKER and self.BANKS == 1):
                what = f"page {page} is outside the bank"
                raise self.broken(Rule.FLASH_PROGRAMMING, what, self.CONTROL[1])
            start = flash.origin + page * self.PAGE_BYTES + (bank_bytes if control & BKER else 0)
            self.set_bytes(start, b"\xff" * self.PAGE_BYTES)
        elif control & (MER1 | MER2):
            if control & MER2 and self.BANKS == 1:
                what = "MER2: there is one bank"
                raise self.broken(Rule.FLASH_PROGRAMMING, what, self.CONTROL[1])
            for bit, start in ((MER1, flash.origin), (MER2, flash.origin + bank_bytes)):
                if control & bit:
                    self.set_bytes(start, b"\xff" * bank_bytes)
        else:
            raise self.broken(Rule.FLASH_PROGRAMMING, "STRT without PER or MER", self.CONTROL[1])
        self.values[self.STATUS[0]] |= EOP
        self._busy_until = self.system.now_ps + ERASE_PS

    def program(self, address: int, size: int, value: int) -> None:
        """Take a write into the flash array: the words of an erased unit in order."""
        if self.locked:
            what = f"a write while {self.CONTROL[0]} is locked"
            raise self.broken_at(Rule.FLASH_LOCKED, what, address)
        if not self.values[self.CONTROL[0]] & PG:
            what = f"a write without {self.CONTROL[0]}.PG"
            raise self.broken_at(Rule.FLASH_PROGRAMMING, what, address)
        if self.system.now_ps < self._busy_until:
            raise self.broken_at(Rule.FLASH_PROGRAMMING, "a write while flash is busy", address)
        data = self.collect(self._pending, address, size, value, self.UNIT_BYTES)
        if data is not None:
            self._pending = {}
            self.set_bytes(address & ~(self.UNIT_BYTES - 1), data)
            self.values[self.STATUS[0]] |= EOP
            self._busy_until = self.system.now_ps + PROGRAM_PS
