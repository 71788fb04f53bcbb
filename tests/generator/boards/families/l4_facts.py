# SPDX-License-Identifier: Apache-2.0
"""The STM32L4 and L4+, for the tests over all families."""

from __future__ import annotations

from hypothesis import strategies as st

from generator.boards.families.l4.interrupts import (
    L4_PLUS_INTERRUPTS,
    L43_INTERRUPTS,
    L47_INTERRUPTS,
)
from generator.boards.families.l4.limits import DMAMUX_REQUESTS, LINES, find_line
from generator.boards.families.l4.record import L4Board
from generator.boards.record import BoardSpec
from tests.generator.boards.families.facts import Changes, Facts

PARTS_OF_LINES = {
    "l47": ("STM32L475VG", "STM32L476ZG"),
    "l43": ("STM32L433VC",),
    "l432": ("STM32L432KC", "STM32L442KC"),
    "l4+": ("STM32L4R5ZI", "STM32L4S5ZI"),
}
"""Those that modm-devices knows; together they have all pins of their line."""


@st.composite
def clocks(draw: st.DrawFn) -> tuple[str, Changes]:
    """HSI16, any factors, and settings that may or may not go with them."""
    m, n = draw(st.integers(1, 16)), draw(st.integers(8, 127))
    r = draw(st.sampled_from([2, 4, 6, 8]))
    return draw(st.sampled_from(["l475", "l4r5"])), (
        ("clock.pll", {"divider_m": m, "multiplier_n": n, "divider_r": r}),
        ("clock.core_hz", max(16_000_000 * n // (m * r), 1)),
        ("clock.flash_wait_states", draw(st.integers(0, 6))),
        ("clock.voltage_range", draw(st.sampled_from([1, 2]))),
        ("clock.boost", draw(st.booleans())),
        ("uart.baud", 57_600),
    )


def check_clock(board: BoardSpec) -> None:
    """RM0351, RM0432: the PLL's input, VCO by voltage range, wait states, boost mode."""
    assert isinstance(board, L4Board)
    line, clock, pll = find_line(board.part), board.clock, board.clock.pll
    assert line is not None and pll is not None
    input_hz = 16_000_000 / pll.divider_m
    assert 16_000_000 * pll.multiplier_n == clock.core_hz * pll.divider_m * pll.divider_r
    assert line.pll.input_hz[0] <= input_hz <= line.pll.input_hz[1]
    highest_vco_hz = 344_000_000 if clock.voltage_range == 1 else 128_000_000
    assert 64_000_000 <= input_hz * pll.multiplier_n <= highest_vco_hz
    states = line.latency_max_hz[clock.voltage_range]  # more wait states than listed do no harm
    assert clock.core_hz <= states[min(clock.flash_wait_states, len(states) - 1)]
    boosted = clock.boost and clock.voltage_range == 1 and board.id == "l4r5"
    assert clock.core_hz <= 80_000_000 or boosted


FACTS = Facts(
    refusals=(
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
        ("l475", "uart.tx_ring_bytes", 256, "greater than or equal to 512"),
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
        ("l475", "memories.2.name", "itcm", "STM32L475VG needs no memory of this name"),
    ),
    # 5 MHz / 16 and / 17: a rate between them is 2.5 % from the nearer one.
    bad_baud=(
        "l475",
        (("clock.apb2_divider", 16), ("uart.baud", 305_000)),
        "305000 baud would be 312500, +2.5% off at 5000000 Hz; 2% at most",
    ),
    clocks=clocks(),
    check_clock=check_clock,
    vectors={"l475": 82, "l432": 83, "l4r5": 95},
    parts=tuple(part for line in LINES.values() for part in line.parts),
    foreign_part="STM32L496ZG",
    pin_tables=tuple((PARTS_OF_LINES[name], line.uart_pins) for name, line in LINES.items()),
    left_out=lambda _uart, _pin: False,
    dmamux_requests={"STM32L4R5ZI": DMAMUX_REQUESTS},
    interrupts={
        "STM32L475VG": L47_INTERRUPTS,
        "STM32L476ZG": L47_INTERRUPTS,
        "STM32L432KC": L43_INTERRUPTS,
        "STM32L433VC": L43_INTERRUPTS,
        "STM32L4R5ZI": L4_PLUS_INTERRUPTS,
    },
    no_pll="runs from the PLL, and there is none",
)
