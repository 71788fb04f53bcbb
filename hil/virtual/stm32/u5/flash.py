# SPDX-License-Identifier: Apache-2.0
"""Flash controller of the STM32U575 and U585, non-secure side (RM0456 section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import Register
from hil.virtual.stm32.option_bytes import with_bit
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

_OPERATIONS = PG | PER | MER1 | 0x7F << 3 | BKER | MER2 | STRT | LOCK
"""What is modelled of NSCR: no burst writes, no interrupts, no option bytes."""

WAIT_STATE_MHZ = {1: (32, 64, 96, 128, 160), 2: (30, 60, 90, 110), 3: (24, 48, 55), 4: (12, 25)}
"""HCLK limits by voltage range for 0, 1, 2, ... wait states (RM0456, table of wait states)."""

DEVICE_OPTIONS = 0x1FEF_F8AA
"""FLASH_OPTR as delivered: no protection, TrustZone off, watchdog by software."""

_NO_PAGE = 0x0F80_FFFF
"""WRPxyR as delivered: the area ends before it starts."""
TZEN = 31


class Flash(PagedFlash):
    """FLASH interface of the STM32U575/585, non-secure side."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("ACR", 0, 0x10F),
        0x08: Register("NSKEYR", 0, 0xFFFFFFFF, write_one=True),
        0x20: Register("NSSR", 0, 0x20FB, write_one=True),
        0x28: Register("NSCR", LOCK | OPTLOCK, _OPERATIONS, status=OPTLOCK),
        0x30: Register("ECCR", 0, 0xC100_0000, write_one=True),
        0x40: Register("OPTR", DEVICE_OPTIONS, 0),
        0x44: Register("NSBOOTADD0R", 0x0800_007F),
        0x48: Register("NSBOOTADD1R", 0x0BF9_007F),
        0x58: Register("WRP1AR", _NO_PAGE),
        0x5C: Register("WRP1BR", _NO_PAGE),
        0x68: Register("WRP2AR", _NO_PAGE),
        0x6C: Register("WRP2BR", _NO_PAGE),
    }
    DELIVERED_OPTR: ClassVar[int] = DEVICE_OPTIONS
    PROTECTION: ClassVar[tuple[int, int]] = (_NO_PAGE, 0x7F)
    ECC_BANK: ClassVar[int] = 21
    WAIT_STATE_MHZ: ClassVar[Mapping[int, tuple[int, ...]]] = WAIT_STATE_MHZ
    LATENCY_MASK: ClassVar[int] = 15
    CONTROL, STATUS, KEY = ("NSCR", 0x28), ("NSSR", 0x20), ("NSKEYR", 0x08)
    UNIT_BYTES: ClassVar[int] = 16
    """A quad-word."""
    PAGE_BYTES: ClassVar[int] = 8192
    PAGE_MASK: ClassVar[int] = 0x7F

    def _load_options(self) -> None:
        super()._load_options()
        self.values["OPTR"] = with_bit(self.values["OPTR"], TZEN, self.options.trust_zone)

    write_nskeyr = PagedFlash.take_key
    read_nssr = PagedFlash.read_status
    write_nssr = PagedFlash.clear_status
    write_nscr = PagedFlash.write_control
