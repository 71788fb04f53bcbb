# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.boards_file import load_board, load_boards
from generator.boards.record import BoardSpec
from generator.errors import InputError
from generator.repository import DEFAULT_BOARDS_FILE
from tests.generator.record_changes import changed, faults_of


def test_shipped_record_is_the_board_of_the_manual(u585: BoardSpec) -> None:
    assert u585.id == "u585"
    assert u585.part == "STM32U585AI"
    assert (u585.flash.origin, u585.flash.size_bytes) == (0x0800_0000, 2 << 20)
    assert (u585.ram.origin, u585.ram.size_bytes) == (0x2000_0000, 768 << 10)
    assert u585.uart_kernel_hz == u585.clock.core_hz == 160_000_000
    assert (u585.uart.tx.port, u585.uart.tx.number) == ("A", 9)


def test_values_are_frozen(u585: BoardSpec) -> None:
    with pytest.raises(ValueError, match="frozen"):
        u585.part = "other"


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("colour", "red", "u585.colour: unknown key"),
        ("clock.speed", 1, "u585.clock.speed: unknown key"),
        ("part", 5, "found 5"),
        ("family", "f4", "found 'f4'"),
        ("uart.baud", "921600", "found '921600'"),
        ("probe.board_id", 887, "found 887"),
        ("memories.1.origin", 0x0810_0000, "ram 0x08100000..0x081bffff overlaps flash"),
        ("memories.1.name", "flash", "a second memory named 'flash'"),
        ("memories.1.name", "sram", "no memory 'ram' of kind 'ram'"),
        ("memories.1.size_bytes", 0, "greater than 0"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, place: str, value: object, said: str) -> None:
    faults = faults_of(tmp_path / "boards.yaml", changed("u585", (place, value)))
    assert any(said in fault for fault in faults), faults
    assert all(fault.startswith("boards.yaml:") for fault in faults)


def test_faults_of_form_and_of_sense_come_together(tmp_path: Path) -> None:
    document = changed(
        "u585",
        ("colour", "red"),
        ("memories.2.origin", 0x2000_0000),
        ("clock.flash_wait_states", 0),
        ("uart.tx.pin", "PB1"),
        ("probe.usb_vid", -1),
    )
    document["second"] = "nothing"
    faults = "\n".join(faults_of(tmp_path / "boards.yaml", document))
    for said in ("colour", "overlaps", "4 are needed", "PB1", "usb_vid", "second: is not a record"):
        assert said in faults


def test_a_fault_tells_its_line(tmp_path: Path) -> None:
    text = DEFAULT_BOARDS_FILE.read_text()
    text = text.replace("flash_wait_states: 4", "flash_wait_states: 1", 1)
    line = 1 + text[: text.index("flash_wait_states")].count("\n")
    (fault,) = faults_of(tmp_path / "boards.yaml", text)
    assert fault.startswith(f"boards.yaml:{line}: u585.clock.flash_wait_states: 1 wait states")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no board record"),
        ("- a\n- b\n", "holds no board record"),
        ("u585: {part: [", "is not YAML"),
        ("u585: {part: A}\nu585: {part: B}\n", "u585: duplicate key"),
        ("u585:\n\tpart: A\n", "is not YAML"),
    ],
)
def test_what_is_no_board_file(tmp_path: Path, text: str, said: str) -> None:
    assert said in "\n".join(faults_of(tmp_path / "boards.yaml", text))


def test_a_missing_file_and_a_missing_board(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_boards(tmp_path / "absent.yaml")
    with pytest.raises(InputError, match=r"choose one of: .*u585"):
        load_board(DEFAULT_BOARDS_FILE, "u999")
