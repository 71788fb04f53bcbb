# SPDX-License-Identifier: Apache-2.0
"""Sections, symbols and relocations of a 32-bit little-endian ELF, object or program.

Every build reads all its objects: pyelftools would take seconds for that.
Layout: System V ABI, "Object Files".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from generator.errors import ToolError

ALLOCATED, EXECUTABLE = 0x2, 0x4
SYMBOLS, RELOCATIONS = 2, 9
FUNCTION = 2
UNDEFINED = 0

_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_SECTION = struct.Struct("<10I")
_SYMBOL = struct.Struct("<IIIBBH")
_RELOCATION = struct.Struct("<II")


class Section(NamedTuple):
    """A section's header."""

    name: str
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int


class Symbol(NamedTuple):
    """One line of the symbol table."""

    name: str
    value: int
    size: int
    kind: int
    is_global: bool
    section: int


@dataclass(frozen=True, slots=True)
class Elf32:
    """One file, read whole."""

    path: Path
    content: bytes
    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]

    def bytes_of(self, section: Section) -> bytes:
        """The content of a section."""
        return self.content[section.offset : section.offset + section.size]

    def relocations(self) -> Iterator[tuple[Section, Symbol, int]]:
        """Which section refers to which symbol, and by which type of relocation."""
        for section in self.sections:
            if section.kind == RELOCATIONS:
                target = self.sections[section.info]
                for _, info in _RELOCATION.iter_unpack(self.bytes_of(section)):
                    yield target, self.symbols[info >> 8], info & 0xFF


def read_elf32(path: Path, content: bytes | None = None) -> Elf32:
    """Read `path`, or `content` for it; ToolError where it is no whole file of this kind."""
    content = path.read_bytes() if content is None else content
    try:
        return _read(path, content)
    except (struct.error, IndexError, ValueError) as error:
        what = f"{path} is no whole ELF file: {error}"
        raise ToolError(what, "remove it, and build the firmware again") from None


def _read(path: Path, content: bytes) -> Elf32:
    head = _HEADER.unpack_from(content)
    if head[0][:6] != b"\x7fELF\x01\x01":
        raise ValueError("not 32-bit little-endian")
    place, size, count, names = head[6], *head[11:14]
    raw = [_SECTION.unpack_from(content, place + index * size) for index in range(count)]
    if any(one[1] != 8 and one[4] + one[5] > len(content) for one in raw):  # 8: no bits
        raise ValueError("cut short")
    sections = tuple(Section(_text(content, raw[names][4] + one[0]), *one[1:8]) for one in raw)
    table = next((one for one in sections if one.kind == SYMBOLS), None)
    if table is None:
        return Elf32(path, content, sections, ())
    texts = sections[table.link].offset
    rows = _SYMBOL.iter_unpack(content[table.offset : table.offset + table.size])
    symbols = tuple(
        Symbol(_text(content, texts + name), value, size, info & 0xF, info >> 4 != 0, section)
        for name, value, size, info, _, section in rows
    )
    return Elf32(path, content, sections, symbols)


def _text(content: bytes, start: int) -> str:
    return content[start : content.index(b"\0", start)].decode("utf-8", "replace")
