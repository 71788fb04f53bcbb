# SPDX-License-Identifier: Apache-2.0
"""USART in asynchronous mode: what reads and writes of its registers do (RM0456 section 66)."""

from __future__ import annotations

from hil.virtual.rules import Rule
from hil.virtual.stm32.usart_lending import UsartLending
from hil.virtual.stm32.usart_registers import (
    CLEARABLE,
    CR1_FIXED_WHILE_ON,
    DMAR,
    DMAT,
    EIE,
    RE,
    TC,
    TE,
    UE,
)


class Usart(UsartLending):
    """One USART, wired to the host's serial line."""

    def _require_off(self, name: str, offset: int) -> None:
        if self.values["CR1"] & UE:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, f"{name} is changed while UE is 1", offset
            )

    def write_cr1(self, value: int) -> None:
        """Switch the USART, its directions and interrupts."""
        self.catch_up()
        before = self.values["CR1"]
        if (value ^ before) & CR1_FIXED_WHILE_ON and before & UE:
            self._require_off("the frame or FIFO setting of CR1", 0x00)
        self.values["CR1"] = value
        if value & (UE | RE) == UE | RE and before & (UE | RE) != UE | RE:
            self.line.receiver_starts(self.system.now_ps)
        if before & UE and not value & UE:
            self._received.clear()
            self._to_send.clear()
            self._shift_end_ps = None
            self._flags = TC
        self.catch_up()

    def write_cr2(self, value: int) -> None:
        """Set stop bits."""
        self._require_off("CR2", 0x04)
        self.values["CR2"] = value

    def write_cr3(self, value: int) -> None:
        """Switch DMA requests and the error interrupt."""
        self.catch_up()
        if (value ^ self.values["CR3"]) & ~(DMAR | DMAT | EIE):
            self._require_off("CR3", 0x08)
        self.values["CR3"] = value
        self.catch_up()

    def write_brr(self, value: int) -> None:
        """Set the baud rate divider."""
        self._require_off("BRR", 0x0C)
        self.values["BRR"] = value

    def write_presc(self, value: int) -> None:
        """Set the kernel clock prescaler."""
        self._require_off("PRESC", 0x2C)
        self.values["PRESC"] = value

    def write_rqr(self, value: int) -> None:
        """Flush data: RXFRQ, TXFRQ. The flags of errors stay."""
        self.catch_up()
        if value & 1 << 3:
            self._received.clear()
        if value & 1 << 4:
            self._to_send.clear()
        self.catch_up()

    def read_isr(self) -> int:
        """Status as it stands now."""
        self.settle()
        return self._status()

    def write_icr(self, value: int) -> None:
        """Clear flags."""
        self.settle()
        self._flags &= ~(value & CLEARABLE)
        self.catch_up()
        self.lend_again()

    def read_rdr(self) -> int:
        """Take a received byte; 0 if there is none."""
        self.catch_up()
        value = self._received.popleft() if self._received else 0
        self.catch_up()
        return value

    def write_tdr(self, value: int) -> None:
        """Queue a byte to send."""
        self.catch_up()
        if self.values["CR1"] & (UE | TE) != UE | TE:
            raise self.broken(Rule.UART_SETTINGS, "TDR is written while UE or TE is 0", 0x28)
        if len(self._to_send) >= self.depth:
            raise self.broken(Rule.UART_OVERRUN, "TDR is written while TXE is 0", 0x28)
        self._to_send.append(value & 0xFF)
        self._flags &= ~TC
        self.catch_up()
