# SPDX-License-Identifier: Apache-2.0
"""Every function of an image: where it is, which object it comes from, what its code does."""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.toolchain.linker_map import Placed, read_placed
from generator.toolchain.stack_bound.elf32 import EXECUTABLE, FUNCTION, Elf32, Section
from generator.toolchain.stack_bound.thumb import Code, decode

_CLONE = re.compile(r"\.(constprop|isra|part|cold|lto_priv)\.?\d*")
"""What GCC adds to the name of a changed copy."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the image; two may have one name."""

    name: str
    address: int
    size: int
    object: str
    """The object by its path below `out/`, without its ending; or the archive's member."""
    code: Code

    @property
    def source_name(self) -> str:
        """Its name in the source."""
        return _CLONE.sub("", self.name)


def read_functions(elf: Elf32, map_file: Path) -> list[Function]:
    """The functions by their addresses; names of one and the same place but once."""
    objects = _Objects(read_placed(map_file))
    marks: dict[int, list[tuple[int, bool]]] = {}
    starts: dict[int, tuple[str, int, int]] = {}
    for symbol in elf.symbols:
        if symbol.name[:2] in ("$t", "$d"):
            marks.setdefault(symbol.section, []).append((symbol.value, symbol.name[:2] == "$t"))
        elif symbol.kind == FUNCTION and symbol.section:
            known = starts.get(symbol.value & ~1)
            if known is None or symbol.size > known[1]:
                starts[symbol.value & ~1] = (symbol.name, symbol.size, symbol.section)
    for places in marks.values():
        places.sort()
    functions = []
    behind = [*sorted(starts)[1:], 1 << 32]
    for (address, (name, named_size, index)), following in zip(
        sorted(starts.items()), behind, strict=True
    ):
        section = elf.sections[index]
        # Some assembly of libgcc names no size.
        size = named_size or min(following, section.address + section.size) - address
        code = decode(_stretches(elf, section, marks.get(index, []), address, size))
        for place in code.literal_jumps:
            offset = section.offset + place - section.address
            (target,) = struct.unpack_from("<I", elf.content, offset)
            code.jumps.append(target & ~1)
        functions.append(Function(name, address, size, objects.at(address), code))
    return functions


def code_outside_functions(elf: Elf32, functions: list[Function]) -> list[int]:
    """Addresses of instructions that lie in no function, of which nobody knows the stack."""
    starts = [function.address for function in functions]
    found = []
    for symbol in elf.symbols:
        section = elf.sections[symbol.section] if symbol.section < len(elf.sections) else None
        if symbol.name[:2] != "$t" or section is None or not section.flags & EXECUTABLE:
            continue
        index = bisect_right(starts, symbol.value) - 1
        if index < 0 or symbol.value >= functions[index].address + functions[index].size:
            found.append(symbol.value)
    return found


def _stretches(
    elf: Elf32, section: Section, marks: list[tuple[int, bool]], address: int, size: int
) -> Iterator[tuple[int, bytes]]:
    """The instructions of a function, by the mapping symbols, which tell them from literals."""
    content = elf.bytes_of(section)
    end = address + size
    index = max(0, bisect_right(marks, (address, True)) - 1)
    while index < len(marks) and marks[index][0] < end:
        begin, is_code = marks[index]
        stop = marks[index + 1][0] if index + 1 < len(marks) else end
        begin, stop = max(begin, address), min(stop, end)
        if is_code and begin < stop:
            yield begin, content[begin - section.address : stop - section.address]
        index += 1


class _Objects:
    """Which object a piece of code comes from."""

    def __init__(self, placed: list[Placed]) -> None:
        self._placed = [one for one in placed if one.section.startswith(".text")]
        self._starts = [one.address for one in self._placed]

    def at(self, address: int) -> str:
        index = bisect_right(self._starts, address) - 1
        if index >= 0 and address < self._starts[index] + self._placed[index].size:
            return self._placed[index].object
        return ""
