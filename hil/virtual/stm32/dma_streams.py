# SPDX-License-Identifier: Apache-2.0
"""DMA1 and DMA2 of the STM32H7: eight streams each, behind DMAMUX1 (RM0433, RM0455 section 15).

Streams work in direct mode. The FIFO, bursts, double buffers, widths that differ at both ends and
memory to memory are refused as not modelled.
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

DMEIE, TEIE, HTIE, TCIE = (1 << bit for bit in range(1, 5))
DIR, CIRC, PINC, MINC, TRBUFF = 1 << 6, 1 << 8, 1 << 9, 1 << 10, 1 << 20
SIZES, PRIORITY = 15 << 11, 3 << 16
FCR_START = 0x21
"""Direct mode; the FIFO is empty."""
FEIF, DMEIF, TEIF, HTIF, TCIF = 1 << 0, 1 << 2, 1 << 3, 1 << 4, 1 << 5
FLAGS = FEIF | DMEIF | TEIF | HTIF | TCIF
FLAG_POSITIONS = (0, 6, 16, 22)


class Stream(SingleBlockChannel):
    """One stream: CR, NDTR, PAR, M0AR, M1AR, FCR."""

    KIND = "stream"
    REGISTERS: ClassVar[Mapping[str, int]] = {
        "CR": 0, "NDTR": 0, "PAR": 0, "M0AR": 0, "M1AR": 0, "FCR": FCR_START,
    }  # fmt: skip
    CONTROL, COUNT, PERIPHERAL, MEMORY = "CR", "NDTR", "PAR", "M0AR"
    FIXED: ClassVar[Mapping[str, int]] = {"NDTR": ~COUNT_MASK, "M1AR": ~0, "FCR": ~0}
    MODELLED = (
        EN | DMEIE | TEIE | HTIE | TCIE | DIR | CIRC | PINC | MINC | SIZES
        | PRIORITY | TRBUFF
    )  # fmt: skip
    FREE_WHILE_ON = EN | DMEIE | TEIE | HTIE | TCIE
    FROM_MEMORY, CIRCULAR = DIR, CIRC
    PERIPHERAL_INCREMENT, MEMORY_INCREMENT = PINC, MINC
    HALF_ENABLE, COMPLETE_ENABLE = HTIE, TCIE
    PERIPHERAL_SIZE, MEMORY_SIZE = 11, 13
    HALF_FLAG, COMPLETE_FLAG = HTIF, TCIF
    SWITCHES_OFF = True

    dma: StreamDma

    def _check_settings(self, control: int) -> None:
        if self.flags:
            what = f"switched on with flags of the block before (0x{self.flags:02x}) not cleared"
            raise self.broken(Rule.DMA_SETTINGS, what)
        super()._check_settings(control)
        if self.dma.needs_trbuff and not control & TRBUFF and self._serves_uart():
            what = "TRBUFF is 0; without it a stream can lock up on a UART"
            raise self.broken(Rule.DMA_SETTINGS, what)

    def _serves_uart(self) -> bool:
        """Whether the stream moves bytes, as no modelled peripheral but a UART does."""
        return self.width_bytes == 1

    def _stopped(self) -> None:
        """Say that the block has ended, as a stream does that software stops."""
        if self.bytes_left:
            self.flags |= TCIF


class StreamDma(SingleBlockDma):
    """One controller; `first_line` of DMAMUX1 feeds its stream 0."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("LISR"),
        0x04: Register("HISR"),
        0x08: Register("LIFCR", 0, 0x0F7D_0F7D, write_one=True),
        0x0C: Register("HIFCR", 0, 0x0F7D_0F7D, write_one=True),
    }
    CHANNEL = Stream
    CHANNELS, FIRST_NUMBER = 8, 0
    CHANNEL_BASE, CHANNEL_STRIDE = 0x10, 0x18

    def __init__(
        self,
        system: DmaSystem,
        name: str,
        base: int,
        interrupts: tuple[int, ...],
        *,
        first_line: int,
        needs_trbuff: bool,
    ) -> None:
        self.first_line = first_line
        self.needs_trbuff = needs_trbuff
        """Whether the chip's streams need TRBUFF to serve a UART (ES0392, ES0478)."""
        self.dmamux: RequestLines | None = None
        super().__init__(system, name, base, interrupts)

    def selected_request(self, index: int) -> tuple[int | None, str]:
        """What DMAMUX1 says of a stream."""
        assert self.dmamux is not None
        return self.dmamux.selection(self.first_line + index)

    def _four(self, first: int) -> list[tuple[SingleBlockChannel, int]]:
        return list(zip(self.channels[first : first + 4], FLAG_POSITIONS, strict=True))

    def read_lisr(self) -> int:
        """Flags of streams 0 to 3."""
        return sum(stream.flags << position for stream, position in self._four(0))

    def read_hisr(self) -> int:
        """Flags of streams 4 to 7."""
        return sum(stream.flags << position for stream, position in self._four(4))

    def _clear(self, first: int, value: int) -> None:
        for stream, position in self._four(first):
            stream.flags &= ~(value >> position & FLAGS)
            stream.update_line()

    def write_lifcr(self, value: int) -> None:
        """Clear flags of streams 0 to 3."""
        self._clear(0, value)

    def write_hifcr(self, value: int) -> None:
        """Clear flags of streams 4 to 7."""
        self._clear(4, value)
