# SPDX-License-Identifier: Apache-2.0
"""Flash controller of the STM32L4 and L4+ (RM0351, RM0394, RM0432 sections 3.3 and 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import Register
from hil.virtual.rules import Rule
from hil.virtual.stm32.paged_flash import (
    BKER,
    LOCK,
    MER1,
    MER2,
    OPTLOCK,
    PER,
    PG,
    STRT,
    PagedFlash,
)

ICEN, DCEN, ICRST, DCRST = 1 << 9, 1 << 10, 1 << 11, 1 << 12
_CACHES_AND_PREFETCH = 0x1F00

_L4_MHZ = {1: (16, 32, 48, 64, 80), 2: (6, 12, 18, 26, 26)}
_L4_PLUS_MHZ = {1: (20, 40, 60, 80, 100, 120), 2: (8, 16, 26, 26, 26, 26)}


_OPERATIONS = PG | PER | MER1 | 0xFF << 3 | BKER | MER2 | STRT | LOCK
"""What is modelled of CR: no fast programming, no interrupts, no option bytes."""
_SECOND_BANK = 0x80 << 3 | BKER | MER2


DEVICE_OPTIONS = 0xFFEF_F8AA
"""FLASH_OPTR as delivered: no protection, two banks where the part has them."""
_NO_PAGE = 0xFF00_FFFF
"""WRPxyR as delivered: the area ends before it starts."""


def _registers(latency: int, *, banks: int = 2) -> dict[int, Register]:
    protection = {
        0x2C: Register("WRP1AR", _NO_PAGE),
        0x30: Register("WRP1BR", _NO_PAGE),
        0x4C: Register("WRP2AR", _NO_PAGE),
        0x50: Register("WRP2BR", _NO_PAGE),
    }
    return {
        0x00: Register("ACR", 0x0600, latency | _CACHES_AND_PREFETCH),
        0x08: Register("KEYR", 0, 0xFFFFFFFF, write_one=True),
        0x10: Register("SR", 0, 0xC3FB, write_one=True),
        0x14: Register("CR", LOCK | OPTLOCK, _OPERATIONS, status=OPTLOCK),
        0x18: Register("ECCR", 0, 0xC100_0000, write_one=True),
        0x20: Register("OPTR", DEVICE_OPTIONS, 0),
        **dict(list(protection.items())[: 2 * banks]),
    }


class FlashL4(PagedFlash):
    """FLASH of the STM32L47x and L48x: two banks, pages of 2 KiB, double words."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(7)
    WAIT_STATE_MHZ: ClassVar[Mapping[int, tuple[int, ...]]] = _L4_MHZ
    CONTROL, STATUS, KEY = ("CR", 0x14), ("SR", 0x10), ("KEYR", 0x08)
    UNIT_BYTES: ClassVar[int] = 8
    PAGE_BYTES: ClassVar[int] = 2048
    PAGE_MASK: ClassVar[int] = 0xFF
    DELIVERED_OPTR: ClassVar[int] = DEVICE_OPTIONS
    PROTECTION: ClassVar[tuple[int, int]] = (_NO_PAGE, 0xFF)
    BANKS_BIT: ClassVar[int | None] = 21
    ECC_BANK: ClassVar[int] = 19
    LATENCY_MASK: ClassVar[int] = 7

    def write_acr(self, value: int) -> None:
        """Change wait states, prefetch and caches."""
        latency = value & self.LATENCY_MASK
        if latency >= len(self.WAIT_STATE_MHZ[1]):
            raise self.broken(Rule.FLASH_WAIT_STATES, f"LATENCY = {latency} is reserved", 0x00)
        for enable, reset, cache in ((ICEN, ICRST, "ICRST"), (DCEN, DCRST, "DCRST")):
            if value & enable and value & reset:
                raise self.broken(
                    Rule.WRITE_PROTECTED_REGISTER, f"{cache} is set while its cache is on", 0x00
                )
        super().write_acr(value)

    write_keyr = PagedFlash.take_key
    read_sr = PagedFlash.read_status
    write_sr = PagedFlash.clear_status

    def write_cr(self, value: int) -> None:
        """Choose and start an operation, or lock."""
        self.write_control(value)


class FlashL43(FlashL4):
    """FLASH of the STM32L43x and L44x: one bank."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(7, banks=1)
    BANKS: ClassVar[int] = 1
    BANKS_BIT: ClassVar[int | None] = None

    def write_cr(self, value: int) -> None:
        """Choose and start an operation, or lock; reserved here is what chooses a second bank."""
        if value & _SECOND_BANK and not self.system.debugger_attached:
            what = f"CR = 0x{value:08x}, but there is one bank of 128 pages"
            raise self.broken(Rule.FLASH_PROGRAMMING, what, 0x14)
        super().write_cr(value & ~_SECOND_BANK)


class FlashL4Plus(FlashL4):
    """FLASH of the STM32L4R and L4S with two banks: pages of 4 KiB, six latencies."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(15)
    WAIT_STATE_MHZ: ClassVar[Mapping[int, tuple[int, ...]]] = _L4_PLUS_MHZ
    PAGE_BYTES: ClassVar[int] = 4096
    BANKS_BIT: ClassVar[int | None] = 22
    ECC_BANK: ClassVar[int] = 21
    LATENCY_MASK: ClassVar[int] = 15
