# SPDX-License-Identifier: Apache-2.0
"""A record of an H7 board to register values: against the manuals' numbers."""

from __future__ import annotations

import pytest

from generator.boards.families.h7.port import PortH7
from generator.boards.families.h7.port import hsi_divider as divider_of_hsi
from generator.boards.families.h7.record import H7Clock
from generator.boards.port import make_port
from generator.boards.record import BoardSpec
from tests.generator.record_changes import change

Boards = dict[str, BoardSpec]


def port_of(board: BoardSpec) -> PortH7:
    port = make_port(board)
    assert isinstance(port, PortH7)
    return port


def with_memory(board: BoardSpec, name: str, **fields: int) -> BoardSpec:
    """The record with one memory changed."""
    memories = tuple(
        memory.model_copy(update=fields) if memory.name == name else memory
        for memory in board.memories
    )
    return board.model_copy(update={"memories": memories})


def test_clock_of_the_h743(boards: Boards) -> None:
    """8 MHz * 120 / 2; M as it is, N and P less one; LDOEN alone of CR3's three bits."""
    port = port_of(boards["h743"])
    clock, tree = port.clock, port.trees[0]
    assert tree.summary.startswith("HSE 8 MHz / M 1 * N 120 = 960 MHz VCO, / P 2 = 480 MHz")
    assert (clock.pll_source, clock.pll_m_field, tree.pll_n_field, clock.pll_p_field) == (
        *(2, 1),
        *(119, 1),
    )
    assert (clock.pll_input_range, clock.medium_vco, clock.hse_bypass) == (3, False, True)
    assert (clock.supply_field, clock.supply_mask, clock.overdrive) == (0x02, 0x07, True)
    assert (tree.vos_field, tree.wait_states, tree.programming_delay) == (3, 4, 2)
    assert (clock.hpre_field, clock.ppre1_field, clock.ppre4_field) == (8, 4, 4)


@pytest.mark.parametrize(
    ("source", "source_hz", "divider_m", "hsi_divider"),
    [
        ("hse", 8_000_000, 1, 8),
        ("hse", 25_000_000, 25, 0),  # 64 MHz / 64: beyond DIVM1
        ("hse", 25_000_000, 5, 0),  # no divider gives 5 MHz
        ("hse", 16_000_000, 2, 8),
        ("hsi", 64_000_000, 8, 0),  # it is the HSI already
    ],
)
def test_the_hsi_stands_in_for_hse_at_the_same_pll_input(
    boards: Boards, source: str, source_hz: int, divider_m: int, hsi_divider: int
) -> None:
    """64 MHz over a divider of its own, or nothing."""
    clock = boards["h743"].clock
    assert isinstance(clock, H7Clock)
    assert clock.pll is not None
    pll = clock.pll.model_copy(update={"divider_m": divider_m})
    update = {"source": source, "source_hz": source_hz, "pll": pll}
    assert divider_of_hsi(clock.model_copy(update=update)) == hsi_divider


def test_fallback_of_the_h743(boards: Boards) -> None:
    """Before revision V: 8 MHz * 100 / 2 in scale 1, 200 MHz on AXI, 100 MHz on APB1."""
    port = port_of(boards["h743"])
    _, tree = port.trees
    assert port.full_speed_revision == 0x2003
    assert (tree.prefix, tree.core_hz, tree.pll_n_field) == ("FALLBACK_", 400_000_000, 99)
    assert (tree.voltage_scale, tree.vos_field) == (1, 3)
    assert (tree.wait_states, tree.programming_delay) == (2, 2)
    assert (tree.kernel_hz, tree.brr) == (100_000_000, 109)
    assert (tree.tick_reload + 1) * port.tick_hz == 400_000_000


def test_clock_of_the_h7a3(boards: Boards) -> None:
    """8 MHz * 70 / 2; the converter feeds the core; scale 0 is VOS 3, and there is no overdrive."""
    port = port_of(boards["h7a3"])
    clock, (tree,) = port.clock, port.trees
    assert (tree.core_hz, tree.ahb_hz, tree.pll_n_field) == (280_000_000, 280_000_000, 69)
    assert (clock.supply_field, clock.supply_mask, clock.overdrive) == (0x04, 0x3F, False)
    assert (tree.vos_field, tree.wait_states, tree.programming_delay) == (3, 6, 3)
    assert (clock.hpre_field, clock.ppre1_field) == (0, 4)
    assert (tree.kernel_hz, tree.brr) == (140_000_000, 152)


@pytest.mark.parametrize(
    ("board", "scale", "core_hz", "vos", "delay"),
    [
        *(("h743", 2, 300_000_000, 2, 1), ("h743", 3, 90_000_000, 1, 0)),
        *(("h7a3", 1, 225_000_000, 2, 2), ("h7a3", 2, 130_000_000, 1, 1)),
        ("h7a3", 3, 40_000_000, 0, 0),
    ],
)
def test_voltage_and_signal_delay(
    *, boards: Boards, board: str, scale: int, core_hz: int, vos: int, delay: int
) -> None:
    """VOS counts upwards to the strongest scale, in RM0433 from 1, in RM0455 from 0."""
    slow = {"voltage_scale": scale, "core_hz": core_hz, "fallback": None}
    (tree,) = port_of(change(boards[board], clock=slow)).trees
    assert (tree.vos_field, tree.programming_delay) == (vos, delay)


@pytest.mark.parametrize(
    ("divider_m", "code", "medium"),
    [(8, 0, True), (7, 0, True), (4, 1, False), (3, 1, False), (2, 2, False), (1, 3, False)],
)
def test_ranges_of_the_pll(boards: Boards, divider_m: int, code: int, *, medium: bool) -> None:
    """8 MHz / M: from 1, 2, 4 and 8 MHz on; below 2 MHz the medium VCO."""
    pll = boards["h743"].clock.pll
    assert pll is not None
    pll = pll.model_copy(update={"divider_m": divider_m})
    clock = port_of(change(boards["h743"], clock={"pll": pll})).clock
    assert (clock.pll_input_range, clock.medium_vco) == (code, medium)


@pytest.mark.parametrize(
    ("peripheral", "base", "enable", "select"),
    [
        ("USART3", 0x4000_4800, ("APB1LENR", 18), 0),
        ("USART1", 0x4001_1000, ("APB2ENR", 4), 3),
        ("UART8", 0x4000_7C00, ("APB1LENR", 31), 0),
    ],
)
def test_uarts(
    *, boards: Boards, peripheral: str, base: int, enable: tuple[str, int], select: int
) -> None:
    port = port_of(change(boards["h743"], uart={"peripheral": peripheral}))
    assert port.uart.base == base
    assert (port.uart_enable_register, port.uart_enable_bit) == enable
    assert port.kernel_select_shift == select


def test_pins_lines_and_streams(boards: Boards) -> None:
    """Port D of 0x58020000; streams 0 and 1 have lines 11 and 12; flags from bit 0 and bit 6."""
    port = port_of(boards["h743"])
    assert (port.uart.tx.port_base, port.uart.tx.afr_index, port.uart.tx.afr_shift) == (
        0x5802_0C00,
        1,
        0,
    )
    assert (port.uart.uart_line, port.uart.rx_line, port.uart.tx_line) == (39, 11, 12)
    rx, tx = port.rx_dma, port.tx_dma
    assert (rx.base, rx.status_address, rx.clear_address) == (
        0x4002_0010,
        0x4002_0000,
        0x4002_0008,
    )
    assert (tx.base, tx.flags_shift, tx.multiplexer_address) == (0x4002_0028, 6, 0x4002_0804)
    assert (rx.request, tx.request, port.dma_enable_mask) == (45, 46, 1)


def test_a_stream_of_dma2(boards: Boards) -> None:
    """Stream 7 of DMA2: the last of the upper registers, channel 15 of DMAMUX1, line 70."""
    tx = boards["h743"].uart.tx_dma.model_copy(update={"controller": "DMA2", "channel": 7})
    port = port_of(change(boards["h743"], uart={"tx_dma": tx}))
    assert (port.tx_dma.base, port.tx_dma.flags_shift) == (0x4002_04B8, 22)
    assert (port.tx_dma.status_address, port.tx_dma.clear_address) == (0x4002_0404, 0x4002_040C)
    assert port.tx_dma.multiplexer_address == 0x4002_083C
    assert (port.uart.tx_line, port.dma_enable_mask) == (70, 3)


def test_the_memory_of_the_dma(boards: Boards) -> None:
    """128 KiB is SIZE 16 in the MPU; SRAM1 is bit 29, and the H7A3's stretch has two banks."""
    h743, h7a3 = (port_of(boards[name]).dma_ram for name in ("h743", "h7a3"))
    assert (h743.region.origin, h743.region.size_field) == (0x3000_0000, 16)
    assert (h743.sram_enable_mask, h7a3.sram_enable_mask) == (1 << 29, 3 << 29)
    second = with_memory(boards["h7a3"], "dma_ram", origin=0x3001_0000, size_bytes=65_536)
    assert port_of(second).dma_ram.sram_enable_mask == 1 << 30
    assert port_of(second).dma_ram.region.size_field == 15


def test_the_guard_below_the_stack(boards: Boards) -> None:
    """32 KiB that end where DTCM begins."""
    guard = port_of(boards["h743"]).stack_guard
    assert (guard.origin, guard.size_bytes, guard.size_field) == (0x1FFF_8000, 32_768, 14)


def test_the_enables_of_the_rcc(boards: Boards) -> None:
    """RCC_RSR: 0xD0 in RM0433, 0x130 in RM0455; AHB3ENR and the others follow in both."""
    assert port_of(boards["h743"]).rcc_enables_offset == 0xD0
    assert port_of(boards["h7a3"]).rcc_enables_offset == 0x130


def test_the_tick_fits_systick(boards: Boards) -> None:
    """480 MHz / 10 is beyond 24 bits; 40 Hz fits, for the fallback too. 280 MHz takes 20 Hz."""
    h743, h7a3 = port_of(boards["h743"]), port_of(boards["h7a3"])
    assert (h743.tick_hz, h7a3.tick_hz) == (40, 20)
    for port in (h743, h7a3):
        for tree in port.trees:
            assert tree.tick_reload < 1 << 24
            assert (tree.tick_reload + 1) * port.tick_hz == tree.core_hz
