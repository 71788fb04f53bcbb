# SPDX-License-Identifier: Apache-2.0
"""DMA1 and DMA2 of the STM32L4 and L4+: seven channels each, numbered from 1.

RM0351, RM0394 section 11, RM0432 section 13. Widths that differ at both ends and transfers from
memory to memory are refused as not modelled. On the L4 a channel listens to one of eight requests
(DMA_CSELR), on the L4+ to any (DMAMUX1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import Register
from hil.virtual.rules import Rule
from hil.virtual.stm32.dma_channels import DmaSystem
from hil.virtual.stm32.dma_single_block import (
    COUNT_MASK,
    EN,
    SingleBlockChannel,
    SingleBlockDma,
)
from hil.virtual.stm32.dmamux import RequestLines

TCIE, HTIE, TEIE, DIR, CIRC, PINC, MINC = (1 << bit for bit in range(1, 8))
SIZES, PRIORITY = 15 << 8, 3 << 12
FLAG_ANY, FLAG_COMPLETE, FLAG_HALF = 1, 2, 4


class Channel(SingleBlockChannel):
    """One channel: CCR, CNDTR, CPAR, CMAR."""

    KIND = "channel"
    REGISTERS: ClassVar[Mapping[str, int]] = {"CCR": 0, "CNDTR": 0, "CPAR": 0, "CMAR": 0}
    CONTROL, COUNT, PERIPHERAL, MEMORY = "CCR", "CNDTR", "CPAR", "CMAR"
    FIXED: ClassVar[Mapping[str, int]] = {"CNDTR": ~COUNT_MASK}
    MODELLED = EN | TCIE | HTIE | TEIE | DIR | CIRC | PINC | MINC | SIZES | PRIORITY
    FREE_WHILE_ON = EN | TCIE | HTIE | TEIE
    FROM_MEMORY, CIRCULAR = DIR, CIRC
    PERIPHERAL_INCREMENT, MEMORY_INCREMENT = PINC, MINC
    HALF_ENABLE, COMPLETE_ENABLE = HTIE, TCIE
    PERIPHERAL_SIZE, MEMORY_SIZE = 8, 10
    HALF_FLAG, COMPLETE_FLAG = FLAG_HALF, FLAG_COMPLETE
    SWITCHES_OFF = False


class BasicDma(SingleBlockDma):
    """One controller; subclasses know how a channel's request is chosen."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("ISR"),
        0x04: Register("IFCR", 0, 0x0FFF_FFFF, write_one=True),
    }
    CHANNEL = Channel
    CHANNELS, FIRST_NUMBER = 7, 1
    CHANNEL_BASE, CHANNEL_STRIDE = 0x08, 0x14

    def read_isr(self) -> int:
        """Four flags a channel."""
        value = 0
        for channel in self.channels:
            flags = channel.flags | (FLAG_ANY if channel.flags else 0)
            value |= flags << 4 * channel.index
        return value

    def write_ifcr(self, value: int) -> None:
        """Clear flags; CGIF clears all of a channel."""
        for channel in self.channels:
            clear = value >> 4 * channel.index & 15
            channel.flags &= 0 if clear & FLAG_ANY else ~clear
            channel.update_line()


class DmaSelected(BasicDma):
    """A controller of the L4, with DMA_CSELR. `requests` is keyed by (channel number, code)."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **BasicDma.REGISTERS,
        0xA8: Register("CSELR", 0, 0x0FFF_FFFF),
    }

    def __init__(
        self,
        system: DmaSystem,
        name: str,
        base: int,
        interrupts: tuple[int, ...],
        requests: Mapping[tuple[int, int], int],
    ) -> None:
        self.requests = requests
        super().__init__(system, name, base, interrupts)

    def selected_request(self, index: int) -> tuple[int | None, str]:
        """What CSELR says of a channel."""
        number, code = index + self.FIRST_NUMBER, self.values["CSELR"] >> 4 * index & 15
        return self.requests.get((number, code)), f"CSELR.C{number}S = {code}"

    def write_cselr(self, value: int) -> None:
        """Choose requests, of channels that are off."""
        changed = value ^ self.values["CSELR"]
        for channel in self.channels:
            if changed >> 4 * channel.index & 15 and channel.is_on:
                raise channel.broken(Rule.DMA_SETTINGS, "its request is changed while it is on")
        self.values["CSELR"] = value


class DmaMultiplexed(BasicDma):
    """A controller of the L4+, behind DMAMUX1; `first_line` is the one that feeds channel 1."""

    def __init__(
        self,
        system: DmaSystem,
        name: str,
        base: int,
        interrupts: tuple[int, ...],
        first_line: int,
    ) -> None:
        self.first_line = first_line
        self.dmamux: RequestLines | None = None
        super().__init__(system, name, base, interrupts)

    def selected_request(self, index: int) -> tuple[int | None, str]:
        """What DMAMUX1 says of a channel."""
        assert self.dmamux is not None
        return self.dmamux.selection(self.first_line + index)
