# SPDX-License-Identifier: Apache-2.0
"""Debug support: the device's identity and the debug freeze bits.

RM0456 section 75; RM0351, RM0394, RM0432, RM0433 and RM0455: debug support (DBG).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import ANY_SIZE, Peripheral, Register

IDCODE_U575_U585 = 0x3001_6482
"""Device 0x482, revision X."""


class Dbgmcu(Peripheral):
    """DBGMCU of the STM32U575/585; without a debugger its freeze bits change nothing."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("IDCODE", IDCODE_U575_U585, sizes=ANY_SIZE),
        0x04: Register("CR", 0, 0xF6, sizes=ANY_SIZE),
        0x08: Register("APB1FZR1", 0, 0x0060_183F, sizes=ANY_SIZE),
    }


def _l4_registers(idcode: int, freeze: tuple[int, int, int]) -> dict[int, Register]:
    return {
        0x00: Register("IDCODE", idcode, sizes=ANY_SIZE),
        0x04: Register("CR", 0, 0x27, sizes=ANY_SIZE),
        0x08: Register("APB1FZR1", 0, freeze[0], sizes=ANY_SIZE),
        0x0C: Register("APB1FZR2", 0, freeze[1], sizes=ANY_SIZE),
        0x10: Register("APB2FZR", 0, freeze[2], sizes=ANY_SIZE),
    }


class DbgmcuL4(Peripheral):
    """DBGMCU of the STM32L475 (device 0x415); without a debugger its freeze bits change nothing."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _l4_registers(
        0x1007_6415, (0x82E0_1C3F, 0x20, 0x0007_2800)
    )


class DbgmcuL43(DbgmcuL4):
    """DBGMCU of the STM32L432 (device 0x435)."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _l4_registers(
        0x1001_6435, (0x82A0_1C31, 0x20, 0x0003_0800)
    )


class DbgmcuL4Plus(DbgmcuL4):
    """DBGMCU of the STM32L4R5 (device 0x470)."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _l4_registers(
        0x101F_6470, (0x82E0_1C3F, 0x22, 0x0007_2800)
    )


def _h7_registers(idcode: int) -> dict[int, Register]:
    return {
        0x00: Register("IDCODE", idcode, sizes=ANY_SIZE),
        0x04: Register("CR", 0, 0x0070_01FF, sizes=ANY_SIZE),
        0x34: Register("APB3FZ1", 0, 1 << 6, sizes=ANY_SIZE),
        0x3C: Register("APB1LFZ1", 0, 0x00E0_03FF, sizes=ANY_SIZE),
        0x4C: Register("APB2FZ1", 0, 0x0007_0003, sizes=ANY_SIZE),
        0x54: Register("APB4FZ1", 0, 0x0005_0680, sizes=ANY_SIZE),
    }


class DbgmcuH743(Peripheral):
    """DBGMCU of the STM32H743 (device 0x450), revision V."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _h7_registers(0x2003_6450)


class DbgmcuH743Y(DbgmcuH743):
    """Revision Y."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _h7_registers(0x1003_6450)


class DbgmcuH7A3(DbgmcuH743):
    """DBGMCU of the STM32H7A3 (device 0x480), revision Z."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _h7_registers(0x1001_6480)
