# SPDX-License-Identifier: Apache-2.0
"""Debug support of the STM32L4 and L4+: identity and freeze bits (RM0351, RM0394, RM0432: DBG)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import ANY_SIZE, Register
from hil.virtual.stm32.debug_support import DebugSupport


def _registers(idcode: int, freeze: tuple[int, int, int]) -> dict[int, Register]:
    return {
        0x00: Register("IDCODE", idcode, sizes=ANY_SIZE),
        0x04: Register("CR", 0, 0x27, sizes=ANY_SIZE),
        0x08: Register("APB1FZR1", 0, freeze[0], sizes=ANY_SIZE),
        0x0C: Register("APB1FZR2", 0, freeze[1], sizes=ANY_SIZE),
        0x10: Register("APB2FZR", 0, freeze[2], sizes=ANY_SIZE),
    }


class DbgmcuL4(DebugSupport):
    """DBGMCU of the STM32L475 (device 0x415)."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(
        0x1007_6415, (0x82E0_1C3F, 0x20, 0x0007_2800)
    )


class DbgmcuL43(DbgmcuL4):
    """DBGMCU of the STM32L432 (device 0x435)."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(
        0x1001_6435, (0x82A0_1C31, 0x20, 0x0003_0800)
    )


class DbgmcuL4Plus(DbgmcuL4):
    """DBGMCU of the STM32L4R5 (device 0x470)."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(
        0x101F_6470, (0x82E0_1C3F, 0x22, 0x0007_2800)
    )
