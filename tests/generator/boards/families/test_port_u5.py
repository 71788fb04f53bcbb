# SPDX-License-Identifier: Apache-2.0
"""A board's record to register values: against the manual's numbers, and refusals with theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.boards.checks import baud_divider
from generator.boards.families.u5.interrupts import INTERRUPTS
from generator.boards.families.u5.port import BOOSTER_INPUT_HZ, PortU5, choose_booster_divider
from generator.boards.port import make_port
from generator.boards.record import BoardSpec
from generator.errors import InputError
from tests.generator.record_changes import change


def port_of(board: BoardSpec) -> PortU5:
    port = make_port(board)
    assert isinstance(port, PortU5)
    return port


def faults_of(board: BoardSpec) -> list[str]:
    """What make_port says about a record."""
    with pytest.raises(InputError) as caught:
        make_port(board)
    return [str(fault) for fault in caught.value.faults]


def test_clock_of_the_u585(u585: BoardSpec) -> None:
    """4 MHz * 80 / 2; fields are values less one; the booster takes the 4 MHz undivided."""
    clock = port_of(u585).clock
    assert clock.summary == "MSIS 4 MHz / M 1 * N 80 = 320 MHz VCO, / R 2 = 160 MHz"
    assert (clock.pll_m_field, clock.pll_n_field, clock.pll_r_field) == (0, 79, 1)
    assert (clock.pll_source, clock.pll_input_range) == (1, 0)
    assert (clock.booster_divider_field, clock.booster_input_hz) == (0, 4_000_000)
    assert (clock.vos_field, clock.wait_states) == (3, 4)
    assert (clock.hpre_field, clock.ppre1_field, clock.ppre2_field) == (0, 0, 0)


def test_the_boards_with_a_crystal_say_so(u585: BoardSpec) -> None:
    """And one without keeps its MSI free."""
    clock = port_of(u585).clock
    assert (clock.msi_lse, clock.lse_start_seconds) == (True, 5)
    assert not port_of(change(u585, clock={"msi_lse": False})).clock.msi_lse


def test_uart_of_the_u585(u585: BoardSpec) -> None:
    """160 MHz / 174 = 919540 baud; PA9 and PA10 in the upper AFR; lines and channels of GPDMA1."""
    port = port_of(u585)
    uart = port.uart
    assert (uart.base, port.uart_enable_register) == (0x40013800, "APB2ENR")
    assert port.uart_enable_bit == 14
    assert (uart.brr, uart.brr_fractions) == (174, 1)
    assert uart.baud_error_percent == pytest.approx(-0.223, abs=1e-3)
    assert (uart.tx.port_base, uart.tx.afr_index, uart.tx.afr_shift) == (0x42020000, 1, 4)
    assert (uart.rx.number, uart.rx.afr_index, uart.rx.afr_shift) == (10, 1, 8)
    assert (port.rx_dma.channel_base, port.tx_dma.channel_base) == (0x40020050, 0x400200D0)
    assert (uart.uart_line, uart.rx_line, uart.tx_line) == (61, 29, 30)


def test_vectors_follow_the_channels(u585: BoardSpec) -> None:
    """Channel 8 and above have lines elsewhere; every other line is unexpected."""
    rx = u585.uart.rx_dma.model_copy(update={"channel": 15})
    vectors = port_of(change(u585, uart={"rx_dma": rx})).vectors
    handlers = {vector.number: vector.handler for vector in vectors}
    assert [vector.number for vector in vectors] == list(range(125))
    assert handlers[87] == "uart_rx_dma_interrupt"
    assert handlers[29] == "unexpected_interrupt"
    used = {number: handler for number, handler in handlers.items() if handler[:4] == "uart"}
    assert used == {
        61: "uart_interrupt",
        87: "uart_rx_dma_interrupt",
        30: "uart_tx_dma_interrupt",
    }


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *(("WWDG", 0), ("EXTI0", 11), ("EXTI15", 26), ("IWDG", 27), ("GPDMA1_CH0", 29)),
        *(("GPDMA1_CH7", 36), ("TIM2", 45), ("I2C1_EV", 55), ("SPI1", 59), ("USART1", 61)),
        *(("LPUART1", 66), ("OTG_FS", 73), ("GPDMA1_CH8", 80), ("GPDMA1_CH15", 87)),
        *(("SAI1", 90), ("RNG", 94), ("FPU", 95), ("ICACHE", 107), ("LPDMA1_CH0", 114)),
        *(("CORDIC", 123), ("FMAC", 124)),
    ],
)
def test_interrupt_numbers(name: str, number: int) -> None:
    """Spot checks against the manual's vector table."""
    assert INTERRUPTS[number] == name


def test_interrupt_names_are_unique() -> None:
    """No line has two numbers."""
    assert len(set(INTERRUPTS)) == len(INTERRUPTS) == 125


@given(st.integers(4_000_000, 48_000_000))
def test_the_booster_gets_its_clock(source_hz: int) -> None:
    """The smallest divider that brings the source within 4 to 16 MHz."""
    low, high = BOOSTER_INPUT_HZ
    divider = choose_booster_divider(source_hz)
    assert divider is not None
    assert low <= source_hz / divider <= high
    assert divider == 1 or source_hz / (divider - 1 if divider == 2 else divider - 2) > high


@pytest.mark.parametrize(
    ("source_hz", "divider"),
    [(3_900_000, None), (4_000_000, 1), (16_000_000, 1), (16_000_001, 2), (48_000_000, 4)],
)
def test_the_boosters_boundaries(source_hz: int, divider: int | None) -> None:
    """At and beside the limits."""
    assert choose_booster_divider(source_hz) == divider


@given(st.integers(4_000_000, 160_000_000), st.integers(9600, 3_000_000))
def test_the_nearest_baud_divider(kernel_hz: int, baud: int) -> None:
    """No neighbour of BRR has a bit time nearer to the wanted one."""
    divider, fractions = baud_divider("USART2", kernel_hz, baud)
    assert fractions == 1
    wanted = kernel_hz / baud
    assert abs(divider - wanted) <= min(abs(divider - 1 - wanted), abs(divider + 1 - wanted))


def test_another_source_is_refused(u585: BoardSpec) -> None:
    """This port starts from MSIS at 4 MHz only."""
    faults = faults_of(change(u585, clock={"source": "hse", "source_hz": 2_000_000}))
    assert any("starts from MSIS" in fault and "hse" in fault for fault in faults)
    assert any("booster" in fault for fault in faults)


def test_all_faults_come_together(u585: BoardSpec) -> None:
    """Source, PLL and tick in one report."""
    faults = faults_of(change(u585, clock={"source": "hsi16", "pll": None, "core_hz": 800_000_000}))
    assert len(faults) == 3
    assert "does not fit SysTick's 24 bits" in faults[2]


def test_the_watchdog_is_slower_than_the_tick(u585: BoardSpec) -> None:
    """A sleeping core wakes ten times a second; even a fast LSI leaves room."""
    port = port_of(u585)
    assert port.watchdog.shortest_ms > 5 * 1000 // port.tick_hz
    assert port.watchdog.reload <= 0xFFF
    assert port.tick_reload <= 0xFFFFFF
    assert (port.tick_reload + 1) * port.tick_hz == u585.clock.core_hz
