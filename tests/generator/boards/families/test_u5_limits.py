# SPDX-License-Identifier: Apache-2.0
"""What the U5's records have to themselves: ranges of the voltage."""

from __future__ import annotations

from pathlib import Path

import yaml

from generator.boards.boards_file import load_boards
from tests.generator.record_changes import changed, faults_of


def test_voltage_range_3_has_limits_of_its_own(tmp_path: Path) -> None:
    """48 MHz from a VCO of 288 MHz is legal; from one of 384 MHz it is in range 2 only."""
    slow = [("clock.core_hz", 48_000_000), ("clock.epod_booster", False), ("uart.baud", 115_200)]
    legal = {"divider_m": 1, "multiplier_n": 72, "divider_r": 6}
    fast = {"divider_m": 1, "multiplier_n": 96, "divider_r": 8}
    path = tmp_path / "boards.yaml"
    for pll, voltage_range in ((legal, 3), (fast, 2)):
        changes = (("clock.pll", pll), ("clock.voltage_range", voltage_range))
        path.write_text(yaml.safe_dump(changed("u585", *slow, *changes)))
        assert load_boards(path)["u585"].clock.core_hz == 48_000_000
    changes = (("clock.pll", fast), ("clock.voltage_range", 3))
    (fault,) = faults_of(path, changed("u585", *slow, *changes))
    assert "VCO would run at 384000000 Hz, outside 128 to 330 MHz" in fault


def test_only_msis_follows_a_crystal(tmp_path: Path) -> None:
    """HSI16 has no PLL mode."""
    pll = {"divider_m": 4, "multiplier_n": 80, "divider_r": 2}
    changes = (("clock.source", "hsi16"), ("clock.source_hz", 16_000_000), ("clock.pll", pll))
    (fault,) = faults_of(tmp_path / "boards.yaml", changed("u585", *changes))
    assert "the source is hsi16, and only MSIS follows a crystal" in fault
