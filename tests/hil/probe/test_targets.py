# SPDX-License-Identifier: Apache-2.0
"""Which target type pyOCD is told for a board: a pack's, ours, or built in."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from pyocd.target import TARGET

from generator.boards.boards_file import load_boards
from generator.errors import InputError
from generator.repository import DEFAULT_BOARDS_FILE
from hil.probe.targets import (
    OWN_TARGETS,
    failure_in_words,
    own_target_name,
    register_own_targets,
    target_for,
)

SPECS = load_boards(DEFAULT_BOARDS_FILE)
EXPECTED = {
    "u585": "mel2metal_stm32u585ai",
    "u575": "mel2metal_stm32u575zi",
    "l475": "stm32l475xg",
    "l432": "stm32l432kc",
    "l4r5": "mel2metal_stm32l4r5zi",
    "h743": "mel2metal_stm32h743zi",
    "h7a3": "mel2metal_stm32h7a3zi",
}
PDSC = """<?xml version="1.0"?>
<package schemaVersion="1.6"><vendor>Test</vendor><name>Pack</name><devices>
<family Dfamily="STM32U5" Dvendor="STMicroelectronics:13"><device Dname="STM32U585AIIx">
<processor Dcore="Cortex-M33" DcoreVersion="r0p4"/>
<memory name="flash" access="rx" start="0x08000000" size="0x200000" startup="1" default="1"/>
</device></family></devices></package>
"""


@pytest.mark.parametrize("board", SPECS)
def test_every_board_has_an_explicit_target_without_a_pack(board: str) -> None:
    assert target_for(SPECS[board]) == EXPECTED[board]
    assert EXPECTED[board] in TARGET


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "Test.Pack.1.0.0.pack"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Test.Pack.pdsc", PDSC)
    return path


def test_a_part_that_is_in_the_pack_is_the_packs(pack: Path) -> None:
    assert target_for(SPECS["u585"], pack) == "stm32u585aiix"


def test_a_part_that_is_not_in_the_pack_is_as_without(pack: Path) -> None:
    assert target_for(SPECS["h7a3"], pack) == "mel2metal_stm32h7a3zi"
    assert target_for(SPECS["l432"], pack) == "stm32l432kc"


def test_a_file_that_is_no_pack_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.pack"
    path.write_bytes(b"nothing")
    for named in (path, tmp_path / "absent.pack"):
        with pytest.raises(InputError, match="CMSIS pack") as caught:
            target_for(SPECS["u585"], named)
        assert str(named) in str(caught.value)


@pytest.mark.parametrize("pdsc", ["<package", ""])
def test_a_pack_whose_description_is_broken_is_refused(tmp_path: Path, pdsc: str) -> None:
    path = tmp_path / "broken.pack"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Test.Pack.pdsc", pdsc)
    with pytest.raises(InputError, match="CMSIS pack"):
        target_for(SPECS["u585"], path)


def test_a_part_without_any_target_is_refused() -> None:
    probe = SPECS["u585"].probe.model_copy(update={"pyocd_target": "stm32f999"})
    spec = SPECS["u585"].model_copy(update={"part": "STM32F999", "probe": probe})
    with pytest.raises(InputError, match="--pack FILE"):
        target_for(spec)


def test_names_do_not_depend_on_package_and_supply() -> None:
    assert own_target_name("STM32H7A3ZIQ") == "mel2metal_stm32h7a3zi"
    assert own_target_name("STM32L432KC") is None


def test_registering_twice_changes_nothing() -> None:
    register_own_targets()
    register_own_targets()
    assert {f"mel2metal_{part.lower()}" for part in OWN_TARGETS} <= set(TARGET)


def test_an_algorithm_that_took_too_long_is_given_no_flags() -> None:
    assert "WRPERR" in failure_in_words(SPECS["u585"], 1 << 4)
    assert failure_in_words(SPECS["u585"], -1) == ""
