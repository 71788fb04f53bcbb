# SPDX-License-Identifier: Apache-2.0
"""How often code and constants must be fetched from flash: the caches between core and flash.

The caches are simulated on the addresses of a trace, each block's code first, then what it read.
Replacement is least recently used: of no family that is known beyond two ways, where pseudo-LRU is
the same.
"""

# numba's decorators are untyped.
# mypy: disable-error-code="untyped-decorator,misc"

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from hil.virtual.cpu.trace import READ_BLOCK_SHIFT, READ_OFFSET_SHIFT

_BLOCK, _OFFSET = READ_BLOCK_SHIFT, READ_OFFSET_SHIFT
_OFFSETS = (1 << READ_BLOCK_SHIFT - READ_OFFSET_SHIFT) - 1


@dataclass(frozen=True, slots=True)
class Cache:
    """One cache: `sets` times `ways` lines."""

    line_bytes: int
    sets: int
    ways: int

    @property
    def size_bytes(self) -> int:
        """All of it."""
        return self.line_bytes * self.sets * self.ways


@dataclass(frozen=True, slots=True)
class FlashPath:
    """What is between a core and its flash."""

    code: Cache
    data: Cache | None
    """None: code and constants share one."""
    fill_wait_states: float
    """Cycles of a line's fill for each wait state, at most."""
    fill_cycles: float
    """What is added to that, at most."""
    source: str

    def most_cycles_of_a_fill(self, wait_states: int) -> float:
        """Upper bound; the lower one is 0: a fill may be hidden behind other work."""
        return self.fill_wait_states * wait_states + self.fill_cycles


@njit(cache=True)
def _touch(tags, ages, line, sets, ways, clock):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Use a line; 1 if it had to be filled."""
    first = (line % sets) * ways
    oldest = first
    for way in range(first, first + ways):
        if tags[way] == line:
            ages[way] = clock
            return 0
        if ages[way] < ages[oldest]:
            oldest = way
    tags[oldest], ages[oldest] = line, clock
    return 1


@njit(cache=True)
def _fills(blocks, reads, begin, end, code, data):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Lines filled in each block, int32 [blocks].

    `code`, `data`: bytes of a line, sets, ways; data all 0: both share the first.
    """
    found = np.zeros(len(blocks), np.int32)
    code_tags, code_ages = np.full(code[1] * code[2], -1), np.zeros(code[1] * code[2], np.int64)
    size = max(1, data[1] * data[2])
    data_tags, data_ages = np.full(size, -1), np.zeros(size, np.int64)
    constants, tags, ages = code, code_tags, code_ages
    if data[1]:
        constants, tags, ages = data, data_tags, data_ages
    clock, read = 0, 0
    for at in range(len(blocks)):
        address = np.int64(blocks[at] & np.uint64(0xFFFF_FFFF))
        stop = address + np.int64(blocks[at] >> np.uint64(32))
        if begin <= address < end:
            for line in range(address // code[0], (stop - 1) // code[0] + 1):
                clock += 1
                found[at] += _touch(code_tags, code_ages, line, code[1], code[2], clock)
        while read < len(reads) and np.int64(reads[read] >> np.uint64(_BLOCK)) <= at + 1:
            address = begin + np.int64(reads[read] >> np.uint64(_OFFSET) & np.uint64(_OFFSETS))
            clock += 1
            line = address // constants[0]
            found[at] += _touch(tags, ages, line, constants[1], constants[2], clock)
            read += 1
    return found


def line_fills(
    path: FlashPath,
    blocks: npt.NDArray[np.uint64],
    reads: npt.NDArray[np.uint64],
    flash: tuple[int, int],
) -> npt.NDArray[np.int32]:
    """Lines filled in each block of a trace; `flash`: its first address and the one after it."""
    code = np.array([path.code.line_bytes, path.code.sets, path.code.ways], np.int64)
    data = np.zeros(3, np.int64)
    if path.data is not None:
        data[:] = path.data.line_bytes, path.data.sets, path.data.ways
    found: npt.NDArray[np.int32] = _fills(blocks, reads, flash[0], flash[1], code, data)
    return found


FLASH_PATHS = {
    "u5": FlashPath(
        code=Cache(line_bytes=16, sets=256, ways=2),
        data=None,
        fill_wait_states=1,
        fill_cycles=4,
        source="ICACHE, 8 KB, two ways, lines of 128 bits, critical word first (RM0456)",
    ),
    "l4": FlashPath(
        code=Cache(line_bytes=8, sets=1, ways=128),
        data=Cache(line_bytes=8, sets=1, ways=32),
        fill_wait_states=1,
        fill_cycles=0,
        source="ART accelerator, 1 KB of code, 256 B of data, reads of 64 bits (RM0351)",
    ),
    "h7": FlashPath(
        code=Cache(line_bytes=32, sets=256, ways=2),
        data=Cache(line_bytes=32, sets=128, ways=4),
        fill_wait_states=2,
        fill_cycles=16,
        source="L1 caches, 16 KB each, lines of 256 bits; AXI at half the core's clock (RM0433)",
    ),
}
"""By family. Sizes are the manuals'; cycles of a fill beyond wait states are ASSUMED."""
