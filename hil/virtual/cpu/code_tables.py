# SPDX-License-Identifier: Apache-2.0
"""What is known of code, an entry for each halfword: flash first, then the instruction TCM."""

from __future__ import annotations

import numpy as np

from hil.virtual.cpu import block_scan
from hil.virtual.cpu.memory_region import MemoryRegion

_MARKED = np.int64(block_scan.MARKED << block_scan.FLAGS_SHIFT)
_MARKS = np.int64(block_scan.MARKS << block_scan.FLAGS_SHIFT)


class CodeTables:
    """The tables that the native hooks fill and read (`block_scan` says with what)."""

    def __init__(self, flash: MemoryRegion, tcm: MemoryRegion | None) -> None:
        self._flash, self._tcm = flash, tcm
        tcm_bytes = 0 if tcm is None else tcm.size_bytes
        halfwords = (flash.size_bytes + tcm_bytes) // 2
        self.blocks = np.zeros(halfwords, np.int64)
        self.probes = np.zeros(halfwords, np.uint16)
        self.demands = np.zeros(2 * halfwords, np.uint64)
        self.tcm_sums = np.zeros(max(1, tcm_bytes // 2), np.uint32)

    def index(self, address: int) -> int | None:
        """Where code has its entry; None for code that has none."""
        if self._flash.origin <= address < self._flash.end:
            return (address - self._flash.origin) >> 1
        if self._tcm is not None and self._tcm.origin <= address < self._tcm.end:
            return (self._flash.size_bytes + address - self._tcm.origin) >> 1
        return None

    def mark(self, address: int, on: bool, *, called: bool) -> None:
        """Set or clear the flags of a mark."""
        index = self.index(address)
        if index is None:
            return
        if on:
            self.blocks[index] |= _MARKS if called else _MARKED
        else:
            self.blocks[index] &= ~(_MARKS if called else _MARKED)

    def forget(self, entries: slice) -> None:
        """Drop what was learned of code, but not the marks."""
        self.blocks[entries] &= _MARKS
        self.probes[entries] = 0
