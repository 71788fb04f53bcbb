# SPDX-License-Identifier: Apache-2.0
"""Records of L4 boards beyond what the part can do are refused, with the limit and the numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.boards.boards_file import load_boards
from generator.boards.families.l4.limits import LINES, find_line
from generator.boards.families.l4.record import L4Board
from generator.errors import InputError
from tests.generator.record_changes import changed, faults_of


@pytest.mark.parametrize(
    ("board", "place", "value", "said"),
    [
        ("l475", "core", "cortex-m33", "'cortex-m4'"),
        ("l475", "part", "STM32L496ZG", "STM32L496ZG is not supported by this port"),
        ("l475", "clock.epod_booster", True, "unknown key"),
        ("l475", "clock.source_hz", 8_000_000, "HSI16 runs at 16000000 Hz, not 8000000"),
        ("l475", "clock.source", "hse", "'msi' or 'hsi16'"),
        ("l475", "clock.pll.multiplier_n", 87, "87 is not within 8 to 86"),
        ("l475", "clock.pll.divider_m", 9, "9 is not within 1 to 8"),
        ("l475", "clock.pll.divider_m", 8, "input would be 2000000 Hz, outside 4 to 16 MHz"),
        ("l475", "clock.pll.divider_r", 3, "3 is not one of 2, 4, 6, 8"),
        ("l475", "clock.pll.multiplier_n", 22, "VCO would run at 352000000 Hz, outside 64 to 344"),
        ("l475", "clock.flash_wait_states", 3, "3 wait states at 80000000 Hz: 4 are needed"),
        ("l475", "clock.voltage_range", 2, "beyond 26000000 Hz of voltage range 2"),
        ("l475", "clock.boost", True, "STM32L475VG has no boost mode"),
        ("l475", "uart.tx.pin", "PA2", "PA2 does not carry USART1_TX"),
        ("l475", "uart.rx.alternate_function", 8, "AF8 of PB7 is not USART1_RX"),
        ("l475", "uart.rx_dma.channel", 6, "USART1_RX cannot ask channel 6 of DMA1"),
        ("l475", "uart.rx_dma.controller", "DMA2", "write {controller: DMA1, channel: 5"),
        ("l475", "uart.rx_dma.controller", "GPDMA1", "cannot ask channel 5 of GPDMA1"),
        ("l475", "uart.tx_dma.request", 1, "request 1 of that channel is not USART1_TX"),
        ("l475", "uart.baud", 5_000_001, "less than or equal to 4000000"),
        ("l475", "uart.rx_ring_bytes", 3000, "3000 is no power of two"),
        ("l475", "uart.tx_ring_bytes", 1024, "greater than or equal to 2048"),
        ("l475", "budgets.image_ram_bytes", 100_000, "but ram has only 98304"),
        ("l4r5", "clock.boost", False, "120000000 Hz needs it: above 80 MHz"),
        ("l4r5", "clock.flash_wait_states", 4, "5 are needed"),
        ("l4r5", "clock.pll.divider_m", 1, "input would be 16000000 Hz, outside 2.66 to 8 MHz"),
        ("l4r5", "clock.pll.multiplier_n", 31, "is unreachable"),
        ("l4r5", "uart.rx_dma.request", 35, "request 35 is not LPUART1_RX"),
        ("l4r5", "uart.rx_dma.channel", 8, "DMA1 has channels 1 to 7, not 8"),
        ("l4r5", "uart.rx_dma.channel", 2, "shared with rx_dma"),
        ("l4r5", "uart.baud", 20_000, "20000 baud cannot be divided from 120000000 Hz"),
        ("l432", "uart.peripheral", "USART3", "USART3 is not supported"),
        ("l432", "uart.tx.pin", "PD5", "PD5 does not carry USART2_TX"),
        ("l432", "uart.rx.alternate_function", 7, "AF7 of PA15 is not USART2_RX"),
        ("l432", "memories.0.size_bytes", 131_072, "but flash has only 131072"),
    ],
)
def test_each_limit_is_named(
    tmp_path: Path, board: str, place: str, value: object, said: str
) -> None:
    faults = faults_of(tmp_path / "boards.yaml", changed(board, (place, value)))
    assert any(said in fault for fault in faults), faults


def test_a_baud_rate_more_than_two_percent_off_is_refused(tmp_path: Path) -> None:
    """5 MHz / 16 and / 17: a rate between them is 2.5 % from the nearer one."""
    document = changed("l475", ("clock.apb2_divider", 16), ("uart.baud", 305_000))
    (fault,) = faults_of(tmp_path / "boards.yaml", document)
    assert "305000 baud would be 312500, +2.5% off at 5000000 Hz; 2% at most" in fault


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


@settings(deadline=None)  # the file system takes what it takes
@given(
    board_id=st.sampled_from(["l475", "l4r5"]),
    m=st.integers(1, 16),
    n=st.integers(8, 127),
    r=st.sampled_from([2, 4, 6, 8]),
    latency=st.integers(0, 6),
    voltage_range=st.sampled_from([1, 2]),
    boost=st.booleans(),
)
def test_an_accepted_clock_is_within_every_limit(
    *,
    tmp_path_factory: pytest.TempPathFactory,
    board_id: str,
    m: int,
    n: int,
    r: int,
    latency: int,
    voltage_range: int,
    boost: bool,
) -> None:
    core_hz = max(16_000_000 * n // (m * r), 1)
    document = changed(
        board_id,
        ("clock.pll", {"divider_m": m, "multiplier_n": n, "divider_r": r}),
        ("clock.core_hz", core_hz),
        ("clock.flash_wait_states", latency),
        ("clock.voltage_range", voltage_range),
        ("clock.boost", boost),
        ("uart.baud", 57_600),
    )
    path = tmp_path_factory.mktemp("boards") / "boards.yaml"
    path.write_text(yaml.safe_dump(document))
    try:
        board = load_boards(path)[board_id]
    except InputError:
        return
    assert isinstance(board, L4Board)
    line = find_line(board.part)
    assert line is not None
    assert 16_000_000 * n == board.clock.core_hz * m * r
    assert line.pll.input_hz[0] <= 16_000_000 / m <= line.pll.input_hz[1]
    assert 64_000_000 <= 16_000_000 / m * n <= (344_000_000 if voltage_range == 1 else 128_000_000)
    limits_hz = line.latency_max_hz[voltage_range]  # more wait states than listed do no harm
    assert core_hz <= limits_hz[min(latency, len(limits_hz) - 1)]
    assert core_hz <= 80_000_000 or (boost and voltage_range == 1 and board_id == "l4r5")


def test_each_part_belongs_to_one_line() -> None:
    parts = [part for line in LINES.values() for part in line.parts]
    assert len(set(parts)) == len(parts)
    assert find_line("STM32F407VG") is None
