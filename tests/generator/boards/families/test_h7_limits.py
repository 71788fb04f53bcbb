# SPDX-License-Identifier: Apache-2.0
"""Records of H7 boards beyond what the part can do are refused, with the limit and the numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.boards.boards_file import load_boards
from generator.boards.families.h7.lines import LINES, find_line
from generator.boards.families.h7.record import H7Board
from generator.errors import InputError
from generator.repository import DEFAULT_BOARDS_FILE
from tests.generator.record_changes import SHIPPED, changed, faults_of

FALLBACK = {
    "multiplier_n": 100,
    "core_hz": 400_000_000,
    "voltage_scale": 1,
    "flash_wait_states": 2,
}


def memory_at(board: str, name: str) -> str:
    """Return the place of a memory in the record, such as "memories.3"."""
    names = [memory["name"] for memory in SHIPPED[board]["memories"]]
    return f"memories.{names.index(name)}"


H743_DMA_RAM, H743_ITCM = memory_at("h743", "dma_ram"), memory_at("h743", "itcm")


@pytest.mark.parametrize(
    ("board", "place", "value", "said"),
    [
        ("h743", "core", "cortex-m4", "'cortex-m7'"),
        ("h743", "part", "STM32H723ZG", "STM32H723ZG is not supported by this port"),
        ("h743", "clock.boost", True, "unknown key"),
        ("h743", "clock.pll.divider_r", 2, "unknown key"),
        ("h743", "clock.source", "msi", "'hsi', 'csi' or 'hse'"),
        ("h743", "clock.source", "hsi", "HSI runs at 64000000 Hz, not 8000000"),
        ("h743", "clock.source", "hsi", "the source is hsi, not HSE"),
        ("h743", "clock.source_hz", 50_000_000, "HSE takes 4 to 48 MHz, not 50000000 Hz"),
        ("h743", "clock.pll.divider_m", 64, "64 is not within 1 to 63"),
        ("h743", "clock.pll.multiplier_n", 513, "513 is not within 4 to 512"),
        ("h743", "clock.pll.divider_p", 3, "3 is not one of the even numbers from 2 to 128"),
        ("h743", "clock.pll.divider_m", 16, "input would be 500000 Hz, outside 1 to 16 MHz"),
        (
            "h743",
            "clock.pll.multiplier_n",
            121,
            "VCO would run at 968000000 Hz, outside 192 to 960",
        ),
        ("h743", "clock.pll.multiplier_n", 119, "/ 1 * 119 / 2 / 1 = 476000000 Hz"),
        (
            "h743",
            "clock.voltage_scale",
            1,
            "480000000 Hz is beyond 400000000 Hz of voltage scale 1",
        ),
        ("h743", "clock.voltage_scale", 1, "STM32H743ZI reaches voltage scale 1"),
        ("h743", "clock.ahb_divider", 1, "AHB at 480000000 Hz are beyond 240000000 Hz of scale 0"),
        ("h743", "clock.apb1_divider", 1, "APB1 at 240000000 Hz is beyond 120000000 Hz"),
        ("h743", "clock.apb2_divider", 1, "APB2 at 240000000 Hz is beyond 120000000 Hz"),
        ("h743", "clock.apb3_divider", 1, "APB3 at 240000000 Hz is beyond 120000000 Hz"),
        ("h743", "clock.apb4_divider", 1, "APB4 at 240000000 Hz is beyond 120000000 Hz"),
        ("h743", "clock.flash_wait_states", 3, "3 wait states at 240000000 Hz: 4 are needed"),
        ("h743", "clock.supply", "smps", "STM32H743ZI has no smps"),
        ("h743", "clock.fallback", None, "voltage scale 0 needs revision 0x2003 of the part"),
        ("h743", "clock.fallback.voltage_scale", 0, "fallback.voltage_scale: Input should be 1, 2"),
        ("h743", "clock.fallback.voltage_scale", 2, "beyond 300000000 Hz of voltage scale 2"),
        ("h743", "clock.fallback.multiplier_n", 105, "VCO would run at 840000000 Hz, outside 192"),
        ("h743", "clock.fallback.multiplier_n", 99, "h743.clock.fallback.core_hz: 400000000 Hz is"),
        ("h743", "clock.fallback.flash_wait_states", 1, "1 wait states at 200000000 Hz: 2 are"),
        ("h743", "uart.tx.pin", "PA9", "PA9 does not carry USART3_TX"),
        ("h743", "uart.rx.alternate_function", 8, "AF8 of PD9 is not USART3_RX"),
        ("h743", "uart.peripheral", "LPUART1", "LPUART1 is not supported"),
        ("h743", "uart.peripheral", "UART9", "UART9 is not supported"),
        ("h743", "uart.rx_dma.request", 46, "request 46 is not USART3_RX"),
        ("h743", "uart.rx_dma.channel", 8, "DMA1 has channels 0 to 7, not 8"),
        ("h743", "uart.rx_dma.channel", 1, "shared with rx_dma"),
        ("h743", "uart.rx_dma.controller", "GPDMA1", "this part has no GPDMA1"),
        ("h743", f"{H743_ITCM}.origin", 0x0001_0000, "itcm cannot be 0x00010000..0x0001ffff"),
        ("h743", f"{H743_DMA_RAM}.kind", "flash", "dma_ram holds what the program writes"),
        ("h743", f"{H743_DMA_RAM}.name", "sram1", "do not reach the core's own ITCM and DTCM"),
        ("h743", f"{H743_DMA_RAM}.origin", 0x1000_0000, "dma_ram cannot be 0x10000000..0x1001ffff"),
        ("h743", f"{H743_DMA_RAM}.size_bytes", 98_304, "98304 bytes are no region of the MPU"),
        ("h743", f"{H743_DMA_RAM}.origin", 0x3000_8000, "no multiple of 131072, as the MPU needs"),
        (
            "h743",
            f"{H743_DMA_RAM}.size_bytes",
            8192,
            "rings take 12288 bytes, and dma_ram has 8192",
        ),
        ("h743", "budgets.image_ram_bytes", 400_000, "but ram, itcm, dma_ram has only 327680"),
        ("h743", f"{H743_DMA_RAM}.origin", 0x2404_0000, "dma_ram cannot be 0x24040000..0x2405ffff"),
        ("h743", "memories.1.origin", 0x2000_1000, "0x20001000 is no multiple of 32768"),
        ("h743", "memories.1.origin", 0x3002_0000, "ram cannot be 0x30020000..0x3003ffff"),
        ("h743", "memories.1.size_bytes", 262_144, "ram cannot be 0x20000000..0x2003ffff"),
        ("h743", "memories.0.origin", 0x0802_0000, "starts at 0x08000000, not at 0x08020000"),
        ("h743", "memories.0.size_bytes", 4 << 20, "no part of this family has more than 2097152"),
        ("h743", f"{H743_ITCM}.size_bytes", 4096, "kernels need 8192 bytes from 0x00000000 on"),
        ("h743", f"{H743_ITCM}.size_bytes", 131_072, "itcm cannot be 0x00000000..0x0001ffff"),
        ("h7a3", "part", "STM32H7A3ZI", "STM32H7A3ZI has no smps"),
        ("h7a3", "part", "STM32H7A3ZI", "ends in Q (STM32H7A3ZIQ)"),
        ("u585", "memories.2.name", "dma_ram", "STM32U585AI needs no memory of this name"),
        ("l475", "memories.2.name", "itcm", "STM32L475VG needs no memory of this name"),
        ("h7a3", "clock.fallback", FALLBACK, "every revision of STM32H7A3ZIQ reaches voltage"),
        ("h7a3", "clock.flash_wait_states", 5, "5 wait states at 280000000 Hz: 6 are needed"),
        (
            "h7a3",
            "clock.voltage_scale",
            1,
            "280000000 Hz is beyond 225000000 Hz of voltage scale 1",
        ),
        ("h7a3", "clock.pll.multiplier_n", 71, "VCO would run at 568000000 Hz, outside 128 to 560"),
        ("h7a3", "clock.apb1_divider", 1, "APB1 at 280000000 Hz is beyond 140000000 Hz"),
    ],
)
def test_each_limit_is_named(
    tmp_path: Path, board: str, place: str, value: object, said: str
) -> None:
    faults = faults_of(tmp_path / "boards.yaml", changed(board, (place, value)))
    assert any(said in fault for fault in faults), faults


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
    assert "h743.clock.fallback: APB1" not in faults  # told once, where it can be mended


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


@settings(deadline=None)  # the file system takes what it takes
@given(
    board_id=st.sampled_from(["h743", "h7a3"]),
    m=st.sampled_from([1, 2, 4]),
    n=st.integers(8, 420),
    p=st.sampled_from([2, 4, 6]),
    latency=st.integers(0, 7),
    scale=st.sampled_from([0, 1, 2, 3]),
    ahb=st.sampled_from([1, 2]),
)
def test_an_accepted_clock_is_within_every_limit(
    *,
    tmp_path_factory: pytest.TempPathFactory,
    board_id: str,
    m: int,
    n: int,
    p: int,
    latency: int,
    scale: int,
    ahb: int,
) -> None:
    core_hz = max(8_000_000 * n // (m * p), 1)
    document = changed(
        board_id,
        ("clock.pll", {"divider_m": m, "multiplier_n": n, "divider_p": p}),
        ("clock.core_hz", core_hz),
        ("clock.flash_wait_states", latency),
        ("clock.voltage_scale", scale),
        ("clock.ahb_divider", ahb),
        ("uart.baud", 57_600),
    )
    if scale != 0:
        document[board_id]["clock"].pop("fallback", None)
    path = tmp_path_factory.mktemp("boards") / "boards.yaml"
    path.write_text(yaml.safe_dump(document))
    try:
        board = load_boards(path)[board_id]
    except InputError:
        return
    assert isinstance(board, H7Board)
    line = find_line(board.part)
    assert line is not None
    limits = line.limits[scale]
    assert 8_000_000 * n == core_hz * m * p
    low_hz, high_hz = line.vco_wide_hz[scale]
    assert low_hz <= 8_000_000 / m * n <= high_hz
    assert core_hz <= limits.core_hz
    assert core_hz // ahb <= limits.ahb_hz
    assert core_hz // ahb // 2 <= limits.apb_hz
    assert core_hz // ahb <= limits.latency_max_hz[min(latency, len(limits.latency_max_hz) - 1)]


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


def test_each_part_belongs_to_one_line() -> None:
    parts = [part for line in LINES.values() for part in line.parts]
    assert len(set(parts)) == len(parts)
    assert find_line("STM32H747XI") is None
