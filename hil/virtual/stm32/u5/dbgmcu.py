# SPDX-License-Identifier: Apache-2.0
"""Debug support of the STM32U5: identity and freeze bits (RM0456 section 75)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import ANY_SIZE, Register
from hil.virtual.stm32.debug_support import DebugSupport

IDCODE_U575_U585 = 0x3001_6482
"""Device 0x482, revision X."""


class Dbgmcu(DebugSupport):
    """DBGMCU of the STM32U575/585."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("IDCODE", IDCODE_U575_U585, sizes=ANY_SIZE),
        0x04: Register("CR", 0, 0xF6, sizes=ANY_SIZE),
        0x08: Register("APB1FZR1", 0, 0x0060_183F, sizes=ANY_SIZE),
    }
