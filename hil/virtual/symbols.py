# SPDX-License-Identifier: Apache-2.0
"""Symbols and source lines of a firmware image, from its ELF file."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

STACK_LIMIT_SYMBOLS = ("__stack_limit", "__stack_start", "__stack_bottom", "_sstack")
"""Linker symbols that may name the lowest address of the main stack."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes of the image and the address at which they are loaded."""

    address: int
    data: bytes


@dataclass(slots=True)
class Symbols:
    """Names and lines; empty for an image without an ELF file."""

    addresses: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes of what has a size."""

    _functions: list[tuple[int, int, str]] = field(default_factory=list)
    _lines: list[tuple[int, str]] = field(default_factory=list)
    _dwarf: Path | None = None

    def function_at(self, address: int) -> str | None:
        """Return the function that holds an address, with the offset into it."""
        index = bisect.bisect_right(self._functions, (address, 1 << 32, "")) - 1
        if index < 0:
            return None
        start, size, name = self._functions[index]
        if address >= start + max(size, 2):
            return None
        return name if address == start else f"{name}+0x{address - start:x}"

    def line_at(self, address: int) -> str | None:
        """Return `file:line` of an address, or the function if there is no line, or None."""
        if self._dwarf is not None:
            self._lines = _read_lines(self._dwarf)
            self._dwarf = None
        index = bisect.bisect_right(self._lines, (address, chr(0x10FFFF))) - 1
        line = self._lines[index][1] if index >= 0 else ""
        function = self.function_at(address)
        if line and function:
            return f"{line} in {function.partition('+')[0]}"
        return line or function

    @property
    def stack_limit(self) -> int | None:
        """Lowest address of the main stack by the image's own linker symbols."""
        for name in STACK_LIMIT_SYMBOLS:
            if name in self.addresses:
                return self.addresses[name]
        return None


def read_elf(path: Path) -> tuple[list[Segment], Symbols]:
    """Read the loadable segments (at their physical addresses) and the symbols of an ELF file."""
    with path.open("rb") as stream:
        elf = ELFFile(stream)
        segments = [
            Segment(segment["p_paddr"], segment.data())
            for segment in elf.iter_segments()
            if segment["p_type"] == "PT_LOAD" and segment["p_filesz"]
        ]
        symbols = Symbols(_dwarf=path if elf.has_dwarf_info() else None)
        table = elf.get_section_by_name(".symtab")
        for symbol in table.iter_symbols() if isinstance(table, SymbolTableSection) else ():
            name, value = symbol.name, symbol["st_value"]
            if not name or name.startswith("$"):
                continue
            symbols.addresses.setdefault(name, value)
            if symbol["st_size"]:
                symbols.sizes.setdefault(name, symbol["st_size"])
            if symbol["st_info"]["type"] == "STT_FUNC":
                symbols._functions.append((value & ~1, symbol["st_size"], name))
        symbols._functions.sort()
    return segments, symbols


def _read_lines(path: Path) -> list[tuple[int, str]]:
    lines: list[tuple[int, str]] = []
    with path.open("rb") as stream:
        dwarf = ELFFile(stream).get_dwarf_info()
        for unit in dwarf.iter_CUs():
            program = dwarf.line_program_for_CU(unit)
            if program is None:
                continue
            for entry in program.get_entries():
                state = entry.state
                if state is None:
                    continue
                if state.end_sequence:
                    lines.append((state.address, ""))
                else:
                    lines.append((state.address, f"{_file_name(program, state.file)}:{state.line}"))
    lines.sort()
    return lines


def _file_name(program: Any, number: int) -> str:
    entries = program["file_entry"]
    index = number if program["version"] >= 5 else number - 1
    if not 0 <= index < len(entries):
        return "?"
    entry = entries[index]
    name: str = entry.name.decode(errors="replace")
    directory_index = entry["dir_index"]
    directories = program["include_directory"]
    first = 0 if program["version"] >= 5 else 1
    if directory_index >= first and directory_index - first < len(directories):
        directory = directories[directory_index - first].decode(errors="replace")
        if not name.startswith("/") and not directory.startswith("/"):
            return f"{directory}/{name}"
    return name


def read_hex(path: Path) -> list[Segment]:
    """Read an Intel HEX file; raises ValueError with the line number of a damaged record."""
    segments: list[Segment] = []
    base = 0
    for number, text in enumerate(path.read_text().splitlines(), 1):
        line = text.strip()
        if not line:
            continue
        try:
            record = bytes.fromhex(line.removeprefix(":"))
        except ValueError:
            raise ValueError(f"{path}:{number}: not an Intel HEX record") from None
        if not line.startswith(":") or len(record) < 5 or len(record) != record[0] + 5:
            raise ValueError(f"{path}:{number}: not an Intel HEX record")
        if sum(record) & 0xFF:
            raise ValueError(f"{path}:{number}: wrong checksum")
        kind, data = record[3], record[4:-1]
        address = base + int.from_bytes(record[1:3], "big")
        if kind == 0:
            segments.append(Segment(address, data))
        elif kind == 1:
            break
        elif kind == 2:
            base = int.from_bytes(data, "big") << 4
        elif kind == 4:
            base = int.from_bytes(data, "big") << 16
    return segments
