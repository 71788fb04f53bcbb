# SPDX-License-Identifier: Apache-2.0
"""Debug support of the STM32H743 and H7A3: identity and freeze bits (RM0433, RM0455: DBG)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import ANY_SIZE, Register
from hil.virtual.stm32.debug_support import DebugSupport


def _registers(idcode: int) -> dict[int, Register]:
    return {
        0x00: Register("IDCODE", idcode, sizes=ANY_SIZE),
        0x04: Register("CR", 0, 0x0070_01FF, sizes=ANY_SIZE),
        0x34: Register("APB3FZ1", 0, 1 << 6, sizes=ANY_SIZE),
        0x3C: Register("APB1LFZ1", 0, 0x00E0_03FF, sizes=ANY_SIZE),
        0x4C: Register("APB2FZ1", 0, 0x0007_0003, sizes=ANY_SIZE),
        0x54: Register("APB4FZ1", 0, 0x0005_0680, sizes=ANY_SIZE),
    }


class DbgmcuH743(DebugSupport):
    """DBGMCU of the STM32H743 (device 0x450), revision V."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(0x2003_6450)


class DbgmcuH743Y(DbgmcuH743):
    """Revision Y."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(0x1003_6450)


class DbgmcuH7A3(DbgmcuH743):
    """DBGMCU of the STM32H7A3 (device 0x480), revision Z."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(0x1001_6480)
