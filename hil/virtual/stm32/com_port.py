# SPDX-License-Identifier: Apache-2.0
"""The UART that a board's COM port is wired to; the chip's others are not modelled."""

from __future__ import annotations

from hil.virtual.serial_line import HostLine
from hil.virtual.stm32.chip import Chip, ChipSystem, Parts
from hil.virtual.stm32.usart import Usart
from hil.virtual.stm32.usart_registers import UsartConnections
from hil.virtual.stm32.wired_pins import WiredPins


def make_com_port(chip: Chip, system: ChipSystem, parts: Parts, line: HostLine) -> Usart:
    """Make the UART as the board's wiring says, with the chip's other parts around it."""
    wiring = system.wiring
    place = chip.usarts[wiring.usart]
    connections = UsartConnections(
        interrupt=place.interrupt,
        rx_request=place.rx_request,
        tx_request=place.tx_request,
        dma=parts.dma,
        clocks=parts.rcc,
        pins=WiredPins(wiring.pins, parts.gpio, chip.clocks, parts.rcc, parts.pwr),
        line=line,
    )
    return place.make(system, wiring.usart, chip.bases[wiring.usart], connections)
