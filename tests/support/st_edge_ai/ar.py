# SPDX-License-Identifier: Apache-2.0
"""Object files to a library with GNU's symbol index: the pinned compiler comes without `ar`."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection


def write_archive(members: Mapping[str, bytes]) -> bytes:
    """The library of `members`, whose names have at most 15 characters."""
    symbols = {name: _defined(content) for name, content in members.items()}
    names = b"".join(one.encode() + b"\0" for found in symbols.values() for one in found)
    count = sum(len(found) for found in symbols.values())
    index_bytes = 4 + 4 * count + len(names)
    place = 8 + 60 + index_bytes + index_bytes % 2
    offsets, body = b"", b""
    for name, content in members.items():
        offsets += struct.pack(">I", place + len(body)) * len(symbols[name])
        body += _header(f"{name}/", len(content)) + content + b"\n" * (len(content) % 2)
    index = struct.pack(">I", count) + offsets + names + b"\n" * (index_bytes % 2)
    return b"!<arch>\n" + _header("/", index_bytes) + index + body


def _header(name: str, size: int) -> bytes:
    return f"{name:<16}{0:<12}{0:<6}{0:<6}{644:<8}{size:<10}`\n".encode()


def _defined(content: bytes) -> list[str]:
    table = ELFFile(io.BytesIO(content)).get_section_by_name(".symtab")
    assert isinstance(table, SymbolTableSection)
    return [
        symbol.name
        for symbol in table.iter_symbols()
        if symbol["st_info"]["bind"] == "STB_GLOBAL" and symbol["st_shndx"] != "SHN_UNDEF"
    ]
