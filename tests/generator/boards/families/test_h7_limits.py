# SPDX-License-Identifier: Apache-2.0
"""What the H7's records have to themselves: two clocks, the medium VCO, scales of voltage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.boards.boards_file import load_boards
from generator.boards.families.h7.lines import LINES
from generator.boards.families.h7.record import H7Board
from generator.repository import DEFAULT_BOARDS_FILE
from tests.generator.boards.families.h7_facts import H743_DMA_RAM
from tests.generator.record_changes import changed, faults_of


def test_both_clocks_are_told_in_one_report(tmp_path: Path) -> None:
    document = changed(
        "h743",
        *(("clock.flash_wait_states", 1), ("clock.fallback.flash_wait_states", 0)),
        *(("clock.apb1_divider", 1), (f"{H743_DMA_RAM}.origin", 0x2004_0000)),
        ("uart.tx.pin", "PA0"),
    )
    faults = "\n".join(faults_of(tmp_path / "boards.yaml", document))
    for said in (
        "h743.clock.flash_wait_states: 1 wait states at 240000000 Hz: 4",
        "h743.clock.fallback.flash_wait_states: 0 wait states at 200000000 Hz: 2",
        "h743.clock.apb1_divider: APB1 at 240000000 Hz",
        "dma_ram cannot be 0x20040000",
        "PA0 does not carry USART3_TX",
    ):
        assert said in faults
    assert "h743.clock.fallback: APB1" not in faults  # reported once, where it can be mended


def test_a_baud_rate_is_held_against_both_clocks(tmp_path: Path) -> None:
    """15 MHz / 20 is 1 % off; the fallback's 12.5 MHz has 16 and 17, and the rate between them."""
    document = changed("h743", ("clock.apb1_divider", 16), ("uart.baud", 757_576))
    (fault,) = faults_of(tmp_path / "boards.yaml", document)
    assert "h743.clock.fallback: 757576 baud would be 781250, +3.1% off at 12500000 Hz" in fault


def test_an_input_below_2_mhz_takes_the_medium_vco(tmp_path: Path) -> None:
    """CSI 4 MHz / 4 = 1 MHz: the medium VCO reaches 420 MHz, and 400 / 2 is legal in scale 3."""
    pll = {"divider_m": 4, "multiplier_n": 400, "divider_p": 2}
    slow: list[tuple[str, Any]] = [
        *(("clock.source", "csi"), ("clock.source_hz", 4_000_000), ("clock.hse_bypass", False)),
        *(("clock.pll", pll), ("clock.core_hz", 200_000_000), ("clock.voltage_scale", 3)),
        *(("clock.fallback", None), ("uart.baud", 115_200)),
    ]
    path = tmp_path / "boards.yaml"
    path.write_text(yaml.safe_dump(changed("h743", *slow)))
    assert load_boards(path)["h743"].clock.core_hz == 200_000_000
    faults = faults_of(path, changed("h743", *slow, ("clock.pll.multiplier_n", 440)))
    assert any("VCO would run at 440000000 Hz, outside 150 to 420 MHz" in fault for fault in faults)


def test_the_fallback_is_a_whole_clock_tree(tmp_path: Path) -> None:
    board = load_boards(DEFAULT_BOARDS_FILE)["h743"]
    assert isinstance(board, H7Board)
    older = board.clock.fallen_back()
    assert older is not None and older.pll is not None
    assert (older.core_hz, older.ahb_hz, older.apb1_hz) == (400_000_000, 200_000_000, 100_000_000)
    assert (older.pll.divider_m, older.pll.multiplier_n, older.pll.divider_p) == (1, 100, 2)
    assert older.fallen_back() is None


@pytest.mark.parametrize("name", sorted(LINES))
def test_every_scale_can_time_the_flash_at_its_highest_clock(name: str) -> None:
    for limits in LINES[name].limits.values():
        assert limits.ahb_hz <= limits.latency_max_hz[-1]
        assert limits.ahb_hz <= limits.delay_max_hz[-1]
        assert list(limits.latency_max_hz) == sorted(set(limits.latency_max_hz))
