# SPDX-License-Identifier: Apache-2.0
"""What lies where in a linked image: all of its flash and RAM, and what is copied twice."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from generator.boards.boards_file import load_boards
from generator.repository import DEFAULT_BOARDS_FILE
from hil.boards.memory_map import read_placed_sections
from tests.support.firmware_store import stored_firmware, write_tiny_model

RAM = 0x2000_0000


@pytest.mark.slow
@pytest.mark.parametrize("board", ["u585", "h743"])
def test_sections_are_the_whole_image(board: str, tmp_path: Path) -> None:
    """The H743 copies code to its ITCM, which stands below the flash."""
    spec = load_boards(DEFAULT_BOARDS_FILE)[board]
    firmware = stored_firmware(spec, write_tiny_model(tmp_path))
    placed = read_placed_sections(firmware.image.elf)
    assert [one.address for one in placed] == sorted(one.address for one in placed)
    for before, after in itertools.pairwise(placed):
        assert before.address + before.size_bytes <= after.address
    (flash,) = (one for one in spec.memories if one.kind == "flash")
    in_flash = [
        one for one in placed if flash.origin <= one.address < flash.origin + flash.size_bytes
    ]
    parts = firmware.footprint.by_part.values()
    assert sum(one.size_bytes for one in in_flash) == sum(part.flash_bytes for part in parts)
    elsewhere = [one for one in placed if one not in in_flash]
    assert sum(one.size_bytes for one in elsewhere) == firmware.footprint.image.ram_bytes
    copied = {one.section for one in in_flash if one.is_load_image}
    assert copied <= {one.section for one in elsewhere}
    assert bool(copied) == (board == "h743")
