# SPDX-License-Identifier: Apache-2.0
"""What a part's system memory says of the part: its unique id and the size of its flash.

RM0456, RM0351, RM0394, RM0432, RM0433, RM0455: device electronic signature. Of system memory only
the page with these words is modelled: it reads as all ones around them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from hil.virtual.cpu.memories import Memories
from hil.virtual.cpu.memory_region import MemoryRegion

PAGE_BYTES = 1024
UNIQUE_ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class Identity:
    """Where the words are."""

    unique_id: int
    flash_size: int
    """In KiB, 16 bits."""

    @property
    def region(self) -> MemoryRegion:
        """The page of system memory that holds them."""
        return MemoryRegion(
            "system memory", self.unique_id & ~(PAGE_BYTES - 1), PAGE_BYTES, is_rom=True
        )

    def write_into(self, memories: Memories, name: str) -> None:
        """Give a part its words; the unique id is one for each name of a board."""
        page = memories.memory(self.region.origin, PAGE_BYTES)
        assert page is not None
        page[:] = 0xFF
        unique_id = hashlib.sha256(name.encode()).digest()[:UNIQUE_ID_BYTES]
        size = (memories.flash.size_bytes // 1024).to_bytes(2, "little")
        for address, data in ((self.unique_id, unique_id), (self.flash_size, size)):
            word = memories.memory(address, len(data))
            assert word is not None
            word[:] = memoryview(data)
