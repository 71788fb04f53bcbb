# SPDX-License-Identifier: Apache-2.0
"""The list of constants that an image checks, and its CRC-32, against the compiled image itself."""

from __future__ import annotations

from generator.boards.boards_file import load_boards
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.locate import find_toolchain
from tests.support.firmware_store import stored_firmware
from tests.support.image_objects import ImageObjects
from tests.support.models import OWN_MODEL


def test_the_shipped_image_holds_what_the_generator_summed_up() -> None:
    boards = load_boards(DEFAULT_BOARDS_FILE)
    made = stored_firmware(boards["u585"], OWN_MODEL, toolchain=find_toolchain())
    image = ImageObjects(made.image.elf)
    assert image.word("weights_crc_generated") == image.crc_of_checked() != 0
    assert image.word("weights_table_count") == len(image.checked())
