# SPDX-License-Identifier: Apache-2.0
"""The STM32H7, for the tests over all families."""

from __future__ import annotations

from hypothesis import strategies as st

from generator.boards.families.h7.interrupts import INTERRUPTS_OF
from generator.boards.families.h7.lines import LINES, find_line
from generator.boards.families.h7.record import H7Board
from generator.boards.record import BoardSpec
from tests.generator.boards.families.facts import Changes, Facts
from tests.generator.record_changes import SHIPPED

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

PARTS_OF_LINES = {
    "h743": ("STM32H743XI", "STM32H753ZI", "STM32H742ZI", "STM32H750ZB"),
    "h7a3": ("STM32H7A3NI", "STM32H7B3ZI", "STM32H7B0ZB"),
}
"""Those that modm-devices knows; together they have all pins of their line."""


@st.composite
def clocks(draw: st.DrawFn) -> tuple[str, Changes]:
    """HSE 8 MHz, any factors, and settings that may or may not go with them."""
    board = draw(st.sampled_from(["h743", "h7a3"]))
    m, n = draw(st.sampled_from([1, 2, 4])), draw(st.integers(8, 420))
    p, scale = draw(st.sampled_from([2, 4, 6])), draw(st.sampled_from([0, 1, 2, 3]))
    changes: Changes = (
        ("clock.pll", {"divider_m": m, "multiplier_n": n, "divider_p": p}),
        ("clock.core_hz", max(8_000_000 * n // (m * p), 1)),
        ("clock.flash_wait_states", draw(st.integers(0, 7))),
        ("clock.voltage_scale", scale),
        ("clock.ahb_divider", draw(st.sampled_from([1, 2]))),
        ("uart.baud", 57_600),
    )
    if scale != 0:
        changes += (("clock.fallback", None),)
    return board, changes


def check_clock(board: BoardSpec) -> None:
    """RM0433, RM0455: VCO, core, buses and flash by voltage scale."""
    assert isinstance(board, H7Board)
    line, clock, pll = find_line(board.part), board.clock, board.clock.pll
    assert line is not None and pll is not None
    limits = line.limits[clock.voltage_scale]
    ahb_hz = clock.core_hz // clock.ahb_divider
    assert 8_000_000 * pll.multiplier_n == clock.core_hz * pll.divider_m * pll.divider_p
    low_hz, high_hz = line.vco_wide_hz[clock.voltage_scale]
    assert low_hz <= 8_000_000 / pll.divider_m * pll.multiplier_n <= high_hz
    assert clock.core_hz <= limits.core_hz
    assert ahb_hz <= limits.ahb_hz
    assert ahb_hz // 2 <= limits.apb_hz
    states = limits.latency_max_hz
    assert ahb_hz <= states[min(clock.flash_wait_states, len(states) - 1)]


FACTS = Facts(
    refusals=(
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
            4096,
            "rings take 4608 bytes, and dma_ram has 4096",
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
    ),
    # 17.5 MHz / 16 and / 17: a rate between them is 3 % from either.
    bad_baud=(
        "h7a3",
        (("clock.apb1_divider", 16), ("uart.baud", 1_062_000)),
        "1062000 baud would be 1093750, +3.0% off at 17500000 Hz; 2% at most",
    ),
    clocks=clocks(),
    check_clock=check_clock,
    vectors={"h743": 150, "h7a3": 155},
    parts=tuple(part for line in LINES.values() for part in line.parts),
    foreign_part="STM32H747XI",
    pin_tables=tuple((PARTS_OF_LINES[name], line.uart_pins) for name, line in LINES.items()),
    # DMA1 and DMA2 do not hear LPUART1.
    left_out=lambda uart, _pin: uart == "LPUART1",
    dmamux_requests={
        part: line.uart_requests for name, line in LINES.items() for part in PARTS_OF_LINES[name]
    },
    interrupts={
        "STM32H743ZI": INTERRUPTS_OF["RM0433"],
        "STM32H7A3ZI": INTERRUPTS_OF["RM0455"],
    },
    no_pll="runs from PLL1, and there is none",
)
