# SPDX-License-Identifier: Apache-2.0
"""The memories of a core: their contents, and which of them the core reaches."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import unicorn

from hil.virtual.cpu.memory_region import MemoryRegion

RAM_SEED = 0x5EED
"""Seed of the noise that RAM holds at power-on: firmware must not rely on zeros."""


class Memories:
    """Memories mapped into Unicorn, and plain access to them past the core."""

    def __init__(self, engine: unicorn.Uc, regions: Sequence[MemoryRegion]) -> None:
        self.engine = engine
        self.regions = tuple(regions)
        self._buffers: dict[MemoryRegion, npt.NDArray[np.uint8]] = {}
        for region in regions:
            self._buffers[region] = self._make_buffer(region)
        self.flash = next(region for region in self.regions if region.is_flash)
        self.ram = next(region for region in self.regions if region.is_ram)
        """The first memory that is not flash: the main stack's."""
        self.flash_bytes, self.ram_bytes = self._buffers[self.flash], self._buffers[self.ram]
        self._flash_at_zero = False
        self._mapped: dict[MemoryRegion, set[tuple[int, int, bool]]] = {}
        self.map_memories()

    def _make_buffer(self, region: MemoryRegion) -> npt.NDArray[np.uint8]:
        """Return fresh memory, or a view of the memory that the region is an alias of."""
        if region.alias_of is None:
            return np.zeros(region.size_bytes, np.uint8)
        view = self.memory(region.alias_of, region.size_bytes)
        assert view is not None, "an alias of no memory"
        return view

    def map_memories(
        self, blocked: Sequence[tuple[int, int]] = (), *, writable: bool = True
    ) -> None:
        """Let the core reach all memory but blocked spans (first address, end; whole pages).

        An access to a blocked span is a fault, and so is a write to RAM while it is not `writable`.
        Spans must be in order and apart.
        """
        for region in self.regions:
            wanted, start = set(), region.origin
            for first, end in (*blocked, (region.end, region.end)):
                if start < min(first, region.end):
                    wanted.add((start, min(first, region.end), writable and region.is_ram))
                start = max(start, end)
            mapped = self._mapped.get(region, set())
            for first, end, _ in mapped - wanted:
                self.engine.mem_unmap(first, end - first)
            for first, end, may_write in wanted - mapped:
                self._map(region, first, end, may_write)
            self._mapped[region] = wanted

    def _map(self, region: MemoryRegion, first: int, end: int, may_write: bool) -> None:
        permissions = unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC
        permissions |= unicorn.UC_PROT_WRITE if may_write else 0
        pointer = self._buffers[region].ctypes.data + first - region.origin
        self.engine.mem_map_ptr(first, end - first, permissions, pointer)

    def show_flash_at_zero(self, shown: bool) -> None:
        """Let the core read flash at address 0 as well, or take that for a null pointer."""
        if shown == self._flash_at_zero:
            return
        self._flash_at_zero = shown
        size = self.flash.size_bytes
        if shown:
            permissions = unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC
            self.engine.mem_map_ptr(0, size, permissions, self.flash_bytes.ctypes.data)
        else:
            self.engine.mem_unmap(0, size)

    def region_of(self, address: int, size: int = 1) -> MemoryRegion | None:
        """Return the memory that holds all of [address, address + size), or None."""
        for region in self._buffers:
            if region.origin <= address and address + size <= region.end:
                return region
        return None

    def is_in_flash(self, address: int) -> bool:
        """Whether an address is one of flash."""
        return self.flash.origin <= address < self.flash.end

    def memory(self, address: int, size: int) -> npt.NDArray[np.uint8] | None:
        """Return a view of memory, or None where there is none."""
        region = self.region_of(address, size)
        if region is None:
            return None
        offset = address - region.origin
        return self._buffers[region][offset : offset + size]

    def put(self, address: int, data: bytes) -> None:
        """Change memory from outside; code that was translated from it is dropped."""
        view = self.memory(address, len(data))
        assert view is not None
        view[:] = memoryview(data)
        self.engine.ctl_remove_cache(address, address + len(data))

    def word(self, address: int) -> int:
        """Read one little-endian word of memory; 0 where there is none."""
        view = self.memory(address, 4)
        return 0 if view is None else int.from_bytes(view.tobytes(), "little")

    def fill_ram_with_noise(self) -> None:
        """Give RAM the contents of power-on: anything, but always the same."""
        own = [region for region in self._buffers if region.is_ram and region.alias_of is None]
        noises = _noise(tuple(region.size_bytes for region in own))
        for region, noise in zip(own, noises, strict=True):
            self._buffers[region][:] = noise


@cache
def _noise(sizes_bytes: tuple[int, ...]) -> list[npt.NDArray[np.uint8]]:
    """Noise for memories of these sizes, made once for all machines of a chip."""
    noise = np.random.default_rng(RAM_SEED)
    return [noise.integers(0, 256, size, np.uint8) for size in sizes_bytes]
