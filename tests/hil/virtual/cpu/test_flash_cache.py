# SPDX-License-Identifier: Apache-2.0
"""The caches before the flash, on traces that are counted by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from hil.virtual.cpu.flash_cache import FLASH_PATHS, Cache, FlashPath, line_fills

FLASH = (0x0800_0000, 0x0810_0000)
SMALL = FlashPath(Cache(16, 2, 2), None, 1, 4, "two sets of two lines of 16 bytes")
APART = FlashPath(Cache(16, 2, 2), Cache(16, 1, 1), 1, 4, "the same, and one line of constants")


def packed(*pairs: tuple[int, int]) -> npt.NDArray[np.uint64]:
    """Offsets into flash and sizes."""
    return np.array([FLASH[0] + at | size << 32 for at, size in pairs], np.uint64)


def reads(*items: tuple[int, int]) -> npt.NDArray[np.uint64]:
    """(blocks begun, offset)."""
    return np.array([block << 32 | at << 4 | 4 for block, at in items], np.uint64)


def test_a_line_is_filled_once() -> None:
    blocks = packed((0, 8), (8, 8), (0, 8))
    assert line_fills(SMALL, blocks, reads(), FLASH).tolist() == [1, 0, 0]


def test_a_block_over_two_lines_fills_both() -> None:
    assert line_fills(SMALL, packed((12, 8)), reads(), FLASH).tolist() == [2]


def test_the_line_that_was_used_last_stays() -> None:
    """Lines 0, 2, 4 share a set of two ways: 2 goes when 4 comes, because 0 was used since."""
    blocks = packed((0, 4), (32, 4), (0, 4), (64, 4), (0, 4), (32, 4))
    assert line_fills(SMALL, blocks, reads(), FLASH).tolist() == [1, 1, 0, 1, 0, 1]


def test_code_and_constants_share_a_cache_or_do_not() -> None:
    blocks = packed((0, 4), (0, 4), (0, 4))
    constants = reads((1, 32), (2, 64), (2, 96))
    assert line_fills(SMALL, blocks, constants, FLASH).tolist() == [2, 2, 1]
    assert line_fills(APART, blocks, constants, FLASH).tolist() == [2, 2, 0]


def test_code_outside_flash_fills_nothing() -> None:
    blocks = np.array([0x0000_0100 | 8 << 32, 0x2000_0000 | 8 << 32], np.uint64)
    assert line_fills(SMALL, blocks, reads(), FLASH).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("family", "code_bytes", "most"), [("u5", 8192, 8), ("l4", 1024, 4), ("h7", 16384, 24)]
)
def test_families_have_their_manuals_caches(family: str, code_bytes: int, most: float) -> None:
    path = FLASH_PATHS[family]
    assert path.code.size_bytes == code_bytes
    assert path.most_cycles_of_a_fill(4) == most
