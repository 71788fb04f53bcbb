# SPDX-License-Identifier: Apache-2.0
"""A memory of a chip, as its table lists it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MemoryRegion:
    """One memory of the chip: name, first address, size in bytes, and what it is."""

    name: str
    origin: int
    size_bytes: int
    is_flash: bool = False
    alias_of: int | None = None
    """Address, in a region listed before, of the memory that appears here once more."""
    is_tcm: bool = False
    """Tightly coupled to the core: neither caches nor DMA1 and DMA2 see it."""

    is_rom: bool = False
    """Nothing writes it."""

    @property
    def is_ram(self) -> bool:
        """Whether any store changes it."""
        return not self.is_flash and not self.is_rom

    @property
    def end(self) -> int:
        """First address after the memory."""
        return self.origin + self.size_bytes
