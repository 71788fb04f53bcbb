# SPDX-License-Identifier: Apache-2.0
"""An image's ELF: its compiler, and the function and source line of an address."""

from __future__ import annotations

import bisect
import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from generator.toolchain.image_files import open_elf


@dataclass(frozen=True, slots=True)
class Function:
    """A linked function with code."""

    address: int
    size_bytes: int
    name: str


def functions_of(elf: Path) -> list[Function]:
    """The functions that an image's symbols name, by address."""
    with open_elf(elf) as image:
        table = image.get_section_by_name(".symtab")
        found = [
            Function(int(symbol["st_value"]) & ~1, int(symbol["st_size"]), str(symbol.name))
            for symbol in (table.iter_symbols() if isinstance(table, SymbolTableSection) else ())
            if symbol["st_info"]["type"] == "STT_FUNC" and symbol["st_size"]
        ]
    return sorted(found, key=lambda function: (function.address, function.name))


class ImageSymbols:
    """The functions and source lines of one ELF."""

    def __init__(self, elf: Path) -> None:
        self._functions = functions_of(elf)
        self._lines: list[tuple[int, str]] = []
        with open_elf(elf) as image:
            if image.has_dwarf_info():
                self._read_lines(image)
        self._lines.sort()

    def _read_lines(self, image: ELFFile) -> None:
        dwarf = image.get_dwarf_info()
        for unit in dwarf.iter_CUs():
            program = dwarf.line_program_for_CU(unit)
            if program is None:
                continue
            for entry in program.get_entries():
                state = entry.state
                if state is None:
                    continue
                name = posixpath.basename(file_of(program, state.file))
                place = "" if state.end_sequence else f"{name}:{state.line}"
                self._lines.append((int(state.address), place))

    def has_function(self, name: str) -> bool:
        """Whether a function of that name is linked."""
        return any(function.name == name for function in self._functions)

    def describe(self, address: int) -> str:
        """`0x08001234 mel_compute_frame_s8+0x12 (mel.c:210)`, as far as known."""
        text = f"0x{address:08x}"
        at = bisect.bisect_right(self._functions, address, key=lambda f: f.address) - 1
        if at >= 0 and address < self._functions[at].address + self._functions[at].size_bytes:
            text += f" {self._functions[at].name}+0x{address - self._functions[at].address:x}"
        at = bisect.bisect_right(self._lines, address, key=lambda line: line[0]) - 1
        if at >= 0 and self._lines[at][1]:
            text += f" ({self._lines[at][1]})"
        return text


def compiler_of(elf: Path) -> str:
    """The compilers that say so in the image's `.comment` section; empty if it has none."""
    with open_elf(elf) as image:
        section = image.get_section_by_name(".comment")
        data = section.data() if section is not None else b""
    names = [name.decode("utf-8", "replace") for name in data.split(b"\0") if name]
    return ", ".join(dict.fromkeys(names))


def file_of(program: Any, number: int) -> str:
    """The path of a file of a line table, from the folder that was compiled in, or an absolute one.

    Files and folders count from 1 up to version 4, from 0 in version 5 (DWARF 5, 6.2.4).
    """
    is_new = program["version"] >= 5
    files, folders = program["file_entry"], program["include_directory"]
    index = number if is_new else number - 1
    if not 0 <= index < len(files):
        return ""
    name = str(files[index].name.decode("utf-8", "replace"))
    folder = files[index]["dir_index"] - (0 if is_new else 1)
    if 0 <= folder < len(folders):
        name = posixpath.join(folders[folder].decode("utf-8", "replace"), name)
    return posixpath.normpath(name)
