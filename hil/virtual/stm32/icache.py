# SPDX-License-Identifier: Apache-2.0
"""Instruction cache: enable and invalidate (RM0456 section 8). It changes no timing here.

EN may be set only while no invalidation runs (BUSYF 0). This is a strict reading: the vendor's
driver lets software set EN at any time, and says that the cache is bypassed until it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.system import VirtualTime

EN, CACHEINV, WAYSEL = 1, 2, 4
BUSYF, BSYENDF = 1, 2
INVALIDATE_PS = 1_000_000
"""Invalidation walks the cache's lines: some hundred cycles; an assumption."""


class Icache(Peripheral[VirtualTime]):
    """ICACHE of the STM32U5."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("CR", WAYSEL, EN | CACHEINV | WAYSEL),
        0x04: Register("SR", 0, 0),
        0x08: Register("IER", 0, 0),
        0x0C: Register("FCR", 0, 6, write_one=True),
    }

    def reset(self) -> None:
        """Disabled; the hardware invalidates it after a reset."""
        super().reset()
        self._busy_until = self.system.now_ps + INVALIDATE_PS
        self._invalidating = True

    def read_sr(self) -> int:
        """Status: busy while it invalidates."""
        if self._invalidating and self.system.now_ps >= self._busy_until:
            self._invalidating = False
            self.values["SR"] |= BSYENDF
        return self.values["SR"] | (BUSYF if self._invalidating else 0)

    def write_cr(self, value: int) -> None:
        """Enable, select ways, invalidate; switching off invalidates too."""
        before, busy = self.values["CR"], bool(self.read_sr() & BUSYF)
        if (value ^ before) & WAYSEL and before & EN:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, "WAYSEL is changed while the cache is on", 0
            )
        if busy and value & ~before & EN:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, "EN is set while an invalidation runs (BUSYF)", 0
            )
        if busy and value & CACHEINV:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, "CACHEINV while an invalidation runs", 0
            )
        if value & CACHEINV or before & ~value & EN:
            self._busy_until = self.system.now_ps + INVALIDATE_PS
            self._invalidating = True
            self.values["SR"] &= ~BSYENDF
        self.values["CR"] = value & ~CACHEINV

    def write_fcr(self, value: int) -> None:
        """Clear flags."""
        self.values["SR"] &= ~value
