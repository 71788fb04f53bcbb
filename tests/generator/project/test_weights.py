# SPDX-License-Identifier: Apache-2.0
"""The list of constants that an image checks, and its CRC-32, against the compiled image itself."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from generator.boards.boards_file import load_boards
from generator.frontend.record import FrontendRecord
from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.locate import find_toolchain
from tests.support.firmware_store import stored_firmware
from tests.support.models import OWN_MODEL


class Image:
    """An ELF: what is at a symbol, and at an address."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            elf: Any = ELFFile(stream)
            table = elf.get_section_by_name(".symtab")
            assert isinstance(table, SymbolTableSection)
            self.symbols = {
                one.name: (int(one["st_value"]), int(one["st_size"]))
                for one in table.iter_symbols()
                if one["st_info"]["type"] == "STT_OBJECT"
            }
            self.segments = [
                (int(one["p_vaddr"]), one.data())
                for one in elf.iter_segments("PT_LOAD")
                if one["p_filesz"]
            ]

    def at(self, address: int, size: int) -> bytes:
        """Bytes at an address."""
        for begin, data in self.segments:
            if begin <= address and address + size <= begin + len(data):
                return bytes(data[address - begin : address - begin + size])
        raise AssertionError(f"0x{address:08x} is not in the image")

    def word(self, symbol: str) -> int:
        """A uint32_t."""
        address, size = self.symbols[symbol]
        assert size == 4
        return int.from_bytes(self.at(address, size), "little")

    def checked(self) -> list[tuple[int, int]]:
        """Addresses and sizes, as the image's own list has them."""
        address, size = self.symbols["weights_tables"]
        words = memoryview(self.at(address, size)).cast("I").tolist()
        return list(zip(words[::2], words[1::2], strict=True))


def crc_in(image: Image) -> int:
    """zlib's CRC-32 over what the image's list names, read from the ELF."""
    crc = 0
    for address, size in image.checked():
        crc = zlib.crc32(image.at(address, size), crc)
    return crc


def test_the_shipped_image_holds_what_the_generator_summed_up() -> None:
    boards = load_boards(DEFAULT_BOARDS_FILE)
    made = stored_firmware(boards["u585"], OWN_MODEL, toolchain=find_toolchain())
    image = Image(made.image.project_dir / OUTPUT_DIR / f"{IMAGE_NAME}.elf")
    assert image.word("weights_crc_generated") == crc_in(image) != 0
    assert image.word("weights_table_count") == len(image.checked())
