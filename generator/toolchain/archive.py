# SPDX-License-Identifier: Apache-2.0
"""What a library of others asks of the compiler's own C library, and whether that is there.

A run-time library may call expf or memcpy. Our firmware has the four memory functions that GCC
itself needs, and no C library; the pinned compiler has none either.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from generator.errors import ToolError
from generator.toolchain.locate import CROSS_COMPILE, Toolchain

OURS = frozenset({"memcpy", "memmove", "memset", "memcmp"})
"""Defined in firmware_templates/core/mem.c."""

C_LIBRARY = ("--specs=nano.specs", "-lc", "-lm", "-lnosys")

_MAGIC = b"!<arch>\n"
_HEADER_BYTES = 60


def missing_functions(library: Path, generated_prefixes: Sequence[str]) -> list[str]:
    """Functions that no member of `library` defines and that a C library must bring.

    Left out are those of the firmware, of libgcc (they begin with two underscores) and of the
    generated code, which begin with one of `generated_prefixes`.
    """
    defined: set[str] = set()
    asked: set[str] = set()
    for member in _members(library):
        for name, is_defined in _global_symbols(member):
            (defined if is_defined else asked).add(name)
    return sorted(
        name
        for name in asked - defined - OURS
        if not name.startswith(("__", "_GLOBAL_", *generated_prefixes))
    )


def c_library_flags(toolchain: Toolchain, cpu: Sequence[str], missing: Sequence[str]) -> list[str]:
    """Link options that bring `missing`, none if nothing is; ToolError without a C library."""
    if not missing:
        return []
    for name in ("libc.a", "libm.a"):
        answer = subprocess.run(
            [str(toolchain.gcc), *cpu, f"-print-file-name={name}"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        if not Path(answer).is_absolute() or not Path(answer).is_file():
            some = ", ".join(missing[:6]) + (" ..." if len(missing) > 6 else "")
            raise ToolError(
                f"{toolchain.description} has no C library ({name}), and the run-time library of "
                f"ST needs one: {some}",
                f"name a complete compiler: {CROSS_COMPILE}arm-none-eabi- (Debian, Ubuntu: apt "
                "install gcc-arm-none-eabi libnewlib-arm-none-eabi), or Arm's own package",
            )
    return list(C_LIBRARY)


def _members(library: Path) -> Iterator[bytes]:
    content = library.read_bytes()
    if not content.startswith(_MAGIC):
        raise ToolError(f"{library} is no library", "install the tool again")
    at = len(_MAGIC)
    while at + _HEADER_BYTES <= len(content):
        header = content[at : at + _HEADER_BYTES]
        try:
            size = int(header[48:58])
        except ValueError:
            raise ToolError(
                f"{library} is damaged at byte {at}", "install the tool again"
            ) from None
        at += _HEADER_BYTES
        if not header.startswith((b"/ ", b"// ")):
            yield content[at : at + size]
        at += size + size % 2


def _global_symbols(member: bytes) -> Iterator[tuple[str, bool]]:
    try:
        table = ELFFile(io.BytesIO(member)).get_section_by_name(".symtab")
    except ELFError:
        return
    if isinstance(table, SymbolTableSection):
        for symbol in table.iter_symbols():
            if symbol["st_info"]["bind"] in ("STB_GLOBAL", "STB_WEAK") and symbol.name:
                yield symbol.name, symbol["st_shndx"] != "SHN_UNDEF"
