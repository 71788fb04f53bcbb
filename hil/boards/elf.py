# SPDX-License-Identifier: Apache-2.0
"""An image's ELF: its compiler, and the function and source line of an address."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection


@dataclass(frozen=True, slots=True)
class _Function:
    address: int
    size_bytes: int
    name: str


class ImageSymbols:
    """The functions and source lines of one ELF."""

    def __init__(self, elf: Path) -> None:
        self._functions: list[_Function] = []
        self._lines: list[tuple[int, str]] = []
        with elf.open("rb") as stream:
            image = ELFFile(stream)
            table = image.get_section_by_name(".symtab")
            for symbol in table.iter_symbols() if isinstance(table, SymbolTableSection) else ():
                if symbol["st_info"]["type"] == "STT_FUNC" and symbol["st_size"]:
                    address = int(symbol["st_value"]) & ~1
                    self._functions.append(
                        _Function(address, int(symbol["st_size"]), str(symbol.name))
                    )
            if image.has_dwarf_info():
                self._read_lines(image)
        self._functions.sort(key=lambda function: (function.address, function.name))
        self._lines.sort()

    def _read_lines(self, image: ELFFile) -> None:
        dwarf = image.get_dwarf_info()
        for unit in dwarf.iter_CUs():
            program = dwarf.line_program_for_CU(unit)
            if program is None:
                continue
            files = program["file_entry"]
            # Files count from 1 up to DWARF 4 and from 0 in DWARF 5 (DWARF 5, 6.2.4).
            base = 0 if program["version"] >= 5 else 1
            for entry in program.get_entries():
                state = entry.state
                if state is None:
                    continue
                name = files[state.file - base].name.decode("utf-8", "replace")
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
    with elf.open("rb") as stream:
        section = ELFFile(stream).get_section_by_name(".comment")
        data = section.data() if section is not None else b""
    names = [name.decode("utf-8", "replace") for name in data.split(b"\0") if name]
    return ", ".join(dict.fromkeys(names))
