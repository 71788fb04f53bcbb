# SPDX-License-Identifier: Apache-2.0
"""Flash controller: wait states, unlocking, programming, page erase (RM0456 section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule, RuleBroken

PG, PER, MER1, BKER, MER2, STRT, LOCK = 1, 2, 4, 1 << 11, 1 << 15, 1 << 16, 1 << 31
OPTLOCK = 1 << 30
EOP, BSY = 1, 1 << 16
_OPERATIONS = PG | PER | MER1 | 0x7F << 3 | BKER | MER2 | STRT | LOCK
"""What is modelled of NSCR: no burst writes, no interrupts, no option bytes."""

KEYS = (0x45670123, 0xCDEF89AB)
PROGRAM_PS = 118_000_000
"""Programming a quad-word takes about 118 us, erasing a page 1.5 ms (DS13086, flash tables)."""
ERASE_PS = 1_500_000_000

WAIT_STATE_MHZ = {1: (32, 64, 96, 128, 160), 2: (30, 60, 90, 110), 3: (24, 48, 55), 4: (12, 25)}
"""HCLK limits by voltage range for 0, 1, 2, ... wait states (RM0456, table of wait states)."""

DEVICE_OPTIONS = 0x1FEF_F8AA
"""FLASH_OPTR as delivered: no protection, TrustZone off, watchdog by software."""


class FlashController(Peripheral):
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
        self.machine.clock_changed("FLASH_ACR")

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
            cells = self.machine.core.memory(start, unit_bytes)
            if cells is None or (cells != 0xFF).any():
                raise self.broken_at(Rule.FLASH_PROGRAMMING, "the cells are not erased", address)
        pending[address] = value
        if 4 * len(pending) < unit_bytes:
            return None
        return b"".join(word.to_bytes(4, "little") for word in pending.values())

    def set_bytes(self, address: int, data: bytes) -> None:
        """Change the flash array, and drop the code that was translated from it."""
        offset = address - self.machine.core.flash.origin
        self.machine.core.flash_bytes[offset : offset + len(data)] = list(data)
        self.machine.flash_changed()

    def broken_at(self, rule: Rule, detail: str, address: int) -> RuleBroken:
        """Make the exception for a rule broken in the flash array itself."""
        error = self.broken(rule, detail)
        error.address = address
        return error


class Flash(FlashController):
    """FLASH interface of the STM32U575/585, non-secure side."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("ACR", 0, 0x10F),
        0x08: Register("NSKEYR", 0, 0xFFFFFFFF, write_one=True),
        0x20: Register("NSSR", 0, 0x20FB, write_one=True),
        0x28: Register("NSCR", LOCK | OPTLOCK, _OPERATIONS, status=OPTLOCK),
        0x40: Register("OPTR", DEVICE_OPTIONS, 0),
    }
    WAIT_STATE_MHZ: ClassVar[Mapping[int, tuple[int, ...]]] = WAIT_STATE_MHZ
    CONTROL, STATUS, KEY = ("NSCR", 0x28), ("NSSR", 0x20), ("NSKEYR", 0x08)
    """Names and offsets of the registers that program and erase."""
    UNIT_BYTES: ClassVar[int] = 16
    """Programmed at once: a quad-word."""
    PAGE_BYTES: ClassVar[int] = 8192
    PAGE_MASK: ClassVar[int] = 0x7F
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
        return self.values["ACR"] & 15

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

    def write_nskeyr(self, value: int) -> None:
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

    def read_nssr(self) -> int:
        """Status: busy while an operation runs."""
        busy = BSY if self.machine.now_ps < self._busy_until else 0
        return self.values[self.STATUS[0]] | busy

    def write_nssr(self, value: int) -> None:
        """Clear flags."""
        self.values[self.STATUS[0]] &= ~value

    def write_nscr(self, value: int) -> None:
        """Choose and start an operation, or lock."""
        if self.locked:
            what = f"{self.CONTROL[0]} is written while locked"
            raise self.broken(Rule.FLASH_LOCKED, what, self.CONTROL[1])
        if self.machine.now_ps < self._busy_until:
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
        flash = self.machine.core.flash
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
        self._busy_until = self.machine.now_ps + ERASE_PS

    def program(self, address: int, size: int, value: int) -> None:
        """Take a write into the flash array: the words of an erased unit in order."""
        if self.locked:
            what = f"a write while {self.CONTROL[0]} is locked"
            raise self.broken_at(Rule.FLASH_LOCKED, what, address)
        if not self.values[self.CONTROL[0]] & PG:
            what = f"a write without {self.CONTROL[0]}.PG"
            raise self.broken_at(Rule.FLASH_PROGRAMMING, what, address)
        if self.machine.now_ps < self._busy_until:
            raise self.broken_at(Rule.FLASH_PROGRAMMING, "a write while flash is busy", address)
        data = self.collect(self._pending, address, size, value, self.UNIT_BYTES)
        if data is not None:
            self._pending = {}
            self.set_bytes(address & ~(self.UNIT_BYTES - 1), data)
            self.values[self.STATUS[0]] |= EOP
            self._busy_until = self.machine.now_ps + PROGRAM_PS
