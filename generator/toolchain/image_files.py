# SPDX-License-Identifier: Apache-2.0
"""Do the ELF, the HEX and the BIN of a build hold one and the same flash?

make goes by the times of files: a HEX that was emptied after it was made is up to date for it. So
what came out is read back and compared with what the ELF loads.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from elftools.common.exceptions import DWARFError, ELFError
from elftools.construct.core import ConstructError
from elftools.elf.elffile import ELFFile

from generator.errors import ToolError

ELF_DAMAGE = (
    *(ELFError, DWARFError, ConstructError, OSError, ValueError, KeyError, AttributeError),
    *(TypeError, IndexError, AssertionError, ArithmeticError, struct.error),
    *(MemoryError, RecursionError),  # it takes sizes as they stand, and follows every reference
    NotImplementedError,  # of a form that no compiler writes there
)
"""What pyelftools raises for bytes that are no ELF, or a part of one."""


@contextmanager
def open_elf(path: Path) -> Iterator[ELFFile]:
    """The ELF at `path`; ToolError where what is read of it is damaged."""
    try:
        with path.open("rb") as stream:
            yield ELFFile(stream)
    except OSError:
        raise
    except ELF_DAMAGE as error:
        what = f"{path} is no whole ELF file: {str(error) or type(error).__name__}"
        raise ToolError(what, "remove it, and build the firmware again") from error


DATA, END, BASE = 0, 1, 4
"""Types of records (Intel, Hexadecimal Object File Format Specification, revision A)."""

_START_ADDRESSES = {3, 5}
"""Not for us: the core takes its start from the vector table."""


def damaged_outputs(output: Path) -> list[Path]:
    """Which of `<output>.elf`, `.hex` and `.bin` are missing, damaged, or not what the ELF loads.

    All three where the ELF itself cannot be read: they are made from it.
    """
    elf, hexadecimal, binary = (output.with_suffix(end) for end in (".elf", ".hex", ".bin"))
    try:
        loaded = loaded_bytes(elf)
    except ELF_DAMAGE:
        return [elf, hexadecimal, binary]
    damaged = []
    try:
        if not _holds(_decoded(hexadecimal.read_bytes(), loaded), loaded):
            damaged.append(hexadecimal)
    except (OSError, ValueError):
        damaged.append(hexadecimal)
    try:
        if not _holds(binary.read_bytes(), loaded):
            damaged.append(binary)
    except OSError:
        damaged.append(binary)
    return damaged


def loaded_bytes(elf: Path) -> dict[int, bytes]:
    """What the ELF puts into flash, by the address of each piece, the lowest first."""
    pieces: dict[int, bytes] = {}
    with elf.open("rb") as stream:
        program = ELFFile(stream)
        end = program["e_shoff"] + program["e_shnum"] * program["e_shentsize"]
        size = elf.stat().st_size
        if end > size:
            raise ValueError("cut short")
        for segment in program.iter_segments():
            if segment["p_offset"] + segment["p_filesz"] > size:
                raise ValueError("cut short")
            if segment["p_type"] == "PT_LOAD" and segment["p_filesz"]:
                pieces[segment["p_paddr"]] = segment.data()
    if not pieces:
        raise ValueError("loads nothing")
    return dict(sorted(pieces.items()))


def _span(loaded: dict[int, bytes]) -> tuple[int, int]:
    """The first address, and the one behind the last."""
    return min(loaded), max(address + len(piece) for address, piece in loaded.items())


def _holds(content: bytes, loaded: dict[int, bytes]) -> bool:
    """Whether flash contents, from the first address on, are all that is loaded, and no more."""
    origin, end = _span(loaded)
    return len(content) == end - origin and all(
        content[address - origin : address - origin + len(piece)] == piece
        for address, piece in loaded.items()
    )


def _decoded(text: bytes, loaded: dict[int, bytes]) -> bytes:
    """The flash contents of an Intel HEX; ValueError where it is damaged or writes elsewhere."""
    origin, end = _span(loaded)
    content = bytearray(end - origin)
    base = 0
    is_whole = False
    for line in text.split():
        record = bytes.fromhex(line.removeprefix(b":").decode("ascii"))
        if not line.startswith(b":") or len(record) < 5 or sum(record) & 0xFF or is_whole:
            raise ValueError("a damaged record")
        count, kind, data = record[0], record[3], record[4:-1]
        if count != len(data):
            raise ValueError("a record of another length")
        if kind == DATA:
            offset = base + int.from_bytes(record[1:3], "big") - origin
            if not 0 <= offset <= len(content) - count:
                raise ValueError("writes elsewhere")
            content[offset : offset + count] = data
        elif kind == BASE:
            base = int.from_bytes(data, "big") << 16
        elif kind == END:
            is_whole = True
        elif kind not in _START_ADDRESSES:
            raise ValueError(f"a record of type {kind}")
    if not is_whole:
        raise ValueError("cut short")
    return bytes(content)
