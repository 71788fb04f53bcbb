# SPDX-License-Identifier: Apache-2.0
"""What the L4's records have to themselves: ranges of the MSI and of the voltage."""

from __future__ import annotations

from pathlib import Path

import yaml

from generator.boards.boards_file import load_boards
from tests.generator.record_changes import changed, faults_of


def test_an_msi_range_of_its_own(tmp_path: Path) -> None:
    """MSI at 8 MHz * 20 / 2; and no 5 MHz."""
    pll = {"divider_m": 1, "multiplier_n": 20, "divider_r": 2}
    msi = [("clock.source", "msi"), ("clock.source_hz", 8_000_000), ("clock.pll", pll)]
    path = tmp_path / "boards.yaml"
    path.write_text(yaml.safe_dump(changed("l475", *msi)))
    assert load_boards(path)["l475"].clock.source_hz == 8_000_000
    faults = faults_of(path, changed("l475", *msi, ("clock.source_hz", 5_000_000)))
    assert any("MSI has no range of 5000000 Hz" in fault for fault in faults)


def test_voltage_range_2_has_limits_of_its_own(tmp_path: Path) -> None:
    """24 MHz from a VCO of 192 MHz: legal in range 1, beyond the VCO's 128 MHz in range 2."""
    pll = {"divider_m": 1, "multiplier_n": 12, "divider_r": 8}
    slow = [("clock.pll", pll), ("clock.core_hz", 24_000_000), ("uart.baud", 115_200)]
    path = tmp_path / "boards.yaml"
    path.write_text(yaml.safe_dump(changed("l475", *slow)))
    assert load_boards(path)["l475"].clock.core_hz == 24_000_000
    (fault,) = faults_of(path, changed("l475", *slow, ("clock.voltage_range", 2)))
    assert "VCO would run at 192000000 Hz, outside 64 to 128 MHz" in fault
