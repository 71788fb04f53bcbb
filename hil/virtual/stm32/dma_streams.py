# SPDX-License-Identifier: Apache-2.0
"""DMA1 and DMA2 of the STM32H7: eight streams each, behind DMAMUX1 (RM0433, RM0455 section 15).

Transfers are bytes between a peripheral's data register and memory in direct mode, which is what a
UART needs. The FIFO, bursts, double buffers, other widths and memory to memory are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.dma_channels import RequestChannel

if TYPE_CHECKING:
    from hil.virtual.machine import Machine
    from hil.virtual.stm32.dmamux import RequestLines

STREAMS = 8
STREAM_BASE, STREAM_STRIDE = 0x10, 0x18

EN, DMEIE, TEIE, HTIE, TCIE = (1 << bit for bit in range(5))
FROM_MEMORY, CIRC, PINC, MINC, TRBUFF = 1 << 6, 1 << 8, 1 << 9, 1 << 10, 1 << 20
PRIORITY = 3 << 16
CR_MODELLED = EN | DMEIE | TEIE | HTIE | TCIE | FROM_MEMORY | CIRC | PINC | MINC | PRIORITY | TRBUFF
FCR_START = 0x21
"""Direct mode; the FIFO is empty."""
FEIF, DMEIF, TEIF, HTIF, TCIF = 1 << 0, 1 << 2, 1 << 3, 1 << 4, 1 << 5
FLAGS = FEIF | DMEIF | TEIF | HTIF | TCIF
FLAG_POSITIONS = (0, 6, 16, 22)
COUNT_MASK = 0xFFFF


class Stream(RequestChannel):
    """One stream: CR, NDTR, PAR, M0AR, M1AR, FCR, its flags, and the block that it moves."""

    dma: StreamDma

    def __init__(self, dma: StreamDma, number: int) -> None:
        self.dma = dma
        self.number = number
        self.reset()

    def reset(self) -> None:
        """Off, everything zero."""
        self.values = dict.fromkeys(("CR", "NDTR", "PAR", "M0AR", "M1AR"), 0)
        self.values["FCR"] = FCR_START
        self.flags = 0
        self.request: int | None = None
        self.block_bytes = 0
        self._position = 0

    def broken(self, rule: Rule, detail: str, address: int | None = None) -> RuleBroken:
        """Make the exception for a rule that this stream breaks."""
        return RuleBroken(rule, f"{self.dma.name} stream {self.number}: {detail}", address)

    # -- registers -------------------------------------------------------------------------------

    def write(self, name: str, value: int) -> None:
        """Write a register."""
        if name == "CR":
            self._write_cr(value)
            return
        if self.values["CR"] & EN:
            raise self.broken(Rule.DMA_SETTINGS, f"{name} is written while the stream is on")
        unmodelled = {"NDTR": ~COUNT_MASK, "M1AR": ~0, "FCR": ~0}.get(name, 0)
        if (value ^ self.values[name]) & unmodelled & 0xFFFF_FFFF:
            raise self.broken(Rule.UNMODELLED_REGISTER, f"{name} = 0x{value:08x}")
        self.values[name] = value

    def _write_cr(self, value: int) -> None:
        unknown = value & ~CR_MODELLED
        if unknown:
            raise self.broken(
                Rule.UNMODELLED_REGISTER,
                f"write of CR sets bits 0x{unknown:08x}, which are not modelled",
            )
        before = self.values["CR"]
        if before & value & EN and (before ^ value) & ~(EN | DMEIE | TEIE | HTIE | TCIE):
            raise self.broken(Rule.DMA_SETTINGS, "CR is changed while the stream is on")
        self.values["CR"] = value
        if value & EN and not before & EN:
            self._start()
        elif before & EN and not value & EN and self.bytes_left:
            self.flags |= TCIF  # A stream stopped by software says that it has ended.
        self.update_line()
        if (value ^ before) & EN:
            self.dma.machine.usart.dma_changed()

    def update_line(self) -> None:
        """Drive the stream's interrupt."""
        enabled = self.values["CR"]
        active = self.flags & TCIF if enabled & TCIE else 0
        active |= self.flags & HTIF if enabled & HTIE else 0
        active |= self.flags & TEIF if enabled & TEIE else 0
        self.dma.machine.nvic.set_line(self.dma.interrupts[self.number], bool(active))

    # -- blocks ----------------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether the stream answers requests."""
        return bool(self.values["CR"] & EN) and self.bytes_left > 0

    @property
    def bytes_left(self) -> int:
        """Bytes of the block still to move."""
        return self.values["NDTR"]

    @property
    def from_memory(self) -> bool:
        """Whether the block goes from memory to a peripheral."""
        return bool(self.values["CR"] & FROM_MEMORY)

    @property
    def memory_address(self) -> int:
        """Where in memory the next byte lies."""
        return self._position

    def bytes_to_flag(self) -> int | None:
        """Bytes until the next flag that raises an interrupt, or None."""
        enabled, left = self.values["CR"], self.bytes_left
        half = self.block_bytes - self.block_bytes // 2
        candidates = []
        if enabled & HTIE and left > half:
            candidates.append(left - half)
        if enabled & TCIE:
            candidates.append(left)
        return min(candidates, default=None)

    def selected_request(self) -> tuple[int | None, str]:
        """What DMAMUX1 says."""
        assert self.dma.dmamux is not None
        line = self.dma.first_line + self.number
        request = self.dma.dmamux.request(line)
        return request, f"DMAMUX1_C{line}CR.DMAREQ_ID = {request}"

    def _start(self) -> None:
        control = self.values["CR"]
        if not self.bytes_left:
            raise self.broken(Rule.DMA_SETTINGS, "switched on with NDTR = 0")
        if self.flags:
            what = f"switched on with flags of the block before (0x{self.flags:02x}) not cleared"
            raise self.broken(Rule.DMA_SETTINGS, what)
        if not control & MINC or control & PINC:
            raise self.broken(
                Rule.DMA_SETTINGS, "the memory address must increment, the other must not"
            )
        if self.dma.needs_trbuff and not control & TRBUFF:
            what = "TRBUFF is 0; without it a stream can lock up on a UART"
            raise self.broken(Rule.DMA_SETTINGS, what)
        self.request = self.checked_request(self.values["PAR"])
        self.block_bytes = self.bytes_left
        self._position = self.values["M0AR"]
        self.check_reach(self._position, self.block_bytes, write=not self.from_memory)

    def _advance(self, count: int) -> None:
        left = self.bytes_left - count
        half = self.block_bytes - self.block_bytes // 2
        if left <= half < left + count:
            self.flags |= HTIF
        self._position += count
        if not left:
            self.flags |= TCIF
            if self.values["CR"] & CIRC:
                left = self.block_bytes
                self._position = self.values["M0AR"]
            else:
                self.values["CR"] &= ~EN
        self.values["NDTR"] = left


class StreamDma(Peripheral):
    """One controller; `first_line` of DMAMUX1 feeds its stream 0."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("LISR"),
        0x04: Register("HISR"),
        0x08: Register("LIFCR", 0, 0x0F7D_0F7D, write_one=True),
        0x0C: Register("HIFCR", 0, 0x0F7D_0F7D, write_one=True),
    }
    _STREAM_REGISTERS: ClassVar[Mapping[int, str]] = {
        0x00: "CR", 0x04: "NDTR", 0x08: "PAR", 0x0C: "M0AR", 0x10: "M1AR", 0x14: "FCR",
    }  # fmt: skip

    def __init__(
        self,
        machine: Machine,
        name: str,
        base: int,
        interrupts: tuple[int, ...],
        *,
        first_line: int,
        needs_trbuff: bool,
    ) -> None:
        self.interrupts = interrupts
        self.first_line = first_line
        self.needs_trbuff = needs_trbuff
        """Whether the chip's streams need TRBUFF to serve a UART (ES0392, ES0478)."""
        self.dmamux: RequestLines | None = None
        self.streams = [Stream(self, number) for number in range(STREAMS)]
        super().__init__(machine, name, base)

    def reset(self) -> None:
        """Reset every stream."""
        super().reset()
        for stream in self.streams:
            stream.reset()

    def line_is_on(self, line: int) -> bool:
        """Whether the stream that a line of DMAMUX1 feeds is enabled."""
        return bool(self.streams[line].values["CR"] & EN)

    def _locate(self, offset: int, size: int) -> tuple[Stream, str] | None:
        if offset < STREAM_BASE or size != 4:
            return None
        index, register = divmod(offset - STREAM_BASE, STREAM_STRIDE)
        name = self._STREAM_REGISTERS.get(register)
        return None if index >= STREAMS or name is None else (self.streams[index], name)

    def read(self, offset: int, size: int) -> int:
        """Read a register, after moving what is due."""
        self.machine.settle()
        located = self._locate(offset, size)
        if located is None:
            return super().read(offset, size)
        stream, name = located
        return stream.values[name]

    def write(self, offset: int, size: int, value: int) -> None:
        """Write a register, after moving what is due."""
        self.machine.catch_up()
        located = self._locate(offset, size)
        if located is None:
            super().write(offset, size, value)
            return
        stream, name = located
        stream.write(name, value)

    def _four(self, first: int) -> list[tuple[Stream, int]]:
        return list(zip(self.streams[first : first + 4], FLAG_POSITIONS, strict=True))

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

    def running(self, request: int) -> Iterator[Stream]:
        """Yield the running streams that answer a request."""
        for stream in self.streams:
            if stream.is_running and stream.request == request:
                yield stream
