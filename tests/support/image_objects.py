# SPDX-License-Identifier: Apache-2.0
"""An image's ELF by its objects: where they are, and what is in them."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile


class ImageObjects:
    """The objects of an ELF: those in flash with their contents."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            elf: Any = ELFFile(stream)
            self.symbols: dict[str, tuple[int, int]] = {
                one.name: (int(one["st_value"]), int(one["st_size"]))
                for one in elf.get_section_by_name(".symtab").iter_symbols()
                if one["st_info"]["type"] == "STT_OBJECT"
            }
            """Address and size by name."""
            self._segments = [
                (int(one["p_vaddr"]), bytes(one.data()))
                for one in elf.iter_segments("PT_LOAD")
                if one["p_filesz"]
            ]

    def at(self, address: int, size: int) -> bytes:
        """Bytes at an address."""
        for begin, data in self._segments:
            if begin <= address and address + size <= begin + len(data):
                return data[address - begin : address - begin + size]
        raise AssertionError(f"0x{address:08x} is not in the image")

    def word(self, symbol: str) -> int:
        """A uint32_t."""
        address, size = self.symbols[symbol]
        assert size == 4
        return int.from_bytes(self.at(address, size), "little")

    def checked(self) -> list[tuple[int, int]]:
        """Addresses and sizes of the constants that the image looks at, by its own list."""
        words = memoryview(self.at(*self.symbols["weights_tables"])).cast("I").tolist()
        return list(zip(words[::2], words[1::2], strict=True))

    def crc_of_checked(self) -> int:
        """zlib's CRC-32 over them."""
        crc = 0
        for address, size in self.checked():
            crc = zlib.crc32(self.at(address, size), crc)
        return crc
