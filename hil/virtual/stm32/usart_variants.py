# SPDX-License-Identifier: Apache-2.0
"""USART of the STM32L4 (RM0351 section 40, RM0394 section 38), LPUART1 of the L4+ (RM0432 section
51), USART of the H7: what differs from the USART with FIFO and prescaler of the U5 and L4+.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import Register
from hil.virtual.rules import Rule
from hil.virtual.stm32.usart import Usart
from hil.virtual.stm32.usart_registers import FIFOEN, ONEBIT, OVER8, PRESCALERS

LPUART_DIVIDER = 256
"""LPUART's baud rate is 256 times its clock over BRR."""
LPUART_BRR_MIN = 0x300
LPUART_CLOCK_MIN, LPUART_CLOCK_MAX = 3, 4096
"""Its clock has to be between 3 and 4096 times the baud rate."""

_PRESC = 0x2C


_CR1, _CR3 = Usart.REGISTERS[0x00].writable, Usart.REGISTERS[0x08].writable
_ICR = 0x20


class UsartV2(Usart):
    """USART without FIFO and prescaler."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **{offset: kept for offset, kept in Usart.REGISTERS.items() if offset != _PRESC},
        0x00: Register("CR1", 0, _CR1 & ~FIFOEN),
        _ICR: Register("ICR", 0, 0x0002_1B5F, write_one=True),
    }

    def reset(self) -> None:
        """Reset values; a prescaler that cannot be written divides by 1."""
        super().reset()
        self.values["PRESC"] = 0


class Lpuart(Usart):
    """LPUART1 with FIFO and prescaler: a fractional divider instead of oversampling."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **Usart.REGISTERS,
        0x00: Register("CR1", 0, _CR1 & ~OVER8),
        0x08: Register("CR3", 0, _CR3 & ~ONEBIT),
        0x0C: Register("BRR", 0, 0xF_FFFF),
        _ICR: Register("ICR", 0, 0x0002_025F, write_one=True),
    }

    def baud(self) -> float:
        """Baud rate of BRR, PRESC and the kernel clock; raises on impossible settings."""
        brr, code = self.values["BRR"], self.values["PRESC"]
        if code >= len(PRESCALERS):
            raise self.broken(Rule.UART_SETTINGS, f"PRESC = {code} is reserved", _PRESC)
        if brr < LPUART_BRR_MIN:
            what = f"BRR = 0x{brr:05x} is below 0x{LPUART_BRR_MIN:x}"
            raise self.broken(Rule.BAUD_ERROR, what, 0x0C)
        clock_hz = self.kernel_hz / PRESCALERS[code]
        rate = LPUART_DIVIDER * clock_hz / brr
        if not LPUART_CLOCK_MIN * rate <= clock_hz <= LPUART_CLOCK_MAX * rate:
            what = f"{rate:.0f} baud from {clock_hz / 1e6:g} MHz: the clock must be 3 to 4096 times"
            raise self.broken(Rule.BAUD_ERROR, what, 0x0C)
        return rate


class UsartH7(Usart):
    """USART of the H7, whose FIFOs hold 16 bytes (RM0433, RM0455)."""

    FIFO_BYTES: ClassVar[int] = 16
