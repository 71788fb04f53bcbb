# SPDX-License-Identifier: Apache-2.0
"""Flash controller of the STM32H743 and H7A3: two banks with registers of their own.

RM0433 section 4, RM0455 section 5. Option bytes, and with them the swap of the banks, are not
modelled: OPTLOCK stays set, SWAP_BANK 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from hil.virtual.peripheral import Register
from hil.virtual.rules import Rule
from hil.virtual.stm32.flash_controller import ERASE_PS, KEYS, FlashController, FlashSystem

LOCK, PG, SER, BER = 1, 2, 4, 8
BSY, WBNE, QW, EOP = 1, 2, 4, 1 << 16
OPTLOCK = 1
BANKS = 2
BANK_STRIDE = 0x100
KEYR, CR, SR, CCR = 0x04, 0x0C, 0x10, 0x14
CLEARABLE = 0x1FEF_0000
WORD_PS = 120_000_000
"""Programming a flash word takes about 100 us (DS12110, DS13195: flash memory programming)."""


@dataclass(slots=True)
class Bank:
    """State of one bank: keys seen, words of a flash word so far, busy until."""

    keys: list[int] = field(default_factory=list)
    jammed: bool = False
    pending: dict[int, int] = field(default_factory=dict)
    busy_until: int = 0


def _registers(acr: int, control: int) -> dict[int, Register]:
    registers = {
        0x00: Register("ACR", acr, 0x3F),
        0x08: Register("OPTKEYR", 0, 0, write_one=True),
        0x18: Register("OPTCR", OPTLOCK, 0),
        0x1C: Register("OPTSR_CUR", 0x0006_AAF0 & ~1, 0),
    }
    for bank in range(BANKS):
        base, name = BANK_STRIDE * bank, bank + 1
        registers[base + KEYR] = Register(f"KEYR{name}", 0, 0xFFFF_FFFF, write_one=True)
        registers[base + CR] = Register(f"CR{name}", LOCK, control)
        registers[base + SR] = Register(f"SR{name}")
        registers[base + CCR] = Register(f"CCR{name}", 0, CLEARABLE, write_one=True)
    return registers


class FlashH7(FlashController):
    """FLASH of both lines. Wait states come with a programming delay, WRHIGHFREQ."""

    SIZE: ClassVar[int] = 0x400
    TABLE: ClassVar[Mapping[int, tuple[tuple[int, int, int], ...]]]
    """By voltage scale: fastest AXI clock in MHz, wait states and WRHIGHFREQ that it needs."""
    UNIT_BYTES: ClassVar[int]
    """A flash word, programmed at once."""
    SECTOR_BYTES: ClassVar[int]
    START: ClassVar[int]
    SECTOR_POSITION: ClassVar[int]
    SECTOR_MASK: ClassVar[int]

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

    def _bank_of(self, address: int) -> int:
        flash = self.system.core.flash
        return (address - flash.origin) // (flash.size_bytes // BANKS)

    def _control(self, bank: int) -> int:
        return self.values[f"CR{bank + 1}"]

    def _is_busy(self, bank: int) -> bool:
        return self.system.now_ps < self.banks[bank].busy_until

    def _write_key(self, bank: int, value: int) -> None:
        state, offset = self.banks[bank], BANK_STRIDE * bank + KEYR
        if state.jammed or not self._control(bank) & LOCK or value != KEYS[len(state.keys)]:
            state.jammed = True
            what = f"wrong key 0x{value:08x} locks bank {bank + 1} until reset"
            raise self.broken(Rule.FLASH_LOCKED, what, offset)
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
        offset, name = BANK_STRIDE * bank + CR, f"CR{bank + 1}"
        if self._control(bank) & LOCK:
            raise self.broken(Rule.FLASH_LOCKED, f"{name} is written while locked", offset)
        if self._is_busy(bank):
            what = f"{name} is written while the bank is busy"
            raise self.broken(Rule.FLASH_PROGRAMMING, what, offset)
        if self.banks[bank].pending and not value & PG:
            what = "PG is cleared with a flash word half written"
            raise self.broken(Rule.FLASH_PROGRAMMING, what, offset)
        self.values[name] = value & ~self.START
        if value & self.START:
            self._erase(bank, value, offset)

    def _erase(self, bank: int, control: int, offset: int) -> None:
        flash = self.system.core.flash
        bank_bytes = flash.size_bytes // BANKS
        start = flash.origin + bank * bank_bytes
        if control & BER:
            self.set_bytes(start, b"\xff" * bank_bytes)
        elif control & SER:
            sector = control >> self.SECTOR_POSITION & self.SECTOR_MASK
            self.set_bytes(start + sector * self.SECTOR_BYTES, b"\xff" * self.SECTOR_BYTES)
        else:
            what = f"START{bank + 1} without SER{bank + 1} or BER{bank + 1}"
            raise self.broken(Rule.FLASH_PROGRAMMING, what, offset)
        self._done(bank, ERASE_PS)

    def _done(self, bank: int, time_ps: int) -> None:
        self.values[f"SR{bank + 1}"] |= EOP
        self.banks[bank].busy_until = self.system.now_ps + time_ps

    def program(self, address: int, size: int, value: int) -> None:
        """Take a write into the flash array: the words of an erased flash word in order."""
        bank = self._bank_of(address)
        state, name = self.banks[bank], f"CR{bank + 1}"
        if self._control(bank) & LOCK:
            what = f"a write to bank {bank + 1} while {name} is locked"
            raise self.broken_at(Rule.FLASH_LOCKED, what, address)
        if not self._control(bank) & PG:
            what = f"a write to bank {bank + 1} without {name}.PG"
            raise self.broken_at(Rule.FLASH_PROGRAMMING, what, address)
        if self._is_busy(bank):
            raise self.broken_at(Rule.FLASH_PROGRAMMING, "a write while the bank is busy", address)
        data = self.collect(state.pending, address, size, value, self.UNIT_BYTES)
        if data is not None:
            state.pending = {}
            self.set_bytes(address & ~(self.UNIT_BYTES - 1), data)
            self._done(bank, WORD_PS)


class FlashH743(FlashH7):
    """FLASH of the STM32H743: sectors of 128 KiB, flash words of 256 bits."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(0x37, 0x7BF)
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


class FlashH7A3(FlashH7):
    """FLASH of the STM32H7A3: sectors of 8 KiB, flash words of 128 bits."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(0x13, 0x1FEF)
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
