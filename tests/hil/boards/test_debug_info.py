# SPDX-License-Identifier: Apache-2.0
"""Places of instructions, from small images of the pinned compiler."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.boards_file import load_boards
from generator.repository import DEFAULT_BOARDS_FILE
from hil.boards.debug_info import Place, places_of
from tests.hil.virtual.images import compile_image
from tests.support.firmware_store import stored_firmware, write_tiny_model
from tests.support.store import STORE

pytestmark = pytest.mark.slow

PROGRAM = """
static volatile uint32_t sum;

static inline __attribute__((always_inline)) uint32_t inner(uint32_t value) {
    return value * sum; /* inner */
}

static inline __attribute__((always_inline)) uint32_t outer(uint32_t value) {
    return inner(value) + sum; /* outer */
}

__attribute__((noipa)) uint32_t linked(uint32_t value) {
    return outer(value) ^ sum; /* linked */
}

void reset(void) {
    sum = linked(3);
    for (;;) { }
}
"""


@pytest.fixture(scope="module")
def elf() -> Path:
    return compile_image(STORE, PROGRAM)


def places_in(elf: Path, function: str) -> list[Place]:
    """Of all halfwords that a function may have."""
    found = places_of(elf, range(0x0800_0000, 0x0800_2000, 2))
    return [place for place in found.values() if place.function == function]


def marked_line(elf: Path, place: Place) -> str:
    """The source line of a place."""
    return Path(place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]


def test_inlined_functions_stand_below_the_one_that_is_linked(elf: Path) -> None:
    chains = {place.inlined for place in places_in(elf, "linked")}
    assert chains == {(), ("outer",), ("outer", "inner")}


def test_a_line_is_that_of_the_innermost_function(elf: Path) -> None:
    for chain, mark in (((), "linked"), (("outer",), "outer"), (("outer", "inner"), "inner")):
        lines = [
            marked_line(elf, place)
            for place in places_in(elf, "linked")
            if place.inlined == chain and place.line
        ]
        assert any(f"/* {mark} */" in line for line in lines), mark


def test_an_address_of_no_function_is_named_by_itself(elf: Path) -> None:
    (place,) = places_of(elf, [0x0801_0000]).values()
    assert place == Place("0x08010000")


def test_what_the_linker_dropped_claims_no_address(tmp_path: Path) -> None:
    """It is described in the file with an address of 0; the H7 runs its kernels from near there."""
    firmware = stored_firmware(load_boards(DEFAULT_BOARDS_FILE)["h743"], write_tiny_model(tmp_path))
    folder = firmware.image.project_dir
    places = places_of(firmware.image.elf, range(0, 0x2000, 2))
    assert {place.function for place in places.values() if place.file.endswith(".S")}
    for place in places.values():
        if place.function.startswith("0x"):
            assert place == Place(place.function)
        elif place.file.endswith(".S"):
            assert place.function in (folder / place.file).read_text(encoding="utf-8")
