# SPDX-License-Identifier: Apache-2.0
"""Every shipped board's image is built for its own core; the L432 holds the shipped model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.firmware import Firmware, make_firmware
from generator.network import Network, read_network
from generator.project.manifest import FOOTPRINT_FILE
from generator.repository import DEFAULT_BOARDS_FILE, DEFAULT_MODEL
from generator.toolchain.locate import Toolchain
from tests.generator.boards.test_fit import assert_close
from tests.support.kept_objects import kept_objects

OTHER_BOARDS = sorted(set(load_boards(DEFAULT_BOARDS_FILE)) - {"u585", "u575"})
"""The u585 is built by many tests; the u575 is its twin."""

ARCHITECTURES = {"cortex-m4": b"7E-M", "cortex-m7": b"7E-M", "cortex-m33": b"8-M.MAIN"}
"""What the compiler calls them in the attributes of an object."""


@pytest.mark.parametrize("board_id", OTHER_BOARDS)
def test_the_image_is_the_boards_own(
    boards: dict[str, BoardSpec],
    tiny: Network,
    tiny_images: Callable[[str], Firmware],
    board_id: str,
) -> None:
    """The stack's limit is the head of the RAM, so that an overflow leaves the memory."""
    board = boards[board_id]
    result = tiny_images(board_id)
    assert_close(board, tiny, result.footprint)
    with result.image.elf.open("rb") as file:
        elf = ELFFile(file)
        attributes, vectors, symbols = (
            elf.get_section_by_name(name) for name in (".ARM.attributes", ".vectors", ".symtab")
        )
        assert attributes is not None and vectors is not None
        assert isinstance(symbols, SymbolTableSection)
        limits = symbols.get_symbol_by_name("__stack_limit") or []
        assert ARCHITECTURES[board.core] in attributes.data()
        assert [limit["st_value"] for limit in limits] == [board.ram.origin]
        assert vectors["sh_addr"] == board.flash.origin


@pytest.mark.slow
@pytest.mark.parametrize("taps", [False, True])
def test_the_shipped_model_in_64_kib(
    boards: dict[str, BoardSpec], toolchain: Toolchain, tmp_path: Path, *, taps: bool
) -> None:
    """At most 56 KiB RAM with stack, at most 240 KiB flash."""
    network = read_network(DEFAULT_MODEL)
    with kept_objects():
        result = make_firmware(boards["l432"], network, toolchain, out_dir=tmp_path, taps=taps)
    bill = json.loads((result.image.project_dir / FOOTPRINT_FILE).read_text())["image"]
    assert bill["ram_bytes"] <= 56 * 1024
    assert bill["flash_bytes"] <= 240 * 1024
    if not taps:
        assert_close(boards["l432"], network, result.footprint)
