# SPDX-License-Identifier: Apache-2.0
"""The STM32U5, for the tests over all families."""

from __future__ import annotations

from hypothesis import strategies as st

from generator.boards.families.u5.interrupts import INTERRUPTS
from generator.boards.families.u5.limits import (
    LATENCY_MAX_HZ,
    MAX_CORE_HZ,
    PARTS,
    PLL_VCO_HZ,
    UART_PINS,
)
from generator.boards.families.u5.record import U5Board
from generator.boards.record import BoardSpec
from tests.generator.boards.families.facts import Changes, Facts


@st.composite
def clocks(draw: st.DrawFn) -> tuple[str, Changes]:
    """HSI16, any factors, and settings that may or may not go with them."""
    m, n, r = draw(st.integers(1, 16)), draw(st.integers(4, 512)), draw(st.integers(1, 128))
    return "u585", (
        ("clock.source", "hsi16"),
        ("clock.source_hz", 16_000_000),
        ("clock.pll", {"divider_m": m, "multiplier_n": n, "divider_r": r}),
        ("clock.core_hz", max(16_000_000 * n // (m * r), 1)),
        ("clock.flash_wait_states", draw(st.integers(0, 5))),
        ("clock.voltage_range", draw(st.integers(1, 4))),
        ("clock.epod_booster", draw(st.booleans())),
        ("uart.baud", 9600),
    )


def check_clock(board: BoardSpec) -> None:
    """RM0456: VCO by voltage range, the core's clock, wait states, the booster's ranges."""
    assert isinstance(board, U5Board)
    clock, pll = board.clock, board.clock.pll
    assert pll is not None
    vco_hz = 16_000_000 / pll.divider_m * pll.multiplier_n
    low_hz, high_hz = PLL_VCO_HZ[clock.voltage_range]
    assert low_hz <= vco_hz <= high_hz
    assert pll.divider_r == 1 or pll.divider_r % 2 == 0
    assert clock.core_hz * pll.divider_r == vco_hz
    assert clock.core_hz <= MAX_CORE_HZ[clock.voltage_range]
    states = LATENCY_MAX_HZ[clock.voltage_range]
    assert clock.core_hz <= states[min(clock.flash_wait_states, len(states) - 1)]
    assert clock.epod_booster <= (clock.voltage_range in (1, 2))


FACTS = Facts(
    refusals=(
        ("u585", "clock.pll", None, "unreachable: msis gives 4000000 Hz without a PLL"),
        ("u585", "clock.pll.multiplier_n", 79, "= 158000000 Hz"),
        ("u585", "clock.pll.divider_m", 2, "outside 4 to 16 MHz"),
        ("u585", "clock.pll.divider_m", 17, "17 is not within 1 to 16"),
        ("u585", "clock.pll.divider_r", 3, "3 is not one of 1 and the even numbers to 128"),
        ("u585", "clock.pll.divider_r", 130, "130 is not one of 1 and the even numbers to 128"),
        ("u585", "clock.voltage_range", 3, "the booster does not run in voltage range 3"),
        ("u585", "clock.voltage_range", 4, "the PLL does not run in voltage range 4"),
        ("u585", "clock.source_hz", 4_100_000, "MSIS has no range of 4100000 Hz"),
        ("u585", "clock.source", "hsi16", "HSI16 runs at 16000000 Hz"),
        ("u585", "clock.voltage_range", 2, "beyond 110000000 Hz of voltage range 2"),
        ("u585", "clock.flash_wait_states", 3, "4 are needed"),
        ("u585", "clock.epod_booster", False, "is needed above 55 MHz"),
        ("u585", "uart.tx.pin", "PA2", "PA2 does not carry USART1_TX"),
        ("u585", "uart.rx.pin", "PA9", "PA9 carries both TX and RX"),
        ("u585", "uart.rx.alternate_function", 8, "AF8 of PA10 is not USART1_RX"),
        ("u585", "uart.rx.pin", "PZ1", "should match pattern"),
        ("u585", "uart.peripheral", "USART2", "PA9 does not carry USART2_TX"),
        ("u585", "uart.peripheral", "USART6", "USART6 is not supported"),
        ("u585", "uart.rx_dma.channel", 16, "channels 0 to 15"),
        ("u585", "uart.rx_dma.channel", 1, "shared with rx_dma"),
        ("u585", "uart.rx_dma.request", 25, "request 25 is not USART1_RX"),
        ("u585", "part", "STM32U5A5ZJ", "STM32U5A5ZJ is not supported"),
        ("u585", "memories.2.name", "dma_ram", "STM32U585AI needs no memory of this name"),
        ("u585", "uart.rx_dma.controller", "DMA1", "this part has no DMA1"),
        ("u585", "budgets.image_ram_bytes", 800_000, "but ram has only 786432"),
    ),
    # 10 MHz / 16 and / 17 lie 6 % apart.
    bad_baud=(
        "u585",
        (("clock.apb2_divider", 16), ("uart.baud", 607_000)),
        "607000 baud would be 625000, +3.0% off at 10000000 Hz; 2% at most",
    ),
    clocks=clocks(),
    check_clock=check_clock,
    vectors={"u585": 125},
    parts=PARTS,
    foreign_part="STM32U5A5ZJ",
    pin_tables=((("STM32U585AI",), UART_PINS),),
    left_out=lambda uart, pin: uart == "LPUART1" or pin.startswith("PG"),
    dmamux_requests={},
    interrupts={"STM32U585AI": INTERRUPTS},
    no_pll="runs from PLL1, and there is none",
)
