# SPDX-License-Identifier: Apache-2.0
"""Looks for instructions in an ELF that a single-precision core cannot execute.

The pinned compiler has one libgcc, built for cores with a double-precision FPU. Linking it is
harmless as long as no member with such instructions comes along; this check makes sure.

Encoding: Arm v8-M Architecture Reference Manual, C2.4 and B5 (T32 coprocessor instructions). Data
processing on double registers is the group 0b1110_1110 or 0b1111_1110 with coprocessor number 11
and bit 4 of the second halfword clear. Loads, stores and moves of double registers are executed by
every FPU, and pass.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

_EXECUTABLE = 0x4
_FIRST_WIDE_PREFIX = 0b11101
"""A first halfword whose upper five bits are at least this opens a 32-bit instruction."""


def find_double_precision(elf: Path) -> list[tuple[int, str]]:
    """Return address and function of every double-precision arithmetic instruction."""
    with elf.open("rb") as file:
        image = ELFFile(file)
        symbols = image.get_section_by_name(".symtab")
        if not isinstance(symbols, SymbolTableSection):
            raise ValueError(f"{elf} has no symbols")
        functions = sorted(
            (symbol["st_value"] & ~1, symbol.name)
            for symbol in symbols.iter_symbols()
            if symbol["st_info"]["type"] == "STT_FUNC"
        )
        marks = sorted(
            (symbol["st_value"], symbol["st_shndx"], symbol.name[:2] == "$t")
            for symbol in symbols.iter_symbols()
            if symbol.name[:2] in ("$t", "$d")
        )
        found: list[tuple[int, str]] = []
        for index, section in enumerate(image.iter_sections()):
            if section["sh_type"] != "SHT_PROGBITS" or not section["sh_flags"] & _EXECUTABLE:
                continue
            here = [(address, code) for address, shndx, code in marks if shndx == index]
            found += [
                (address, _function_at(functions, address))
                for address in _scan(section.data(), section["sh_addr"], here)
            ]
    return found


def _scan(data: bytes, base: int, marks: list[tuple[int, bool]]) -> Iterator[int]:
    """Yield the addresses; `marks` are the mapping symbols that tell code from literals."""
    ends = [*(address for address, _ in marks[1:]), base + len(data)][: len(marks)]
    for (start, is_code), end in zip(marks, ends, strict=True):
        if not is_code:
            continue
        offset = start - base
        while offset + 2 <= end - base:
            (first,) = struct.unpack_from("<H", data, offset)
            if first >> 11 < _FIRST_WIDE_PREFIX or offset + 4 > end - base:
                offset += 2
                continue
            (second,) = struct.unpack_from("<H", data, offset + 2)
            if first & 0xEF00 == 0xEE00 and second & 0x0F10 == 0x0B00:
                yield base + offset
            offset += 4


def _function_at(functions: list[tuple[int, str]], address: int) -> str:
    index = bisect_right(functions, (address, "\U0010ffff")) - 1
    return functions[index][1] if index >= 0 else "?"
