# SPDX-License-Identifier: Apache-2.0
"""Constant arrays of the generated C as the compiler lays them out, and their CRC-32.

The firmware looks after its own weights (`library/weights.c`): it has a list of these arrays and
the CRC-32 over all of them, one after the other. The sum is computed here from the numbers that
are printed, so that it says what the image must hold, not what it happens to hold.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ELEMENT_FORMATS = {
    "int8_t": "b",
    "uint8_t": "B",
    "int16_t": "h",
    "uint16_t": "H",
    "int32_t": "i",
    "uint32_t": "I",
    "int64_t": "q",
    "uint64_t": "Q",
}
"""Letter of `struct` for each C type; all parts are little endian."""


@dataclass(frozen=True, slots=True)
class ConstantTable:
    """One object of the image that holds numbers alone, no addresses."""

    place: str
    """What it is called in C, with the & that makes an address of it where it is no array."""
    header: str
    """The project's header that declares it; empty: `declaration` does."""
    content: bytes
    """Its bytes in flash."""
    declaration: str = ""
    """Of a vendor's array, which no header of ours declares."""

    @property
    def sized(self) -> str:
        """What `sizeof` is asked of."""
        return self.place.removeprefix("&")


def packed(c_type: str, values: Iterable[int]) -> bytes:
    """The bytes of an array of a C type."""
    numbers = tuple(int(value) for value in values)
    return struct.pack(f"<{len(numbers)}{ELEMENT_FORMATS[c_type]}", *numbers)


def array_table(c_type: str, name: str, values: Iterable[int], header: str) -> ConstantTable:
    """An array of one of the integer types."""
    return ConstantTable(name, header, packed(c_type, values))


def crc_of(tables: Sequence[ConstantTable]) -> int:
    """CRC-32 as zlib's over all contents, one after the other."""
    crc = 0
    for table in tables:
        crc = zlib.crc32(table.content, crc)
    return crc
