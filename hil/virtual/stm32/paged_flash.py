# SPDX-License-Identifier: Apache-2.0
"""A flash controller with one control register for all banks, which erases by pages: U5 and L4.

RM0456 section 7, RM0351, RM0394, RM0432 sections 3.3 and 3.7. The families differ in the names and
places of the registers, in the sizes of pages and units, and in the table of wait states.

Firmware that misuses the controller breaks a rule. While a debugger is attached, the controller
answers as silicon does, with error flags and without any effect: flash loaders rely on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.rules import Rule
from hil.virtual.stm32.flash_controller import ERASE_PS, KEYS, FlashController
from hil.virtual.stm32.option_bytes import with_bit

PG, PER, MER1, BKER, MER2, STRT, LOCK = 1, 2, 4, 1 << 11, 1 << 15, 1 << 16, 1 << 31
OPTLOCK = 1 << 30
BSY = 1 << 16
OPERR, PROGERR, WRPERR, PGAERR, SIZERR, PGSERR = 1 << 1, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7
PROGRAMMING_ERRORS = PROGERR | WRPERR | PGAERR | SIZERR | PGSERR
"""While one of them stands, the next operation is refused with PGSERR."""
ECCD, ECCC, ECCIE = 1 << 31, 1 << 30, 1 << 24
IWDG_SW = 16

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
    PAGE_BYTES: ClassVar[int]
    PAGE_MASK: ClassVar[int]
    BANKS: ClassVar[int] = 2
    ECC_BANK: ClassVar[int]
    """Bit of ECCR that tells the bank, after the address within it."""
    SWAP_BIT: ClassVar[int] = 20
    """Of OPTR: SWAP_BANK, or BFB2."""
    BANKS_BIT: ClassVar[int | None] = None
    """Of OPTR: whether there are two banks."""
    DELIVERED_OPTR: ClassVar[int]
    PROTECTION: ClassVar[tuple[int, int]]
    """WRPxR as delivered, with no page protected, and the mask of a page's number in it."""

    def reset(self) -> None:
        """Lock; no wait states, the stricter reading of the manual."""
        super().reset()
        self._known_acr = self.values["ACR"]
        self._keys: list[int] = []
        self._jammed = False
        self._pending: dict[int, int] = {}
        self._busy_until = 0
        self._load_options()

    def _load_options(self) -> None:
        options = self.options
        optr = self.DELIVERED_OPTR & ~0xFF | options.rdp_code
        optr = with_bit(optr, IWDG_SW, not options.hardware_watchdog)
        optr = with_bit(optr, self.SWAP_BIT, options.swapped_banks)
        if self.BANKS_BIT is not None:
            optr = with_bit(optr, self.BANKS_BIT, not options.single_bank)
        self.values["OPTR"] = optr
        for bank in range(self.BANKS):
            areas = self._protected_areas(bank)
            for letter, value in zip("AB", areas, strict=True):
                self.values[f"WRP{bank + 1}{letter}R"] = value

    def _protected_areas(self, bank: int) -> list[int]:
        delivered, mask = self.PROTECTION
        start, bank_bytes = self._bank_span(bank)
        areas = []
        for first, end in self.options.write_protected:
            low, high = max(first, start), min(end, start + bank_bytes)
            if low < high:
                pages = [(at - start) // self.PAGE_BYTES for at in (low, high - 1)]
                areas.append(delivered & ~(mask << 16 | mask) | pages[1] << 16 | pages[0])
        if len(areas) > 2:
            raise ValueError(f"{self.name} protects at most two areas of a bank")
        return areas + [delivered] * (2 - len(areas))

    def _bank_span(self, bank: int) -> tuple[int, int]:
        flash = self.system.core.flash
        bank_bytes = flash.size_bytes // self.BANKS
        return flash.origin + bank * bank_bytes, bank_bytes

    @property
    def wait_states(self) -> int:
        """ACR.LATENCY; until a new one is read back, the lower of the two counts.

        RM0351, RM0394, RM0432, RM0456: FLASH, "Increasing the CPU frequency".
        """
        return min(acr & self.LATENCY_MASK for acr in (self._known_acr, self.values["ACR"]))

    def read_acr(self) -> int:
        """Wait states and prefetch; from here on they are known to count."""
        self._known_acr = self.values["ACR"]
        return self._known_acr

    def limit_mhz(self, voltage_range: int) -> int:
        """Fastest HCLK for the wait states that are set, in a voltage range."""
        limits = self.WAIT_STATE_MHZ[voltage_range]
        return limits[min(self.wait_states, len(limits) - 1)]

    def describe(self, voltage_range: int) -> str:
        """Name the setting that limits HCLK."""
        unread = "" if self._known_acr == self.values["ACR"] else " (ACR not read back)"
        return f"{self.wait_states} wait states in voltage range {voltage_range}{unread}"

    @property
    def locked(self) -> bool:
        """Whether the control register is locked."""
        return bool(self.values[self.CONTROL[0]] & LOCK)

    def _misuse(self, rule: Rule, what: str, offset: int, flags: int = 0) -> None:
        """Firmware breaks a rule; a debugger's loader sees error flags."""
        if not self.system.debugger_attached:
            raise self.broken(rule, what, offset)
        self.values[self.STATUS[0]] |= flags

    def take_key(self, value: int) -> None:
        """Take the two keys in order; a wrong one locks until reset."""
        if self._jammed or value != KEYS[len(self._keys)]:
            self._jammed = True
            what = f"wrong key 0x{value:08x} locks flash until reset"
            self._misuse(Rule.FLASH_LOCKED, what, self.KEY[1])
            return
        self._keys.append(value)
        if len(self._keys) == len(KEYS):
            self._keys = []
            self.values[self.CONTROL[0]] &= ~LOCK

    def read_status(self) -> int:
        """Status: busy while an operation runs."""
        busy = BSY if self._is_busy else 0
        if busy:
            self.system.pass_busy_time(self._busy_until)
        return self.values[self.STATUS[0]] | busy

    @property
    def _is_busy(self) -> bool:
        return self.system.now_ps < self._busy_until

    def clear_status(self, value: int) -> None:
        """Clear flags."""
        self.values[self.STATUS[0]] &= ~value

    def write_control(self, value: int) -> None:
        """Choose and start an operation, or lock."""
        name, offset = self.CONTROL
        if self.locked:
            self._misuse(Rule.FLASH_LOCKED, f"{name} is written while locked", offset)
            return
        if self._is_busy:
            what = f"{name} is written while flash is busy"
            self._misuse(Rule.FLASH_PROGRAMMING, what, offset)
            return
        if self._pending and not value & PG:
            what = "PG is cleared with a unit half written"
            self._misuse(Rule.FLASH_PROGRAMMING, what, offset)
            self._pending = {}
        self.values[name] = value & ~STRT
        if value & STRT:
            self._erase(value)

    # -- erasing ---------------------------------------------------------------------------------

    def _erase(self, control: int) -> None:
        offset = self.CONTROL[1]
        if self.options.single_bank or self.options.swapped_banks:
            what = "an erase with other option bytes than two banks in their order"
            raise self.broken(Rule.MODE_UNMODELLED, what, offset)
        if self.values[self.STATUS[0]] & PROGRAMMING_ERRORS:
            what = "an erase while error flags stand"
            self._misuse(Rule.FLASH_PROGRAMMING, what, offset, PGSERR)
            return
        spans = self._page_of(control) if control & PER else self._banks_of(control)
        if spans is None:
            return
        if control & PG or (control & PER and control & (MER1 | MER2)):
            what = "STRT with more than one operation chosen"
            self._misuse(Rule.FLASH_PROGRAMMING, what, offset, PGSERR)
            return
        if self.options.rdp_level and self.system.debugger_attached:
            self.values[self.STATUS[0]] |= WRPERR
            return
        if any(self.options.protects(first, count) for first, count in spans):
            what = "an erase of pages that are write protected"
            self._misuse(Rule.FLASH_PROGRAMMING, what, offset, WRPERR)
            return
        for first, count in spans:
            self.erase_cells(first, count)
            self._busy_until = self.begin(first, count, ERASE_PS)

    def _page_of(self, control: int) -> list[tuple[int, int]] | None:
        """The page that is to be erased, as address and bytes."""
        page = control >> 3 & self.PAGE_MASK
        start, bank_bytes = self._bank_span(1 if control & BKER and self.BANKS > 1 else 0)
        if (page + 1) * self.PAGE_BYTES > bank_bytes or (control & BKER and self.BANKS == 1):
            what = f"page {page} is outside the bank"
            self._misuse(Rule.FLASH_PROGRAMMING, what, self.CONTROL[1], PGSERR)
            return None
        return [(start + page * self.PAGE_BYTES, self.PAGE_BYTES)]

    def _banks_of(self, control: int) -> list[tuple[int, int]] | None:
        """The banks that are to be erased, as addresses and bytes."""
        if control & MER2 and self.BANKS == 1:
            self._misuse(Rule.FLASH_PROGRAMMING, "MER2: there is one bank", self.CONTROL[1])
        if not control & (MER1 | MER2):
            self._misuse(Rule.FLASH_PROGRAMMING, "STRT without PER or MER", self.CONTROL[1])
            return None
        chosen = (MER1, MER2)[: self.BANKS]
        return [self._bank_span(bank) for bank, bit in enumerate(chosen) if control & bit]

    # -- programming -----------------------------------------------------------------------------

    def program(self, address: int, size: int, value: int) -> None:
        """Take a write into the flash array: the words of an erased unit in order."""
        unit = address & ~(self.UNIT_BYTES - 1)
        wrong = self._why_not(address, size, unit)
        if wrong is not None:
            rule, what, flags = wrong
            self._pending = {}
            if not self.system.debugger_attached:
                raise self.broken_at(rule, what, address)
            self.values[self.STATUS[0]] |= flags
            return
        self._pending[address] = value
        if 4 * len(self._pending) == self.UNIT_BYTES:
            data = b"".join(word.to_bytes(4, "little") for word in self._pending.values())
            self._pending = {}
            self._program_unit(unit, data)

    def _why_not(self, address: int, size: int, unit: int) -> tuple[Rule, str, int] | None:
        """The rule that a write breaks, what it is, and its error flags (RM0456, RM0351: SR)."""
        name, programming = self.CONTROL[0], Rule.FLASH_PROGRAMMING
        attached = self.system.debugger_attached
        begun = next(iter(self._pending), unit)
        wrong: tuple[Rule, str, int] | None = None
        if self.locked:
            wrong = Rule.FLASH_LOCKED, f"a write while {name} is locked", PGSERR
        elif not self.values[name] & PG:
            wrong = programming, f"a write without {name}.PG", PGSERR
        elif self.values[self.STATUS[0]] & PROGRAMMING_ERRORS:
            wrong = programming, "a write while error flags stand", PGSERR
        elif self._is_busy and not attached:  # The bus would wait.
            wrong = programming, "a write while flash is busy", PGSERR
        elif size != 4:
            wrong = programming, f"a write of {size} bytes", SIZERR
        elif begun != unit or address != unit + 4 * len(self._pending):
            wrong = programming, "a unit is written as words in order", PGAERR
        elif self.options.protects(unit, self.UNIT_BYTES):
            wrong = programming, "the page is write protected", WRPERR
        elif attached and self.options.rdp_level:
            wrong = programming, "flash is read protected", WRPERR
        elif not attached and not self.is_erased(unit, self.UNIT_BYTES) and not self._pending:
            wrong = programming, "the cells are not erased", PROGERR
        return wrong

    def _program_unit(self, unit: int, data: bytes) -> None:
        """All zeros may be written over anything that can be read (RM0351, RM0456: PROGERR)."""
        erased = self.is_erased(unit, self.UNIT_BYTES)
        in_doubt = self.damaged.first_in(unit, self.UNIT_BYTES) is not None
        if in_doubt or not (erased or not any(data)):
            self.values[self.STATUS[0]] |= PROGERR
            return
        self.set_bytes(unit, data)
        self._busy_until = self.begin(unit, self.UNIT_BYTES, PROGRAM_PS)

    # -- ECC -------------------------------------------------------------------------------------

    def read_damaged(self, address: int) -> bool:
        """Latch where, unless an error is latched already, and raise the NMI."""
        if not self.values["ECCR"] & ECCD:
            offset = address - self.system.core.flash.origin & ~(self.UNIT_BYTES - 1)
            _, bank_bytes = self._bank_span(0)
            bank = offset // bank_bytes << self.ECC_BANK if self.BANKS > 1 else 0
            kept = self.values["ECCR"] & ECCIE
            self.values["ECCR"] = kept | ECCD | bank | offset % bank_bytes
        self.system.pend_nmi()
        return False

    def write_eccr(self, value: int) -> None:
        """Clear ECCD and ECCC by writing 1; the interrupt of corrected errors is never raised."""
        before = self.values["ECCR"] & ~(value & (ECCD | ECCC))
        self.values["ECCR"] = before & ~ECCIE | value & ECCIE
