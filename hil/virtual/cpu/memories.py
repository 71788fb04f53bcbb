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
        self._places: list[tuple[int, int, MemoryRegion, npt.NDArray[np.uint8]]] = []
        """First address, end, region, bytes."""
        for region in regions:
            buffer = self._buffers[region] = self._make_buffer(region)
            self._places.append((region.origin, region.end, region, buffer))
        self.flash = next(region for region in self.regions if region.is_flash)
        self.ram = next(region for region in self.regions if region.is_ram)
        """The first memory that is not flash: the main stack's."""
        self.flash_bytes, self.ram_bytes = self._buffers[self.flash], self._buffers[self.ram]
        self._pointers: dict[MemoryRegion, int] = {}
        self._flash_at_zero = False
        self._mapped: dict[MemoryRegion, set[tuple[int, int, int]]] = {}
        self._blocked: Sequence[tuple[int, int]] = ()
        self._writable = True
        self._run_from: set[MemoryRegion] = set()
        """RAMs that code has run from since the last reset."""

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
        self._blocked, self._writable = tuple(blocked), writable
        for region in self.regions:
            wanted, start = set(), region.origin
            permissions = self._permissions(region)
            for first, end in (*blocked, (region.end, region.end)):
                if start < min(first, region.end):
                    wanted.add((start, min(first, region.end), permissions))
                start = max(start, end)
            mapped = self._mapped.get(region, set())
            for first, end, _ in mapped - wanted:
                self.engine.mem_unmap(first, end - first)
            for first, end, _ in wanted - mapped:
                pointer = self._buffers[region].ctypes.data + first - region.origin
                self.engine.mem_map_ptr(first, end - first, permissions, pointer)
            self._mapped[region] = wanted

    def _permissions(self, region: MemoryRegion) -> int:
        """What the engine is told of a memory.

        It looks for translated code at every store to memory that code may run from, and those
        looks cost more than the stores. So a RAM is no code's until code is met there, which is
        then no fault (`let_run`).
        """
        permissions = unicorn.UC_PROT_READ
        if region.is_ram and self._writable:
            permissions |= unicorn.UC_PROT_WRITE
        if not region.is_ram or region in self._run_from:
            permissions |= unicorn.UC_PROT_EXEC
        return int(permissions)

    def data_spans(self) -> list[tuple[int, int]]:
        """Where the core may write, and no code has been met: first addresses and ends."""
        data = unicorn.UC_PROT_READ | unicorn.UC_PROT_WRITE
        spans = (span for mapped in self._mapped.values() for span in mapped)
        return sorted((first, end) for first, end, permissions in spans if permissions == data)

    def let_run(self, address: int) -> bool:
        """Let code run from the RAM at an address; False if the engine was told that already."""
        region = self.region_of(address)
        if region is None or not region.is_ram or region in self._run_from:
            return False
        self._run_from.add(region)
        self.map_memories(self._blocked, writable=self._writable)
        return True

    def forget_code_in_ram(self) -> None:
        """Take every RAM for one that no code runs from, as after a reset."""
        if self._run_from:
            self._run_from.clear()
            self.map_memories(self._blocked, writable=self._writable)

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
        last = address + size
        for origin, end, region, _ in self._places:
            if origin <= address and last <= end:
                return region
        return None

    def is_in_flash(self, address: int) -> bool:
        """Whether an address is one of flash."""
        return self.flash.origin <= address < self.flash.end

    def memory(self, address: int, size: int) -> npt.NDArray[np.uint8] | None:
        """Return a view of memory, or None where there is none."""
        last = address + size
        for origin, end, _, buffer in self._places:
            if origin <= address and last <= end:
                return buffer[address - origin : last - origin]
        return None

    def put(self, address: int, data: bytes) -> None:
        """Change memory from outside; code that was translated from it is dropped."""
        view = self.memory(address, len(data))
        assert view is not None
        view[:] = memoryview(data)
        region = self.region_of(address)
        if region is not None and self._permissions(region) & unicorn.UC_PROT_EXEC:
            self.engine.ctl_remove_cache(address, address + len(data))

    def host_address(self, address: int, size: int) -> int:
        """Where this process has a span of memory, which must be there."""
        region = self.region_of(address, size)
        assert region is not None
        pointer = self._pointers.get(region)
        if pointer is None:
            pointer = self._pointers[region] = int(self._buffers[region].ctypes.data)
        return pointer + address - region.origin

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
