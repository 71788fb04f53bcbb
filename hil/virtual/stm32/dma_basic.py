# SPDX-License-Identifier: Apache-2.0
"""DMA1 and DMA2 of the STM32L4 and L4+: seven channels each, numbered from 1.

RM0351, RM0394 section 11, RM0432 section 13. Transfers are bytes between a peripheral's data
register and memory, which is what a UART needs; anything else is refused as not modelled. On the L4
a channel listens to one of eight requests (DMA_CSELR), on the L4+ to any (DMAMUX1).
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

CHANNELS = 7
CHANNEL_BASE, CHANNEL_STRIDE = 0x08, 0x14

EN, TCIE, HTIE, TEIE, DIR, CIRC, PINC, MINC = (1 << bit for bit in range(8))
CCR_MODELLED = 0xFF | 3 << 12
"""Priority is of no effect; other widths than bytes and memory to memory are not modelled."""
FLAG_ANY, FLAG_COMPLETE, FLAG_HALF = 1, 2, 4
COUNT_MASK = 0xFFFF


class Channel(RequestChannel):
    """One channel: CCR, CNDTR, CPAR, CMAR, its flags, and the block that it moves."""

    dma: DmaV1

    def __init__(self, dma: DmaV1, number: int) -> None:
        self.dma = dma
        self.number = number
        self.reset()

    def reset(self) -> None:
        """Off, everything zero."""
        self.values = dict.fromkeys(("CCR", "CNDTR", "CPAR", "CMAR"), 0)
        self.flags = 0
        self.request: int | None = None
        self.block_bytes = 0
        self._position = 0

    def broken(self, rule: Rule, detail: str, address: int | None = None) -> RuleBroken:
        """Make the exception for a rule that this channel breaks."""
        return RuleBroken(rule, f"{self.dma.name} channel {self.number}: {detail}", address)

    # -- registers -------------------------------------------------------------------------------

    def write(self, name: str, value: int) -> None:
        """Write a register."""
        if name == "CCR":
            self._write_ccr(value)
            return
        if self.values["CCR"] & EN:
            raise self.broken(Rule.DMA_SETTINGS, f"{name} is written while the channel is on")
        if name == "CNDTR" and value > COUNT_MASK:
            raise self.broken(Rule.UNMODELLED_REGISTER, f"CNDTR = 0x{value:08x}")
        self.values[name] = value

    def _write_ccr(self, value: int) -> None:
        unknown = value & ~CCR_MODELLED
        if unknown:
            raise self.broken(
                Rule.UNMODELLED_REGISTER,
                f"write of CCR sets bits 0x{unknown:08x}, which are not modelled",
            )
        before = self.values["CCR"]
        if before & value & EN and (before ^ value) & ~(EN | TCIE | HTIE | TEIE):
            raise self.broken(Rule.DMA_SETTINGS, "CCR is changed while the channel is on")
        self.values["CCR"] = value
        if value & EN and not before & EN:
            self._start()
        self.update_line()
        if (value ^ before) & EN:
            self.dma.machine.usart.dma_changed()

    def update_line(self) -> None:
        """Drive the channel's interrupt."""
        active = self.flags & self.values["CCR"] & (TCIE | HTIE | TEIE)
        self.dma.machine.nvic.set_line(self.dma.interrupts[self.number - 1], bool(active))

    # -- blocks ----------------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether the channel answers requests."""
        return bool(self.values["CCR"] & EN) and self.bytes_left > 0

    @property
    def bytes_left(self) -> int:
        """Bytes of the block still to move."""
        return self.values["CNDTR"]

    @property
    def from_memory(self) -> bool:
        """Whether the block goes from memory to a peripheral."""
        return bool(self.values["CCR"] & DIR)

    def bytes_to_flag(self) -> int | None:
        """Bytes until the next flag that raises an interrupt, or None."""
        enabled, left = self.values["CCR"], self.bytes_left
        half = self.block_bytes - self.block_bytes // 2
        candidates = []
        if enabled & HTIE and left > half:
            candidates.append(left - half)
        if enabled & TCIE:
            candidates.append(left)
        return min(candidates, default=None)

    def _start(self) -> None:
        control = self.values["CCR"]
        if not self.bytes_left:
            raise self.broken(Rule.DMA_SETTINGS, "switched on with CNDTR = 0")
        if not control & MINC or control & PINC:
            raise self.broken(
                Rule.DMA_SETTINGS, "the memory address must increment, the other must not"
            )
        self.request = self.checked_request(self.values["CPAR"])
        self.block_bytes = self.bytes_left
        self._position = self.values["CMAR"]
        self.check_reach(self._position, self.block_bytes, write=not self.from_memory)

    def selected_request(self) -> tuple[int | None, str]:
        """What CSELR or DMAMUX1 says."""
        return self.dma.selected_request(self.number)

    def _advance(self, count: int) -> None:
        left = self.bytes_left - count
        half = self.block_bytes - self.block_bytes // 2
        if left <= half < left + count:
            self.flags |= FLAG_HALF
        self._position += count
        if not left:
            self.flags |= FLAG_COMPLETE
            if self.values["CCR"] & CIRC:
                left = self.block_bytes
                self._position = self.values["CMAR"]
        self.values["CNDTR"] = left

    @property
    def memory_address(self) -> int:
        """Where in memory the next byte lies."""
        return self._position


class DmaV1(Peripheral):
    """One controller; subclasses know how a channel's request is chosen."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("ISR"),
        0x04: Register("IFCR", 0, 0x0FFF_FFFF, write_one=True),
    }
    _CHANNEL_REGISTERS: ClassVar[Mapping[int, str]] = {
        0x00: "CCR", 0x04: "CNDTR", 0x08: "CPAR", 0x0C: "CMAR",
    }  # fmt: skip

    def __init__(self, machine: Machine, name: str, base: int, interrupts: tuple[int, ...]) -> None:
        self.interrupts = interrupts
        self.channels = [Channel(self, number) for number in range(1, CHANNELS + 1)]
        super().__init__(machine, name, base)

    def reset(self) -> None:
        """Reset every channel."""
        super().reset()
        for channel in self.channels:
            channel.reset()

    def selected_request(self, channel: int) -> tuple[int | None, str]:
        """The request that a channel listens to (None: none known), and how it was chosen."""
        raise NotImplementedError

    def is_on(self, channel: int) -> bool:
        """Whether a channel is enabled."""
        return bool(self.channels[channel - 1].values["CCR"] & EN)

    def line_is_on(self, line: int) -> bool:
        """Whether the channel that a line of DMAMUX1 feeds is enabled."""
        return self.is_on(line + 1)

    def _locate(self, offset: int, size: int) -> tuple[Channel, str] | None:
        if offset < CHANNEL_BASE or size != 4:
            return None
        index, register = divmod(offset - CHANNEL_BASE, CHANNEL_STRIDE)
        name = self._CHANNEL_REGISTERS.get(register)
        return None if index >= CHANNELS or name is None else (self.channels[index], name)

    def read(self, offset: int, size: int) -> int:
        """Read a register, after moving what is due."""
        self.machine.settle()
        located = self._locate(offset, size)
        if located is None:
            return super().read(offset, size)
        channel, name = located
        return channel.values[name]

    def write(self, offset: int, size: int, value: int) -> None:
        """Write a register, after moving what is due."""
        self.machine.catch_up()
        located = self._locate(offset, size)
        if located is None:
            super().write(offset, size, value)
            return
        channel, name = located
        channel.write(name, value)

    def read_isr(self) -> int:
        """Four flags a channel."""
        value = 0
        for channel in self.channels:
            flags = channel.flags | (FLAG_ANY if channel.flags else 0)
            value |= flags << 4 * (channel.number - 1)
        return value

    def write_ifcr(self, value: int) -> None:
        """Clear flags; CGIF clears all of a channel."""
        for channel in self.channels:
            clear = value >> 4 * (channel.number - 1) & 15
            channel.flags &= 0 if clear & FLAG_ANY else ~clear
            channel.update_line()

    def running(self, request: int) -> Iterator[Channel]:
        """Yield the running channels that answer a request."""
        for channel in self.channels:
            if channel.is_running and channel.request == request:
                yield channel


class DmaSelected(DmaV1):
    """A controller of the L4, with DMA_CSELR. `requests` is keyed by (channel, code)."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **DmaV1.REGISTERS,
        0xA8: Register("CSELR", 0, 0x0FFF_FFFF),
    }

    def __init__(
        self,
        machine: Machine,
        name: str,
        base: int,
        interrupts: tuple[int, ...],
        requests: Mapping[tuple[int, int], int],
    ) -> None:
        self.requests = requests
        super().__init__(machine, name, base, interrupts)

    def selected_request(self, channel: int) -> tuple[int | None, str]:
        """What CSELR says of a channel."""
        code = self.values["CSELR"] >> 4 * (channel - 1) & 15
        return self.requests.get((channel, code)), f"CSELR.C{channel}S = {code}"

    def write_cselr(self, value: int) -> None:
        """Choose requests, of channels that are off."""
        changed = value ^ self.values["CSELR"]
        for channel in self.channels:
            if changed >> 4 * (channel.number - 1) & 15 and self.is_on(channel.number):
                raise channel.broken(Rule.DMA_SETTINGS, "its request is changed while it is on")
        self.values["CSELR"] = value


class DmaMultiplexed(DmaV1):
    """A controller of the L4+, behind DMAMUX1; `first_line` is the one that feeds channel 1."""

    def __init__(
        self,
        machine: Machine,
        name: str,
        base: int,
        interrupts: tuple[int, ...],
        first_line: int,
    ) -> None:
        self.first_line = first_line
        self.dmamux: RequestLines | None = None
        super().__init__(machine, name, base, interrupts)

    def selected_request(self, channel: int) -> tuple[int | None, str]:
        """What DMAMUX1 says of a channel."""
        assert self.dmamux is not None
        line = self.first_line + channel - 1
        request = self.dmamux.request(line)
        return request, f"DMAMUX1_C{line}CR.DMAREQ_ID = {request}"
