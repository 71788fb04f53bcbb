# SPDX-License-Identifier: Apache-2.0
"""A damaged ELF is named in one error, whatever is read of it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from elftools.common.exceptions import DWARFError

from generator.boards.boards_file import load_boards
from generator.errors import ToolError
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.image_files import open_elf
from hil.boards.debug_info import name_of, places_of
from hil.boards.elf import ImageSymbols, compiler_of, functions_of
from hil.boards.memory_map import read_placed_sections
from tests.support.firmware_store import stored_firmware, write_tiny_model


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    model = write_tiny_model(tmp_path_factory.mktemp("model"))
    return stored_firmware(load_boards(DEFAULT_BOARDS_FILE)["u585"], model).image.elf.read_bytes()


def places(elf: Path) -> object:
    return places_of(elf, (0x0800_0100,))


def read_all(elf: Path) -> None:
    functions_of(elf)
    compiler_of(elf)
    read_placed_sections(elf)


@pytest.mark.parametrize("size", [0, 3, 16, 52, 100, 4096, 100_000])
def test_a_cut_elf_is_named(content: bytes, tmp_path: Path, size: int) -> None:
    elf = tmp_path / "mel2metal.elf"
    elf.write_bytes(content[:size])
    for read in (functions_of, compiler_of, read_placed_sections, ImageSymbols, places):
        with pytest.raises(ToolError, match=r"mel2metal\.elf is no whole ELF file: \w"):
            read(elf)


def test_changed_bytes_of_headers_are_read_or_named(content: bytes, tmp_path: Path) -> None:
    """Never another exception."""
    elf = tmp_path / "mel2metal.elf"
    random = np.random.default_rng(11)
    named = 0
    for _ in range(60):
        damaged = bytearray(content)
        places = (random.integers(0, 52, 2), random.integers(len(content) - 1600, len(content), 4))
        for at in np.concatenate(places):
            damaged[at] = random.integers(0, 256)
        elf.write_bytes(damaged)
        try:
            read_all(elf)
        except ToolError as error:
            assert "is no whole ELF file" in str(error)
            named += 1
    assert named > 10


@pytest.mark.parametrize(
    "error",
    [
        *(DWARFError("refaddr 1"), NotImplementedError("form"), struct.error("4 bytes")),
        *(RecursionError(), MemoryError()),
    ],
)
def test_whatever_reading_damage_raises_is_named(
    content: bytes, tmp_path: Path, error: Exception
) -> None:
    elf = tmp_path / "mel2metal.elf"
    elf.write_bytes(content)
    with pytest.raises(ToolError, match=r"mel2metal\.elf is no whole ELF file: \w"), open_elf(elf):
        raise error


def test_origins_that_lead_in_a_circle_have_no_name() -> None:
    class Circle:
        attributes: ClassVar = {"DW_AT_abstract_origin": None}

        def get_DIE_from_attribute(self, link: str) -> Circle:  # noqa: N802
            return self

    assert name_of(Circle()) == "?"  # type: ignore[arg-type]
