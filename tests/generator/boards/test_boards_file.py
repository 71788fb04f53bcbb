# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.boards.boards_file import load_board, load_boards
from generator.boards.families.u5.limits import LATENCY_MAX_HZ, MAX_CORE_HZ, PLL_VCO_HZ
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
        ("clock.pll", None, "unreachable: msis gives 4000000 Hz without a PLL"),
        ("clock.pll.multiplier_n", 79, "= 158000000 Hz"),
        ("clock.pll.divider_m", 2, "outside 4 to 16 MHz"),
        ("clock.pll.divider_m", 17, "17 is not within 1 to 16"),
        ("clock.pll.divider_r", 3, "3 is not one of 1 and the even numbers to 128"),
        ("clock.pll.divider_r", 130, "130 is not one of 1 and the even numbers to 128"),
        ("clock.voltage_range", 3, "the booster does not run in voltage range 3"),
        ("clock.voltage_range", 4, "the PLL does not run in voltage range 4"),
        ("clock.source_hz", 4_100_000, "MSIS has no range of 4100000 Hz"),
        ("clock.source", "hsi16", "HSI16 runs at 16000000 Hz"),
        ("clock.voltage_range", 2, "beyond 110000000 Hz of voltage range 2"),
        ("clock.flash_wait_states", 3, "4 are needed"),
        ("clock.epod_booster", False, "is needed above 55 MHz"),
        ("uart.tx.pin", "PA2", "PA2 does not carry USART1_TX"),
        ("uart.rx.pin", "PA9", "PA9 carries both TX and RX"),
        ("uart.rx.alternate_function", 8, "AF8 of PA10 is not USART1_RX"),
        ("uart.rx.pin", "PZ1", "should match pattern"),
        ("uart.peripheral", "USART2", "PA9 does not carry USART2_TX"),
        ("uart.peripheral", "USART6", "USART6 is not supported"),
        ("uart.rx_dma.channel", 16, "channels 0 to 15"),
        ("uart.rx_dma.channel", 1, "shared with rx_dma"),
        ("uart.rx_dma.request", 25, "request 25 is not USART1_RX"),
        ("part", "STM32U5A5ZJ", "STM32U5A5ZJ is not supported"),
        ("budgets.image_ram_bytes", 800_000, "but ram has only 786432"),
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


def test_a_baud_rate_more_than_two_percent_off_is_refused(tmp_path: Path) -> None:
    """10 MHz / 16 and / 17 lie 6 % apart."""
    document = changed("u585", ("clock.apb2_divider", 16), ("uart.baud", 607_000))
    (fault,) = faults_of(tmp_path / "boards.yaml", document)
    assert "607000 baud would be 625000, +3.0% off at 10000000 Hz; 2% at most" in fault


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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no board record"),
        ("- a\n- b\n", "holds no board record"),
        ("u585: {part: [", "is not YAML"),
        ("u585: {part: A}\nu585: {part: B}\n", "u585: stands twice"),
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


@settings(deadline=None)  # the file system takes what it takes
@given(
    n=st.integers(4, 512),
    m=st.integers(1, 16),
    r=st.integers(1, 128),
    latency=st.integers(0, 5),
    voltage_range=st.integers(1, 4),
    booster=st.booleans(),
)
def test_an_accepted_clock_is_within_every_limit(
    *,
    tmp_path_factory: pytest.TempPathFactory,
    n: int,
    m: int,
    r: int,
    latency: int,
    voltage_range: int,
    booster: bool,
) -> None:
    core_hz = 16_000_000 * n // (m * r)
    document = changed(
        "u585",
        ("clock.source", "hsi16"),
        ("clock.source_hz", 16_000_000),
        ("clock.pll", {"divider_m": m, "multiplier_n": n, "divider_r": r}),
        ("clock.core_hz", max(core_hz, 1)),
        ("clock.flash_wait_states", latency),
        ("clock.voltage_range", voltage_range),
        ("clock.epod_booster", booster),
        ("uart.baud", 9600),
    )
    path = tmp_path_factory.mktemp("boards") / "boards.yaml"
    path.write_text(yaml.safe_dump(document))
    try:
        clock = load_boards(path)["u585"].clock
    except InputError:
        return
    vco_hz = 16_000_000 / m * n
    low_hz, high_hz = PLL_VCO_HZ[voltage_range]
    assert low_hz <= vco_hz <= high_hz
    assert r == 1 or r % 2 == 0
    assert clock.core_hz * r == vco_hz
    assert clock.core_hz <= MAX_CORE_HZ[voltage_range]
    states = LATENCY_MAX_HZ[voltage_range]
    assert clock.core_hz <= states[min(latency, len(states) - 1)]
    assert booster <= (voltage_range in (1, 2))
