# SPDX-License-Identifier: Apache-2.0
"""Caches of the Cortex-M7: maintenance registers, and what DMA sees past the data cache.

ARMv7-M ARM (DDI 0403) section B4.8 and Cortex-M7 Technical Reference Manual (DDI 0489) chapter 5.
The data cache is modelled as badly as it may behave: a line that the core has written stays in
the cache until it is cleaned, and any line of cacheable memory may be in the cache at any time
(the core reads ahead), so what DMA writes is hidden until the line is invalidated after that.
What hardware only *may* do wrong is refused for certain; write-backs never happen by themselves.

The core's own view of memory is what Unicorn executes on. Beside it stands, once the cache is on,
a copy of each memory as the bus sees it. A line whose two contents differ was written by the core
and not cleaned, or written by DMA and not invalidated; `stale` tells the two apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt
import unicorn

from hil.virtual.bus_memory import ReachSystem
from hil.virtual.chip_records import ClockedMemory
from hil.virtual.cortex_m.guarded_memory import GuardedMemory
from hil.virtual.cortex_m.mpu import LINE_SHIFT, Memory, Mpu
from hil.virtual.cpu.memory_region import MemoryRegion
from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule, RuleBroken

LINE_BYTES = 1 << LINE_SHIFT
DATA_SETS, DATA_WAYS = 128, 4
ALL_WAYS = (1 << DATA_WAYS) - 1
SET_MASK = DATA_SETS - 1


@dataclass(slots=True)
class CachedMemory:
    """One memory behind the data cache; arrays with one element a byte, or a line."""

    region: MemoryRegion
    core_view: npt.NDArray[np.uint8]
    bus_view: npt.NDArray[np.uint8]
    kinds: npt.NDArray[np.uint8]
    """`Memory` of each line."""
    stale: npt.NDArray[np.bool_]
    """Lines that DMA has written since they were last invalidated."""
    written: npt.NDArray[np.bool_]
    """Lines that the core is known to have written since they were last cleaned."""

    def bytes_of(self, line: int) -> slice:
        """Where a line is in the two views."""
        return slice(line << LINE_SHIFT, (line + 1) << LINE_SHIFT)

    def is_dirty(self, line: int) -> bool:
        """Whether the core has written a write-back line that is not cleaned."""
        if self.kinds[line] != Memory.WRITE_BACK or self.stale[line]:
            return False
        part = self.bytes_of(line)
        return bool(self.written[line]) or not np.array_equal(
            self.core_view[part], self.bus_view[part]
        )

    def clean(self, line: int) -> None:
        """Write a line back to memory."""
        if not self.stale[line]:
            part = self.bytes_of(line)
            self.bus_view[part] = self.core_view[part]
        self.written[line] = False

    def invalidate(self, line: int) -> None:
        """Drop a line: the core sees memory again, and loses what was not cleaned."""
        if self.stale[line] or self.kinds[line] == Memory.WRITE_BACK:
            part = self.bytes_of(line)
            self.core_view[part] = self.bus_view[part]
        self.stale[line] = self.written[line] = False


class CacheSystem(ReachSystem, Protocol):
    """What the data cache needs of the machine."""

    def fail(self, error: BaseException) -> None:
        """Stop the core in the middle of an access, and let `run` raise the error."""


class DataCache(GuardedMemory):
    """What bus masters see of memory behind a write-back data cache.

    `mpu` says what is cacheable.
    """

    is_direct = False
    system: CacheSystem

    def __init__(self, system: CacheSystem, clocked: Sequence[ClockedMemory], mpu: Mpu) -> None:
        super().__init__(system, clocked, mpu)
        self._memories: list[CachedMemory] = []
        self._blocks: set[tuple[int, int]] = set()
        self._look_again = False
        self._hooks: dict[tuple[int, int], int] = {}

    @property
    def is_on(self) -> bool:
        """Whether the data cache is switched on."""
        return bool(self._memories)

    def reset(self) -> None:
        """Off; what is not in memory by now is lost on silicon, and kept here."""
        self._memories = []
        self._blocks.clear()
        self._unhook()

    def start(self) -> None:
        """Switch on: from here on the core and the bus may see different contents."""
        core = self.core
        for region in core.regions:
            if not region.is_ram or region.is_tcm or region.alias_of is not None:
                continue
            view = core.memory(region.origin, region.size_bytes)
            assert view is not None
            lines = region.size_bytes >> LINE_SHIFT
            kinds = self.mpu.memory_of_lines(region)
            stale, written = np.zeros(lines, np.bool_), np.zeros(lines, np.bool_)
            self._memories.append(CachedMemory(region, view, view.copy(), kinds, stale, written))
        self._look_again = True
        core.stop_soon()

    def attributes_changed(self) -> None:
        """Take over the MPU; lines that are cached no more must be clean and valid."""
        self.reach_changed()
        for memory in self._memories:
            kinds = self.mpu.memory_of_lines(memory.region)
            for line in np.nonzero((kinds != memory.kinds) & (kinds >= Memory.NOT_CACHED))[0]:
                if memory.is_dirty(int(line)) or memory.stale[line]:
                    address = memory.region.origin + (int(line) << LINE_SHIFT)
                    state = "invalidated" if memory.stale[line] else "cleaned"
                    what = f"the line at 0x{address:08x} is cached no more without being {state}"
                    raise RuleBroken(Rule.DCACHE_COHERENCE, what, address)
            memory.kinds = kinds
        self._look_again = True
        self.core.stop_soon()

    # -- what bus masters do ---------------------------------------------------------------------

    def _locate(self, address: int) -> tuple[CachedMemory, int] | None:
        for memory in self._memories:
            if memory.region.origin <= address < memory.region.end:
                return memory, address - memory.region.origin
        return None

    def read(self, address: int, count: int) -> bytes:
        """Bytes that a bus master reads; raises if the core has newer ones in its cache."""
        located = self._locate(self._true_address(address))
        if located is None:
            return super().read(address, count)
        memory, offset = located
        data = memory.core_view[offset : offset + count].copy()
        first, last = offset >> LINE_SHIFT, offset + count - 1 >> LINE_SHIFT
        for line in range(first, last + 1):
            part = memory.bytes_of(line)
            start, end = max(part.start, offset), min(part.stop, offset + count)
            if memory.stale[line]:
                data[start - offset : end - offset] = memory.bus_view[start:end]
            elif memory.kinds[line] == Memory.WRITE_BACK and not np.array_equal(
                memory.core_view[start:end], memory.bus_view[start:end]
            ):
                raise self._broken(
                    memory, line, "DMA reads a line that the core has written and not cleaned"
                )
        return data.tobytes()

    def write(self, address: int, data: bytes) -> None:
        """Take bytes that a bus master writes; raises if the core's cache may undo them."""
        located = self._locate(self._true_address(address))
        if located is None:
            super().write(address, data)
            return
        memory, offset = located
        end = offset + len(data)
        first, behind = offset >> LINE_SHIFT, (end - 1 >> LINE_SHIFT) + 1
        if min(memory.kinds[first:behind]) > Memory.WRITE_THROUGH:  # not cached, all of it
            memory.core_view[offset:end] = memory.bus_view[offset:end] = memoryview(data)
            return
        for line in range(first, behind):
            kind, part = memory.kinds[line], memory.bytes_of(line)
            if kind == Memory.WRITE_BACK and memory.is_dirty(line):
                raise self._broken(
                    memory, line,
                    "DMA writes a line that the core has written and not cleaned or invalidated:"
                    " its write-back can undo the transfer",
                )  # fmt: skip
            if kind == Memory.WRITE_THROUGH and not memory.stale[line]:
                memory.bus_view[part] = memory.core_view[part]
            if kind <= Memory.WRITE_THROUGH:
                memory.stale[line] = True
            else:
                start, stop = max(part.start, offset), min(part.stop, end)
                memory.core_view[start:stop] = memoryview(data)[start - offset : stop - offset]
        memory.bus_view[offset:end] = memoryview(data)

    def _true_address(self, address: int) -> int:
        region = self.core.region_of(address)
        if region is None or region.alias_of is None:
            return address
        return address - region.origin + region.alias_of

    def _broken(self, memory: CachedMemory, line: int, what: str) -> RuleBroken:
        address = memory.region.origin + (line << LINE_SHIFT)
        detail = f"{what} (0x{address:08x}, {memory.region.name})"
        return RuleBroken(Rule.DCACHE_COHERENCE, detail, address)

    # -- what the core does to lines that DMA writes ---------------------------------------------

    def watch(self, address: int, count: int) -> None:
        """From the next block of code on, look at the core's accesses to a block for DMA."""
        self._blocks.add((address, count))
        self._look_again = True
        self.core.stop_soon()

    def core_stopped(self) -> None:
        """Hook the blocks that are in cacheable memory: hooks slow all of the core down."""
        if not self.is_on or not self._look_again:
            return
        self._look_again = False
        for block in self._blocks - self._hooks.keys():
            located = self._locate(block[0])
            if located is None:
                continue
            memory, offset = located
            last = offset + block[1] - 1 >> LINE_SHIFT
            if (memory.kinds[offset >> LINE_SHIFT : last + 1] <= Memory.WRITE_THROUGH).any():
                origin = memory.region.origin
                self._hooks[block] = self.core.engine.hook_add(
                    unicorn.UC_HOOK_MEM_READ | unicorn.UC_HOOK_MEM_WRITE,
                    self._on_access,
                    begin=origin + (offset & ~(LINE_BYTES - 1)),
                    end=origin + ((last + 1) << LINE_SHIFT) - 1,
                )
                self.core.engine.ctl_flush_tb()

    def _unhook(self) -> None:
        for handle in self._hooks.values():
            self.core.engine.hook_del(handle)
        if self._hooks:
            self.core.engine.ctl_flush_tb()
        self._hooks.clear()

    def _on_access(
        self, _: unicorn.Uc, kind: int, address: int, size: int, __: int, ___: object
    ) -> None:
        located = self._locate(address)
        if located is None:
            return
        memory, offset = located
        is_write = kind == unicorn.UC_MEM_WRITE
        for line in range(offset >> LINE_SHIFT, (offset + size - 1 >> LINE_SHIFT) + 1):
            if memory.stale[line]:
                verb = "writes" if is_write else "reads"
                what = f"the core {verb} a line that DMA has written, without invalidating it"
                self.system.fail(self._broken(memory, line, what))
                return
            if is_write:
                memory.written[line] = True

    # -- maintenance -----------------------------------------------------------------------------

    def lines_of_set(self, index: int) -> Iterator[tuple[CachedMemory, int]]:
        """All lines of memory that a set of the cache can hold."""
        for memory in self._memories:
            first = index - (memory.region.origin >> LINE_SHIFT) & SET_MASK
            for line in range(first, len(memory.stale), DATA_SETS):
                yield memory, line

    def line_at(self, address: int) -> Iterator[tuple[CachedMemory, int]]:
        """The line of memory at an address, if it is behind the cache."""
        located = self._locate(self._true_address(address))
        if located is not None:
            yield located[0], located[1] >> LINE_SHIFT


class CacheMaintenance(Peripheral[object]):
    """Cache maintenance registers, 0xE000EF50 to 0xE000EF8F."""

    SIZE: ClassVar[int] = 0x40
    REGISTERS: ClassVar[Mapping[int, Register]] = {
        offset: Register(name, 0, 0xFFFF_FFFF, write_one=True)
        for offset, name in {
            0x00: "ICIALLU", 0x08: "ICIMVAU", 0x0C: "DCIMVAC", 0x10: "DCISW", 0x14: "DCCMVAU",
            0x18: "DCCMVAC", 0x1C: "DCCSW", 0x20: "DCCIMVAC", 0x24: "DCCISW", 0x28: "BPIALL",
        }.items()
    }  # fmt: skip

    def __init__(self, system: object, name: str, base: int, cache: DataCache) -> None:
        self.cache = cache
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Both caches off, and full of noise."""
        super().reset()
        self._instructions_valid = False
        self._ways_done: dict[str, list[int]] = {
            name: [0] * DATA_SETS for name in ("DCISW", "DCCSW", "DCCISW")
        }
        self._sets_invalidated: set[int] = set()

    def start_instruction_cache(self) -> None:
        """CCR.IC is set."""
        if not self._instructions_valid:
            what = "CCR.IC is set before ICIALLU is written"
            raise self.broken(Rule.CACHE_NOT_INVALIDATED, what, 0x00)

    def start_data_cache(self) -> None:
        """CCR.DC is set."""
        done = len(self._sets_invalidated)
        if done < DATA_SETS:
            what = f"CCR.DC is set with {done} of {DATA_SETS} sets invalidated by DCISW"
            raise self.broken(Rule.CACHE_NOT_INVALIDATED, f"{what} in all 4 ways", 0x10)
        self.cache.start()

    def write_iciallu(self, _value: int) -> None:
        """Invalidate the instruction cache."""
        self._instructions_valid = True

    def write_dcimvac(self, value: int) -> None:
        """Invalidate the line at an address."""
        for memory, line in self.cache.line_at(value):
            memory.invalidate(line)

    def write_dccmvac(self, value: int) -> None:
        """Clean the line at an address."""
        for memory, line in self.cache.line_at(value):
            memory.clean(line)

    def write_dccmvau(self, value: int) -> None:
        """Clean the line at an address, for the instruction side to see."""
        self.write_dccmvac(value)

    def write_dccimvac(self, value: int) -> None:
        """Clean and invalidate the line at an address."""
        self.write_dccmvac(value)
        self.write_dcimvac(value)

    def _set_is_done(self, name: str, value: int) -> int | None:
        """Note one way of a set; return the set once all of its ways are done."""
        index, way = value >> LINE_SHIFT & SET_MASK, value >> 30
        self._ways_done[name][index] |= 1 << way
        if self._ways_done[name][index] != ALL_WAYS:
            return None
        self._ways_done[name][index] = 0
        return index

    def write_dcisw(self, value: int) -> None:
        """Invalidate by set and way."""
        index = self._set_is_done("DCISW", value)
        if index is not None:
            self._sets_invalidated.add(index)
            for memory, line in self.cache.lines_of_set(index):
                memory.invalidate(line)

    def write_dccsw(self, value: int) -> None:
        """Clean by set and way."""
        index = self._set_is_done("DCCSW", value)
        if index is not None:
            for memory, line in self.cache.lines_of_set(index):
                memory.clean(line)

    def write_dccisw(self, value: int) -> None:
        """Clean and invalidate by set and way."""
        index = self._set_is_done("DCCISW", value)
        if index is not None:
            for memory, line in self.cache.lines_of_set(index):
                memory.clean(line)
                memory.invalidate(line)
