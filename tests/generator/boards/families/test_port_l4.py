# SPDX-License-Identifier: Apache-2.0
"""A record of an L4 board to register values: against the manuals' numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.boards.checks import baud_divider
from generator.boards.families.l4.port import PortL4
from generator.boards.port import make_port
from generator.boards.record import BoardSpec
from tests.generator.record_changes import change

Boards = dict[str, BoardSpec]


def port_of(board: BoardSpec) -> PortL4:
    port = make_port(board)
    assert isinstance(port, PortL4)
    return port


def test_clock_of_the_l475(boards: Boards) -> None:
    """16 MHz * 10 / 2; M less one, N as it is, R halved less one; one step is enough."""
    clock = port_of(boards["l475"]).clock
    assert clock.summary == "HSI16 16 MHz / M 1 * N 10 = 160 MHz VCO, / R 2 = 80 MHz"
    assert (clock.pll_source, clock.pll_m_field, clock.pll_n_field, clock.pll_r_field) == (
        *(2, 0),
        *(10, 0),
    )
    assert (clock.voltage_range, clock.wait_states) == (1, 4)
    assert (clock.has_boost, clock.boost, clock.halved) == (False, False, False)


def test_clock_of_the_l4r5(boards: Boards) -> None:
    """Boost mode; above 80 MHz the clock is halved for 1 us, 60 cycles of 60 MHz."""
    clock = port_of(boards["l4r5"]).clock
    assert clock.summary == "HSI16 16 MHz / M 2 * N 30 = 240 MHz VCO, / R 2 = 120 MHz"
    assert (clock.pll_m_field, clock.pll_n_field, clock.pll_r_field) == (1, 30, 0)
    assert (clock.has_boost, clock.boost, clock.wait_states) == (True, True, 5)
    assert (clock.halved, clock.hpre_field, clock.halved_hpre_field) == (True, 0, 8)
    assert clock.settling_cycles == 60


def test_an_msi_source_gets_its_range(boards: Boards) -> None:
    """MSIRANGE 7 is 8 MHz; PLLSRC 1 is the MSI."""
    pll = boards["l475"].clock.pll
    assert pll is not None
    msi = {"source": "msi", "source_hz": 8_000_000}
    pll = pll.model_copy(update={"multiplier_n": 20})
    clock = port_of(change(boards["l475"], clock={**msi, "pll": pll})).clock
    assert (clock.source, clock.msi_range_field, clock.pll_source) == ("msi", 7, 1)
    assert clock.summary.startswith("MSI 8 MHz / M 1 * N 20 = 160 MHz VCO")


@pytest.mark.parametrize(
    ("board", "base", "enable", "brr", "fractions", "lines"),
    [
        ("l475", 0x4001_3800, ("APB2ENR", 14), 87, 1, (37, 15, 14)),
        ("l432", 0x4000_4400, ("APB1ENR1", 17), 87, 1, (38, 16, 17)),
        ("l4r5", 0x4000_8000, ("APB1ENR2", 0), 33_333, 256, (70, 11, 12)),
    ],
)
def test_uarts(
    *,
    boards: Boards,
    board: str,
    base: int,
    enable: tuple[str, int],
    brr: int,
    fractions: int,
    lines: tuple[int, int, int],
) -> None:
    port = port_of(boards[board])
    uart = port.uart
    assert (uart.base, uart.brr, uart.brr_fractions) == (base, brr, fractions)
    assert (port.uart_enable_register, port.uart_enable_bit) == enable
    assert (uart.uart_line, uart.rx_line, uart.tx_line) == lines
    assert abs(uart.baud_error_percent) < 0.25


def test_pins_and_their_supply(boards: Boards) -> None:
    """PA15 has its four bits at the top of the upper AFR; only port G is powered from VDDIO2."""
    l432, l4r5 = port_of(boards["l432"]), port_of(boards["l4r5"])
    assert (l432.uart.rx.port_base, l432.uart.rx.afr_index, l432.uart.rx.afr_shift) == (
        0x4800_0000,
        1,
        28,
    )
    assert l432.uart.rx.alternate_function == 3
    assert (l4r5.uart.tx.port_base, l4r5.uart.tx.afr_index) == (0x4800_1800, 0)
    assert {name: port_of(boards[name]).vddio2 for name in ("l432", "l475", "l4r5")} == {
        "l432": False,
        "l475": False,
        "l4r5": True,
    }


def test_channels_of_the_l432(boards: Boards) -> None:
    """DMA1 channel 6 at 0x4002006C, its flags from bit 20, its selection likewise."""
    port = port_of(boards["l432"])
    rx = port.rx_dma
    assert (rx.controller_base, rx.channel_base) == (0x4002_0000, 0x4002_006C)
    assert (rx.flags_shift, rx.select_shift, rx.request) == (20, 20, 2)
    assert port.tx_dma.channel_base == 0x4002_0080
    assert (port.has_dmamux, port.dma_enable_mask) == (False, 1)


def test_channels_of_the_l4r5(boards: Boards) -> None:
    """DMAMUX1's channel 0 feeds channel 1 of DMA1, its channel 7 the first of DMA2."""
    port = port_of(boards["l4r5"])
    assert (port.rx_dma.multiplexer_address, port.rx_dma.request) == (0x4002_0800, 34)
    assert (port.tx_dma.multiplexer_address, port.tx_dma.request) == (0x4002_0804, 35)
    assert (port.has_dmamux, port.dma_enable_mask) == (True, 5)
    tx = boards["l4r5"].uart.tx_dma.model_copy(update={"controller": "DMA2", "channel": 1})
    moved = port_of(change(boards["l4r5"], uart={"tx_dma": tx}))
    assert moved.tx_dma.multiplexer_address == 0x4002_081C
    assert moved.tx_dma.channel_base == 0x4002_0408
    assert (moved.uart.tx_line, moved.dma_enable_mask) == (56, 7)


@given(st.integers(1_000_000, 120_000_000), st.integers(9600, 3_000_000))
def test_the_nearest_lpuart_divider(kernel_hz: int, baud: int) -> None:
    """BRR counts 256ths: no neighbour is nearer to 256 * clock / baud."""
    divider, fractions = baud_divider("LPUART1", kernel_hz, baud)
    assert fractions == 256
    wanted = 256 * kernel_hz / baud
    assert abs(divider - wanted) <= 0.5 + 1e-6
