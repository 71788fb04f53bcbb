# SPDX-License-Identifier: Apache-2.0
"""Facts of a chip that more than its own table needs: clock enables, memories with a clock."""

from __future__ import annotations

from dataclasses import dataclass

PERIPHERAL_RANGES = ((0x4000_0000, 0x1000_0000), (0xE000_0000, 0x0010_0000))
"""Peripherals and the private peripheral bus: every access there is served or refused."""


@dataclass(frozen=True, slots=True)
class ClockEnable:
    """The RCC register and bit that turn a peripheral's clock on."""

    register: str
    bit: int


@dataclass(frozen=True, slots=True)
class ClockedMemory:
    """A memory with a clock enable of its own."""

    name: str
    origin: int
    size_bytes: int
    clock: ClockEnable

    @property
    def end(self) -> int:
        """First address after the memory."""
        return self.origin + self.size_bytes
