# SPDX-License-Identifier: Apache-2.0
"""Flash controller of the STM32H743 and H7A3: two banks with registers of their own.

RM0433 section 4, RM0455 section 5. Firmware that misuses it breaks a rule; while a debugger is
attached, error flags are set as on silicon. OPTLOCK stays set; that banks are swapped can be read
in the registers, and such a chip is not erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from hil.virtual.peripheral import Register
from hil.virtual.rules import Rule
from hil.virtual.stm32.flash_controller import ERASE_PS, KEYS, FlashController, FlashSystem
from hil.virtual.stm32.option_bytes import with_bit

LOCK, PG, SER, BER = 1, 2, 4, 8
BSY, WBNE, QW, EOP = 1, 2, 4, 1 << 16
OPTLOCK = 1
BANKS = 2
BANK_STRIDE = 0x100
KEYR, CR, SR, CCR = 0x04, 0x0C, 0x10, 0x14
CLEARABLE = 0x1FEF_0000
WRPERR, PGSERR, STRBERR, INCERR = 1 << 17, 1 << 18, 1 << 19, 1 << 21
DBECCERR = 1 << 26
PROGRAMMING_ERRORS = WRPERR | PGSERR | STRBERR | INCERR
"""While one of them stands, the next operation is refused with PGSERR."""
IWDG_SW, SWAP_BANK = 4, 31
DELIVERED_OPTSR = 0x0006_AAF0
WORD_PS = 120_000_000
"""Programming a flash word takes about 100 us (DS12110, DS13195: flash memory programming)."""


@dataclass(slots=True)
class Bank:
    """State of one bank: keys seen, bytes of a flash word so far, busy until."""

    keys: list[int] = field(default_factory=list)
    jammed: bool = False
    pending: dict[int, int] = field(default_factory=dict)
    busy_until: int = 0


def _registers(acr: int, control: int, open_sectors: int) -> dict[int, Register]:
    registers = {
        0x00: Register("ACR", acr, 0x3F),
    }
    # One register each, at two addresses (RM0433, RM0455: OPTCR, "0x018 or 0x118").
    for offset in (0, BANK_STRIDE):
        registers |= {
            offset + 0x08: Register("OPTKEYR", 0, 0, write_one=True),
            offset + 0x18: Register("OPTCR", OPTLOCK, 0),
            offset + 0x1C: Register("OPTSR_CUR", DELIVERED_OPTSR),
            offset + 0x20: Register("OPTSR_PRG", DELIVERED_OPTSR),
        }
    for bank in range(BANKS):
        base, name = BANK_STRIDE * bank, bank + 1
        registers[base + KEYR] = Register(f"KEYR{name}", 0, 0xFFFF_FFFF, write_one=True)
        registers[base + CR] = Register(f"CR{name}", LOCK, control)
        registers[base + SR] = Register(f"SR{name}")
        registers[base + CCR] = Register(f"CCR{name}", 0, CLEARABLE, write_one=True)
        registers[base + 0x38] = Register(f"WPSN_CUR{name}R", open_sectors)
        registers[base + 0x3C] = Register(f"WPSN_PRG{name}R", open_sectors)
        registers[base + 0x60] = Register(f"ECC_FA{name}R")
    return registers


class FlashH7(FlashController):
    """FLASH of both lines. Wait states come with a programming delay, WRHIGHFREQ."""

    SIZE: ClassVar[int] = 0x400
    TABLE: ClassVar[Mapping[int, tuple[tuple[int, int, int], ...]]]
    """By voltage scale: fastest AXI clock in MHz, wait states and WRHIGHFREQ that it needs."""
    SECTOR_BYTES: ClassVar[int]
    START: ClassVar[int]
    SECTOR_POSITION: ClassVar[int]
    SECTOR_MASK: ClassVar[int]
    PROTECTED_TOGETHER: ClassVar[int]
    """Sectors that one bit of WPSN_CUR protects."""

    def __init__(self, system: FlashSystem, name: str, base: int) -> None:
        self.banks = [Bank() for _ in range(BANKS)]
        super().__init__(system, name, base)
        for bank in range(BANKS):
            self._add_bank(bank)

    def _add_bank(self, bank: int) -> None:
        number = bank + 1
        self._writers[f"KEYR{number}"] = lambda value: self._write_key(bank, value)
        self._writers[f"CR{number}"] = lambda value: self._write_control(bank, value)
        self._writers[f"CCR{number}"] = lambda value: self._clear(bank, value)
        self._readers[f"SR{number}"] = lambda: self._status(bank)

    def reset(self) -> None:
        """Lock both banks."""
        super().reset()
        self.banks = [Bank() for _ in range(BANKS)]
        self._known_acr = self.values["ACR"]
        self._load_options()

    def _load_options(self) -> None:
        options = self.options
        state = DELIVERED_OPTSR & ~0xFF00 | options.rdp_code << 8
        state = with_bit(state, IWDG_SW, not options.hardware_watchdog)
        state = with_bit(state, SWAP_BANK, options.swapped_banks)
        self.values["OPTSR_CUR"] = self.values["OPTSR_PRG"] = state
        self.values["OPTCR"] = with_bit(OPTLOCK, SWAP_BANK, options.swapped_banks)
        group_bytes = self.PROTECTED_TOGETHER * self.SECTOR_BYTES
        for bank in range(BANKS):
            start, bank_bytes = self._bank_span(bank)
            bits = sum(
                1 << at // group_bytes
                for at in range(0, bank_bytes, group_bytes)
                if not options.protects(start + at, group_bytes)
            )
            for name in ("CUR", "PRG"):
                self.values[f"WPSN_{name}{bank + 1}R"] = bits

    # -- wait states -----------------------------------------------------------------------------

    def limit_mhz(self, voltage_range: int) -> int:
        """Fastest AXI clock for LATENCY and WRHIGHFREQ at a voltage scale.

        Until ACR is read back, both its old and its new value have to allow the clock (RM0433
        section 4.3.8, adjusting the wait states).
        """
        return min(self._limit_of(acr, voltage_range) for acr in (self._known_acr, self._acr))

    @property
    def _acr(self) -> int:
        return self.values["ACR"]

    def _limit_of(self, acr: int, voltage_range: int) -> int:
        latency, delay = acr & 15, acr >> 4 & 3
        fitting = [
            mhz
            for mhz, wait_states, needed_delay in self.TABLE[voltage_range]
            if wait_states <= latency and needed_delay <= delay
        ]
        return max(fitting, default=self.TABLE[voltage_range][0][0])

    def read_acr(self) -> int:
        """Wait states; from here on they are known to count."""
        self._known_acr = self._acr
        return self._acr

    def describe(self, voltage_range: int) -> str:
        """Name the setting that limits the clock."""
        delay = self.values["ACR"] >> 4 & 3
        latency = self.values["ACR"] & 15
        unread = "" if self._known_acr == self._acr else " (ACR not read back)"
        return f"{latency} wait states and WRHIGHFREQ {delay} at VOS{voltage_range}{unread}"

    # -- banks -----------------------------------------------------------------------------------

    def _bank_span(self, bank: int) -> tuple[int, int]:
        flash = self.system.core.flash
        bank_bytes = flash.size_bytes // BANKS
        return flash.origin + bank * bank_bytes, bank_bytes

    def _bank_of(self, address: int) -> int:
        start, bank_bytes = self._bank_span(0)
        return (address - start) // bank_bytes

    def _control(self, bank: int) -> int:
        return self.values[f"CR{bank + 1}"]

    def _is_busy(self, bank: int) -> bool:
        return self.system.now_ps < self.banks[bank].busy_until

    def _misuse(self, bank: int, rule: Rule, what: str, register: int, flags: int = 0) -> None:
        """Firmware breaks a rule; a debugger's loader sees error flags."""
        if not self.system.debugger_attached:
            raise self.broken(rule, what, BANK_STRIDE * bank + register)
        self.values[f"SR{bank + 1}"] |= flags

    def _write_key(self, bank: int, value: int) -> None:
        state = self.banks[bank]
        if state.jammed or not self._control(bank) & LOCK or value != KEYS[len(state.keys)]:
            state.jammed = True
            what = f"wrong key 0x{value:08x} locks bank {bank + 1} until reset"
            self._misuse(bank, Rule.FLASH_LOCKED, what, KEYR)
            return
        state.keys.append(value)
        if len(state.keys) == len(KEYS):
            state.keys = []
            self.values[f"CR{bank + 1}"] &= ~LOCK

    def _status(self, bank: int) -> int:
        state, value = self.banks[bank], self.values[f"SR{bank + 1}"]
        value |= WBNE if state.pending else 0
        if self._is_busy(bank):
            self.system.pass_busy_time(state.busy_until)
            value |= BSY | QW
        return value

    def _clear(self, bank: int, value: int) -> None:
        self.values[f"SR{bank + 1}"] &= ~value

    def _write_control(self, bank: int, value: int) -> None:
        name, state = f"CR{bank + 1}", self.banks[bank]
        if self._control(bank) & LOCK:
            self._misuse(bank, Rule.FLASH_LOCKED, f"{name} is written while locked", CR)
            return
        if self._is_busy(bank):
            what = f"{name} is written while the bank is busy"
            self._misuse(bank, Rule.FLASH_PROGRAMMING, what, CR)
            return
        if state.pending and not value & PG:
            what = "PG is cleared with a flash word half written"
            self._misuse(bank, Rule.FLASH_PROGRAMMING, what, CR)
            state.pending = {}
        self.values[name] = value & ~self.START
        if value & self.START:
            self._erase(bank, value)

    # -- erasing ---------------------------------------------------------------------------------

    def _erase(self, bank: int, control: int) -> None:
        if self.options.swapped_banks:
            what = "an erase while SWAP_BANK is set"
            raise self.broken(Rule.MODE_UNMODELLED, what, BANK_STRIDE * bank + CR)
        first, count = self._bank_span(bank)
        if not control & BER and control & SER:
            sector = control >> self.SECTOR_POSITION & self.SECTOR_MASK
            first, count = first + sector * self.SECTOR_BYTES, self.SECTOR_BYTES
        elif not control & BER:
            what = f"START{bank + 1} without SER{bank + 1} or BER{bank + 1}"
            self._misuse(bank, Rule.FLASH_PROGRAMMING, what, CR, PGSERR)
            return
        if self.values[f"SR{bank + 1}"] & PROGRAMMING_ERRORS:
            what = "an erase while error flags stand"
            self._misuse(bank, Rule.FLASH_PROGRAMMING, what, CR, PGSERR)
        elif self.options.protects(first, count):
            what = "an erase of sectors that are write protected"
            self._misuse(bank, Rule.FLASH_PROGRAMMING, what, CR, WRPERR)
        elif self.options.rdp_level and self.system.debugger_attached:
            self.values[f"SR{bank + 1}"] |= WRPERR
        else:
            self.erase_cells(first, count)
            self._start(bank, first, count, ERASE_PS)

    def _start(self, bank: int, first: int, count: int, time_ps: int) -> None:
        self.values[f"SR{bank + 1}"] |= EOP
        self.banks[bank].busy_until = self.begin(first, count, time_ps)

    # -- programming -----------------------------------------------------------------------------

    def program(self, address: int, size: int, value: int) -> None:
        """Take a write into the flash array: the bytes of an erased flash word."""
        bank = self._bank_of(address)
        state = self.banks[bank]
        wrong = self._why_not(bank, address, size)
        if wrong is not None:
            rule, what, flags = wrong
            if not self.system.debugger_attached:
                raise self.broken_at(rule, what, address)
            state.pending = {}
            self.values[f"SR{bank + 1}"] |= flags
            return
        for at in range(size):
            state.pending[address + at] = value >> 8 * at & 0xFF
        if len(state.pending) == self.UNIT_BYTES:
            data = bytes(state.pending[at] for at in sorted(state.pending))
            state.pending = {}
            self._program_unit(bank, address & ~(self.UNIT_BYTES - 1), data)

    def _why_not(self, bank: int, address: int, size: int) -> tuple[Rule, str, int] | None:
        """The rule that a write breaks, what it is, and its error flags (RM0433, RM0455: SR)."""
        name, programming = f"CR{bank + 1}", Rule.FLASH_PROGRAMMING
        attached, pending = self.system.debugger_attached, self.banks[bank].pending
        unit = address & ~(self.UNIT_BYTES - 1)
        wrong: tuple[Rule, str, int] | None = None
        if self._control(bank) & LOCK:
            wrong = Rule.FLASH_LOCKED, f"a write to bank {bank + 1} while {name} is locked", PGSERR
        elif not self._control(bank) & PG:
            wrong = programming, f"a write to bank {bank + 1} without {name}.PG", PGSERR
        elif self.values[f"SR{bank + 1}"] & PROGRAMMING_ERRORS:
            wrong = programming, "a write while error flags stand", PGSERR
        elif self._is_busy(bank) and not attached:  # The bus would wait.
            wrong = programming, "a write while the bank is busy", PGSERR
        elif size != 4 and not attached:  # The buffer takes bytes as well.
            wrong = programming, f"a write of {size} bytes", PGSERR
        elif pending and next(iter(pending)) & ~(self.UNIT_BYTES - 1) != unit:
            wrong = programming, "a unit is written as words in order", INCERR
        elif any(address + at in pending for at in range(size)):
            wrong = programming, "a word of a unit is written twice, not in order", STRBERR
        elif address != unit + len(pending) and not attached:
            wrong = programming, "a unit is written as words in order", PGSERR
        elif self.options.protects(unit, self.UNIT_BYTES):
            wrong = programming, "the sector is write protected", WRPERR
        elif attached and self.options.rdp_level:
            wrong = programming, "flash is read protected", WRPERR
        elif not attached and not pending and not self.is_erased(unit, self.UNIT_BYTES):
            wrong = programming, "the cells are not erased", PGSERR
        return wrong

    def _program_unit(self, bank: int, unit: int, data: bytes) -> None:
        """Cells only lose bits; over others than erased ones, the ECC no longer fits.

        The controller does not check that (RM0433 section 4.3.9, RM0455 section 5.3.9).
        """
        erased = self.is_erased(unit, self.UNIT_BYTES)
        cells = self.system.core.memory(unit, self.UNIT_BYTES)
        assert cells is not None
        before = cells.tobytes()
        after = bytes(old & new for old, new in zip(before, data, strict=True))
        self.set_bytes(unit, after)
        if not erased and before != data:
            self.damage(unit, self.UNIT_BYTES)
        self._start(bank, unit, self.UNIT_BYTES, WORD_PS)

    # -- ECC -------------------------------------------------------------------------------------

    def read_damaged(self, address: int) -> bool:
        """Latch where, unless an error is latched already; the access gets a bus error."""
        bank = self._bank_of(address)
        status = f"SR{bank + 1}"
        if not self.values[status] & DBECCERR:
            start, _ = self._bank_span(bank)
            self.values[f"ECC_FA{bank + 1}R"] = (address - start) // self.UNIT_BYTES
        self.values[status] |= DBECCERR
        return True


class FlashH743(FlashH7):
    """FLASH of the STM32H743: sectors of 128 KiB, flash words of 256 bits."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(0x37, 0x7BF, 0xFF)
    TABLE: ClassVar[Mapping[int, tuple[tuple[int, int, int], ...]]] = {
        0: ((70, 0, 0), (140, 1, 1), (185, 2, 1), (210, 2, 2), (225, 3, 2), (240, 4, 2)),
        1: ((70, 0, 0), (140, 1, 1), (185, 2, 1), (210, 2, 2), (225, 3, 2)),
        2: ((55, 0, 0), (110, 1, 1), (165, 2, 1), (225, 3, 2)),
        3: ((45, 0, 0), (90, 1, 1), (135, 2, 1), (180, 3, 2), (225, 4, 2)),
    }
    UNIT_BYTES: ClassVar[int] = 32
    SECTOR_BYTES: ClassVar[int] = 128 * 1024
    START: ClassVar[int] = 1 << 7
    SECTOR_POSITION: ClassVar[int] = 8
    SECTOR_MASK: ClassVar[int] = 7
    PROTECTED_TOGETHER: ClassVar[int] = 1


class FlashH7A3(FlashH7):
    """FLASH of the STM32H7A3: sectors of 8 KiB, flash words of 128 bits."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(0x13, 0x1FEF, 0xFFFF_FFFF)
    TABLE: ClassVar[Mapping[int, tuple[tuple[int, int, int], ...]]] = {
        0: (
            (42, 0, 0), (84, 1, 0), (126, 2, 1), (168, 3, 1), (210, 4, 2), (252, 5, 2),
            (280, 6, 3),
        ),
        1: ((38, 0, 0), (76, 1, 0), (114, 2, 1), (152, 3, 1), (190, 4, 2), (225, 5, 2)),
        2: ((34, 0, 0), (68, 1, 0), (102, 2, 1), (136, 3, 1), (160, 4, 2)),
        3: ((22, 0, 0), (44, 1, 0), (66, 2, 1), (88, 3, 1)),
    }  # fmt: skip
    UNIT_BYTES: ClassVar[int] = 16
    SECTOR_BYTES: ClassVar[int] = 8 * 1024
    START: ClassVar[int] = 1 << 5
    SECTOR_POSITION: ClassVar[int] = 6
    SECTOR_MASK: ClassVar[int] = 0x7F
    PROTECTED_TOGETHER: ClassVar[int] = 4
