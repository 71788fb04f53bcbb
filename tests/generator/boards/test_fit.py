# SPDX-License-Identifier: Apache-2.0
"""What does not fit is refused before it is compiled; and the estimate is close to the truth."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.boards.fit import Demand, fit_faults, flash_need, ram_need
from generator.boards.record import BoardSpec
from generator.errors import InputError
from generator.firmware import Firmware, check_fit
from generator.network import Network
from generator.toolchain.footprint import Footprint

NULL_PAGE_BYTES = 1024
"""The head of ITCM, which stays empty (firmware_templates/core/link.ld.j2)."""

Boards = dict[str, BoardSpec]

YAMNET = Demand("m.tflite", rows_bytes=35_008, weights_bytes=147_424, kept_frames=25, features=64)


def with_ram(board: BoardSpec, size_bytes: int) -> BoardSpec:
    """A part with another size of RAM."""
    memories = tuple(
        memory.model_copy(update={"size_bytes": size_bytes}) if memory.name == "ram" else memory
        for memory in board.memories
    )
    return board.model_copy(update={"memories": memories})


def with_budget(board: BoardSpec, image_ram_bytes: int) -> BoardSpec:
    """The board with another budget of the image's RAM."""
    budgets = board.budgets.model_copy(update={"image_ram_bytes": image_ram_bytes})
    return board.model_copy(update={"budgets": budgets})


def test_a_part_with_too_little_ram_is_refused_with_the_numbers(boards: Boards) -> None:
    """An L432 of 44 KiB."""
    (fault,) = fit_faults(with_ram(boards["l432"], 45_056), YAMNET)
    assert fault.what == (
        "needs 48,096 B RAM, the part has 45,056: "
        "network's rows 35,008 + frames kept 1,600 + stack 2,048 + UART's rings 4,608 "
        "+ the rest 4,832"
    )
    assert "a larger part than STM32L432KC" in fault.remedy


def test_a_model_with_too_many_weights_is_refused(boards: Boards) -> None:
    (fault,) = fit_faults(boards["l432"], replace(YAMNET, weights_bytes=250_000))
    assert fault.what.startswith("needs 275,100 B flash, the part has 262,144: weights 250,000")


def test_a_budget_is_told_apart_from_the_part(boards: Boards) -> None:
    board = with_budget(boards["l432"], 50_000)
    (fault,) = fit_faults(board, replace(YAMNET, rows_bytes=38_000))
    assert "needs 51,088 B RAM, l432 allows 50,000 of the part's 65,536" in fault.what
    assert "image_ram_bytes" in fault.remedy


def test_every_fault_comes_at_once(boards: Boards) -> None:
    faults = fit_faults(boards["l432"], replace(YAMNET, rows_bytes=60_000, weights_bytes=300_000))
    assert [fault.what.split(",")[0] for fault in faults] == [
        "activations need 60",
        "needs 73",
        "needs 325",
    ]


def test_rings_count_where_they_lie(boards: Boards) -> None:
    """The H743's rings are not in DTCM; the budget is that of all its memories."""
    assert fit_faults(boards["h743"], YAMNET) == []
    (fault,) = fit_faults(with_ram(boards["h743"], 43_000), YAMNET)
    assert fault.what == (
        "needs 43,488 B RAM, the part has 43,000: "
        "network's rows 35,008 + frames kept 1,600 + stack 2,048 + the rest 4,832"
    )
    (fault,) = fit_faults(with_ram(boards["l475"], 48_000), YAMNET)
    assert "UART's rings 4,608" in fault.what


def test_taps_count(boards: Boards) -> None:
    board = with_budget(boards["l432"], 50_000)
    assert fit_faults(board, replace(YAMNET, rows_bytes=35_900)) == []
    (fault,) = fit_faults(board, replace(YAMNET, rows_bytes=35_900), taps=True)
    assert "image_ram_bytes" in fault.remedy


def test_check_fit_reads_schedule_and_plan(boards: Boards, tiny: Network) -> None:
    check_fit(boards["l432"], tiny)
    plan = replace(tiny.plan, weights_flash_bytes=3_000_000)
    with pytest.raises(InputError, match="B flash, the part has 262,144"):
        check_fit(boards["l432"], replace(tiny, plan=plan))


def test_the_estimate_is_a_little_less_than_the_image(
    u585: BoardSpec, tiny: Network, tiny_firmware: Firmware
) -> None:
    """What is refused surely does not fit, and little that does not fit passes."""
    assert_close(u585, tiny, tiny_firmware.footprint)


def assert_close(board: BoardSpec, network: Network, footprint: Footprint) -> None:
    image = footprint.image
    ram = ram_need(board, network.demand).total_bytes
    flash = flash_need(network.demand).total_bytes
    itcm = sum(part.itcm_bytes for part in footprint.by_part.values())
    itcm += NULL_PAGE_BYTES if itcm else 0
    assert ram <= image.ram_bytes - itcm <= ram + 512
    assert flash <= image.flash_bytes <= flash + 4096
