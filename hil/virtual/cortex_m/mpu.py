# SPDX-License-Identifier: Apache-2.0
"""Memory protection unit of Cortex-M7 and M4 (PMSAv7), and what memory is by it: cacheable or not.

ARMv7-M ARM (DDI 0403) sections B3.1 and B3.5; PM0253 section 4.5, PM0214 section 4.2; Cortex-M7
Technical Reference Manual (DDI 0489) section 5.5: shared memory is not cached. What takes effect
here are attributes, and forbidden pages of 1 KiB; smaller forbidden regions are accepted and have
no effect, other rights over what the chip has are refused.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from hil.virtual.cpu.memory_region import MemoryRegion
from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.system import CoreAccess, Mapped

REGIONS, REGIONS_M4 = 16, 8
"""Of the Cortex-M7 in these parts, and of every Cortex-M4 that has an MPU."""
SUBREGIONS = 8
SIZE_MIN, SIZE_WITH_SUBREGIONS = 5, 8
"""Powers of two: 32 bytes, and 256 bytes for subregions."""
LINE_SHIFT = 5
"""A cache line is 32 bytes."""

ENABLE, HFNMIENA, PRIVDEFENA = 1, 2, 4
VALID = 1 << 4
RASR_WRITABLE = 0x173F_FF3F
FULL_ACCESS, NO_ACCESS = (1, 3), 0
"""AP codes that let privileged code read and write, and the one that lets it do nothing."""
PAGE_BYTES = 1024
"""A forbidden piece of memory is noticed if it fills pages of the emulator."""


class Memory(enum.IntEnum):
    """What a piece of memory is to the core's data cache."""

    WRITE_BACK = 0
    WRITE_THROUGH = 1
    NOT_CACHED = 2
    DEVICE = 3


def default_memory(address: int) -> Memory:
    """The default memory map (DDI 0403, B3.1)."""
    if address < 0x2000_0000 or 0x8000_0000 <= address < 0xA000_0000:
        return Memory.WRITE_THROUGH
    if address < 0x4000_0000 or 0x6000_0000 <= address < 0x8000_0000:
        return Memory.WRITE_BACK
    return Memory.DEVICE


_BY_TEX_C_B = {
    0b000_00: Memory.DEVICE, 0b000_01: Memory.DEVICE, 0b000_10: Memory.WRITE_THROUGH,
    0b000_11: Memory.WRITE_BACK, 0b001_00: Memory.NOT_CACHED, 0b001_11: Memory.WRITE_BACK,
    0b010_00: Memory.DEVICE,
}  # fmt: skip
_INNER = (Memory.NOT_CACHED, Memory.WRITE_BACK, Memory.WRITE_THROUGH, Memory.WRITE_BACK)
"""The inner cache's policy by C and B when TEX is 4 or more."""


@dataclass(frozen=True, slots=True)
class Region:
    """One region as its two registers describe it."""

    number: int
    rbar: int
    rasr: int

    @property
    def enabled(self) -> bool:
        """Whether the region counts."""
        return bool(self.rasr & 1)

    @property
    def size_log2(self) -> int:
        """Size as a power of two."""
        return (self.rasr >> 1 & 0x1F) + 1

    @property
    def base(self) -> int:
        """First address."""
        return self.rbar & ~0x1F & 0xFFFF_FFFF

    @property
    def memory(self) -> Memory | None:
        """What the region makes of memory; None for a reserved combination of TEX, C and B."""
        code = self.rasr >> 16 & 3 | (self.rasr >> 19 & 7) << 2
        memory = _INNER[code & 3] if code >= 0b100_00 else _BY_TEX_C_B.get(code)
        cached = memory in (Memory.WRITE_BACK, Memory.WRITE_THROUGH)
        return Memory.NOT_CACHED if cached and self.rasr >> 18 & 1 else memory

    @property
    def spans(self) -> Iterator[tuple[int, int]]:
        """First address and end of each piece that is not switched off as a subregion."""
        disabled = self.rasr >> 8 & 0xFF
        if not disabled:
            yield self.base, self.base + (1 << self.size_log2)
            return
        size = 1 << self.size_log2 - 3
        for index in range(SUBREGIONS):
            if not disabled >> index & 1:
                yield self.base + index * size, self.base + (index + 1) * size

    def fault(self) -> str | None:
        """Say why the MPU has no such region, or None."""
        if self.size_log2 < SIZE_MIN:
            return f"its size of 2^{self.size_log2} bytes is below 32"
        if self.base & (1 << self.size_log2) - 1:
            size = 1 << self.size_log2
            return f"its base 0x{self.base:08x} is not a multiple of its size, {size} bytes"
        if self.rasr >> 8 & 0xFF and self.size_log2 < SIZE_WITH_SUBREGIONS:
            return "it has subregions and is smaller than 256 bytes"
        if self.memory is None:
            return f"TEX, C and B of RASR = 0x{self.rasr:08x} are a reserved combination"
        return None


class MpuSystem(CoreAccess, Mapped, Protocol):
    """What the MPU needs of the machine: memories, and who takes over what it says of them."""


def _registers(regions: int) -> dict[int, Register]:
    """Those of an MPU with so many regions, a power of two."""
    return {
        0x00: Register("TYPE", regions << 8),
        0x04: Register("CTRL", 0, ENABLE | HFNMIENA | PRIVDEFENA),
        0x08: Register("RNR", 0, regions - 1),
        **{
            0x0C + 8 * alias + 4 * half: Register(
                name + ("" if alias == 0 else f"_A{alias}"), 0, writable, write_one=True
            )
            for alias in range(4)
            for half, (name, writable) in enumerate(
                (("RBAR", 0xFFFF_FFFF), ("RASR", RASR_WRITABLE))
            )
        },
    }


class Mpu(Peripheral[MpuSystem]):
    """MPU registers, 0xE000ED90 to 0xE000EDBF."""

    SIZE: ClassVar[int] = 0x30
    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(REGIONS)
    COUNT: ClassVar[int] = REGIONS

    def reset(self) -> None:
        """Off; no regions."""
        super().reset()
        self._rbar = [0] * self.COUNT
        self._rasr = [0] * self.COUNT

    @property
    def enabled(self) -> bool:
        """Whether regions count at all."""
        return bool(self.values["CTRL"] & ENABLE)

    @property
    def regions(self) -> Iterator[Region]:
        """The regions that are enabled; a later one wins."""
        for number in range(self.COUNT):
            region = Region(number, self._rbar[number], self._rasr[number])
            if self.enabled and region.enabled:
                yield region

    def read(self, offset: int, size: int) -> int:
        """Serve a read; RBAR and RASR show the region that RNR selects."""
        name = self.register_at(offset, size, "read").name.partition("_")[0]
        number = self.values["RNR"]
        if name == "RBAR":
            return self._rbar[number] & ~0x1F | number
        return self._rasr[number] if name == "RASR" else super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        """Serve a write, and let what changes take effect."""
        name = self.register_at(offset, size, "write").name.partition("_")[0]
        super().write(offset, size, value)
        if name == "RBAR":
            if value & VALID:
                self.values["RNR"] = value & self.COUNT - 1
            self._rbar[self.values["RNR"]] = value & ~0x1F
        elif name == "RASR":
            self._rasr[self.values["RNR"]] = value
        if name == "CTRL" or self.enabled:
            self._apply(offset)

    def _apply(self, offset: int) -> None:
        if self.enabled and not self.values["CTRL"] & PRIVDEFENA:
            raise self.broken(Rule.MODE_UNMODELLED, "an MPU without the default map", offset)
        for region in self.regions:
            fault = region.fault()
            if fault is not None:
                raise self.broken(Rule.MPU_REGION, f"region {region.number}: {fault}", offset)
            self._check_rights(region, offset)
        self.system.bus_memory.attributes_changed()

    def _check_rights(self, region: Region, offset: int) -> None:
        """Raise for a region that takes away what the model would go on to allow."""
        rights, is_device = region.rasr >> 24 & 7, region.memory is Memory.DEVICE
        no_code = bool(region.rasr >> 28 & 1)
        for memory in self.system.core.regions:
            spans = region.spans
            if not any(start < memory.end and memory.origin < end for start, end in spans):
                continue
            where = f"region {region.number} makes {memory.name}"
            if rights == NO_ACCESS:
                continue
            if rights not in FULL_ACCESS:
                what = f"{where} read-only (AP = {rights})"
            elif is_device and memory.is_ram:
                what = f"{where} device memory, where unaligned accesses fault"
            elif no_code and (memory.is_flash or memory is self.system.core.tcm):
                what = f"{where} not executable"
            else:
                continue
            raise self.broken(Rule.MODE_UNMODELLED, what, offset)

    def forbids(self, address: int) -> bool:
        """Whether the region that counts at an address lets the core do nothing there."""
        forbidden = False
        for region in self.regions:
            if any(start <= address < end for start, end in region.spans):
                forbidden = region.rasr >> 24 & 7 == NO_ACCESS
        return forbidden

    def forbidden_spans(self, memories: Iterable[MemoryRegion]) -> list[tuple[int, int]]:
        """Pages of memory that no access may touch: first address and end, in order."""
        pages: set[int] = set()
        for region in self.regions:
            if region.rasr >> 24 & 7 != NO_ACCESS:
                continue
            for (start, end), memory in product(region.spans, memories):
                first = max(start, memory.origin) + PAGE_BYTES - 1 & -PAGE_BYTES
                pages.update(range(first, min(end, memory.end) - PAGE_BYTES + 1, PAGE_BYTES))
        spans: list[tuple[int, int]] = []
        for page in sorted(filter(self._forbids_page, pages)):
            start = spans.pop()[0] if spans and spans[-1][1] == page else page
            spans.append((start, page + PAGE_BYTES))
        return spans

    def _forbids_page(self, page: int) -> bool:
        forbidden = False
        for region in self.regions:
            for start, end in region.spans:
                if region.rasr >> 24 & 7 != NO_ACCESS:
                    forbidden &= not (start < page + PAGE_BYTES and page < end)
                elif start <= page and page + PAGE_BYTES <= end:
                    forbidden = True
        return forbidden

    def memory_of_lines(self, memory: MemoryRegion) -> npt.NDArray[np.uint8]:
        """What each line of 32 bytes of a memory is, as `Memory` codes."""
        lines = np.full(memory.size_bytes >> LINE_SHIFT, default_memory(memory.origin), np.uint8)
        for region in self.regions:
            assert region.memory is not None
            for start, end in region.spans:
                first = max(start, memory.origin) - memory.origin >> LINE_SHIFT
                last = min(end, memory.end) - memory.origin >> LINE_SHIFT
                if first < last:
                    lines[first:last] = region.memory
        return lines


class MpuM4(Mpu):
    """That of the Cortex-M4, with eight regions."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers(REGIONS_M4)
    COUNT: ClassVar[int] = REGIONS_M4
