# SPDX-License-Identifier: Apache-2.0
"""A flash algorithm compiled and laid out in a part's RAM, as pyOCD takes it.

The pinned compiler makes it when it is first needed; it is kept in the build folder, or in
the user's cache, under a hash of everything that it depends on.
"""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from generator.errors import ToolError
from generator.repository import COMPILED_DIR, command
from generator.temporary import temporary_folder
from generator.toolchain.locate import Toolchain, compiler_environment, find_toolchain

SOURCES = Path(__file__).parent
CACHE_DIR = COMPILED_DIR / "flash_algorithms"
CODE_BYTES = 0x800
"""Room for the code, in front of the stack."""
STACK_BYTES = 0x800
_FLAGS = (
    "-mthumb", "-mfloat-abi=soft", "-Os", "-std=c11", "-ffreestanding", "-nostdlib", "-Wall",
    "-Wextra", "-Wconversion", "-Werror", "-fno-asynchronous-unwind-tables", "-Wl,--build-id=none",
)  # fmt: skip
_ENTRIES = {
    "pc_init": "flash_init",
    "pc_unInit": "flash_uninit",
    "pc_eraseAll": "flash_erase_all",
    "pc_erase_sector": "flash_erase_sector",
    "pc_program_page": "flash_program_page",
}
"""pyOCD's names of the functions, and those of the sources."""
_SECONDS_TO_COMPILE = 60


@dataclass(frozen=True, slots=True)
class AlgorithmSource:
    """One algorithm: its C file, the core that it is compiled for, and the defines of a line."""

    file: str
    core: str
    defines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlashAlgorithm:
    """Position-independent code and the offsets of its functions; a BKPT is at its start."""

    code: bytes
    entries: dict[str, int]
    """By pyOCD's names, with bit 0 set as Thumb code has it."""

    def placed(self, ram: int, page_bytes: int) -> dict[str, Any]:
        """What pyOCD takes: code, stack, and two buffers from `ram` on (Flash, flash_algo)."""
        words = [
            int.from_bytes(self.code[at : at + 4], "little") for at in range(0, len(self.code), 4)
        ]
        stack_end = ram + CODE_BYTES
        buffers = stack_end + STACK_BYTES
        return {
            "load_address": ram,
            "instructions": words,
            **{name: ram + offset for name, offset in self.entries.items()},
            "static_base": ram,
            "begin_stack": buffers,
            "end_stack": stack_end,
            "page_buffers": [buffers, buffers + page_bytes],
            "analyzer_supported": False,
            "analyzer_address": 0,
        }


def compiled(source: AlgorithmSource, cross_compile: str | None = None) -> FlashAlgorithm:
    """Compile an algorithm, or take it from the build folder.

    `cross_compile` is the prefix of another compiler than the pinned one. Raises ToolError.
    """
    toolchain = find_toolchain(cross_compile)
    path = CACHE_DIR / f"{Path(source.file).stem}-{_digest(source, toolchain)}.elf"
    if not path.is_file():
        _compile(source, toolchain, path)
    return _read(path)


def _digest(source: AlgorithmSource, toolchain: Toolchain) -> str:
    total = hashlib.sha256(repr((source, toolchain.description, _FLAGS)).encode())
    for file in sorted(SOURCES.glob("*.[chl]*")):
        total.update(file.name.encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:16]


def _compile(source: AlgorithmSource, toolchain: Toolchain, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    words = [
        str(toolchain.gcc), *_FLAGS, f"-mcpu={source.core}",
        *(f"-D{name}" for name in source.defines),
        f"-Wl,-T,{SOURCES / 'flash_algorithm.ld'}", "-Wl,-e,flash_init",
        str(SOURCES / source.file),
    ]  # fmt: skip
    try:
        with temporary_folder(path.parent, ".part-") as scratch:
            made = scratch / path.name
            subprocess.run(
                [*words, "-o", str(made)], check=True, capture_output=True, text=True,
                timeout=_SECONDS_TO_COMPILE, env=compiler_environment(scratch),
            )  # fmt: skip
            made.replace(path)
    except subprocess.CalledProcessError as error:
        raise ToolError(
            f"the flash algorithm {source.file} does not compile: {error.stderr.strip()}",
            f"use the pinned compiler (`{command('tools')}`), or report this and its version",
        ) from error


def _read(path: Path) -> FlashAlgorithm:
    with path.open("rb") as stream:
        elf = ELFFile(stream)
        text, symbols = elf.get_section_by_name(".text"), elf.get_section_by_name(".symtab")
        assert text is not None and isinstance(symbols, SymbolTableSection)
        code = text.data()
        entries = {name: _address(symbols, symbol) | 1 for name, symbol in _ENTRIES.items()}
    if len(code) > CODE_BYTES:
        raise ToolError(f"{path} has {len(code)} bytes of code, more than {CODE_BYTES}")
    return FlashAlgorithm(code, entries)


def _address(symbols: SymbolTableSection, name: str) -> int:
    found = symbols.get_symbol_by_name(name)
    assert found
    return int(found[0]["st_value"])


RESULT_BITS = {
    28: "the control register stayed locked",
    29: "an address outside flash, or not a multiple of what is programmed at once",
    30: "the option bytes, or a cache that is on, do not fit (TZEN, swapped banks, one bank)",
    31: "the controller stayed busy",
}
"""Bits above the controller's error flags in what a function returns."""
ERROR_FLAGS = {
    "paged": {
        1: "OPERR", 3: "PROGERR", 4: "WRPERR", 5: "PGAERR", 6: "SIZERR", 7: "PGSERR", 8: "MISERR",
        9: "FASTERR", 13: "OPTWERR", 14: "RDERR", 15: "OPTVERR",
    },
    "banked": {
        17: "WRPERR", 18: "PGSERR", 19: "STRBERR", 21: "INCERR", 22: "OPERR",
    },
}  # fmt: skip
"""Error flags by their bits: of U5 and L4 (RM0456, RM0432: SR), and of the H7 (RM0433: SR1)."""


def describe_result(result: int, flags: str) -> str:
    """What a function of an algorithm returned, in words; `flags` is a key of ERROR_FLAGS."""
    names = {**ERROR_FLAGS[flags], **RESULT_BITS}
    found = [text for bit, text in names.items() if result >> bit & 1]
    return ", ".join(found) if found else f"an unknown result 0x{result:08x}"
