# SPDX-License-Identifier: Apache-2.0
"""A DMA channel that moves one block, once or in a circle: what channels and streams share.

Transfers are between a peripheral's data register and memory, of as many bytes at a request as the
peripheral wants, the same on both sides. A register counts the transfers that are left (CNDTR,
NDTR). The L4's channels (`dma_basic`) and the H7's streams (`dma_streams`) differ in the names and
places of registers, bits and flags, and in what happens when a block ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from hil.virtual.peripheral import Peripheral
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.dma_channels import DmaSystem, RequestChannel

EN = 1 << 0
COUNT_MASK = 0xFFFF


class SingleBlockChannel(RequestChannel):
    """One channel: its registers, its flags, and the block that it moves."""

    KIND: ClassVar[str]
    """What messages call it."""
    REGISTERS: ClassVar[Mapping[str, int]]
    """Names and reset values, in the order of their addresses."""
    CONTROL: ClassVar[str]
    COUNT: ClassVar[str]
    PERIPHERAL: ClassVar[str]
    MEMORY: ClassVar[str]
    """Names of the registers that the channel itself looks at."""
    FIXED: ClassVar[Mapping[str, int]]
    """Bits of the registers other than CONTROL that keep their reset value here."""
    MODELLED: ClassVar[int]
    """Bits of CONTROL with a meaning here."""
    FREE_WHILE_ON: ClassVar[int]
    """Bits of CONTROL that may change while the channel is on."""
    FROM_MEMORY: ClassVar[int]
    CIRCULAR: ClassVar[int]
    PERIPHERAL_INCREMENT: ClassVar[int]
    MEMORY_INCREMENT: ClassVar[int]
    HALF_ENABLE: ClassVar[int]
    COMPLETE_ENABLE: ClassVar[int]
    """Bits of CONTROL."""
    PERIPHERAL_SIZE: ClassVar[int]
    MEMORY_SIZE: ClassVar[int]
    """Positions in CONTROL of the widths, two bits each: 1, 2 or 4 bytes."""
    HALF_FLAG: ClassVar[int]
    COMPLETE_FLAG: ClassVar[int]
    """Bits of the channel's flags."""
    SWITCHES_OFF: ClassVar[bool]
    """Whether a block that is not circular clears EN at its end."""

    dma: SingleBlockDma

    def __init__(self, dma: SingleBlockDma, index: int) -> None:
        self.dma = dma
        self.index = index
        self.reset()

    def reset(self) -> None:
        """Off, every register at its reset value."""
        self.values = dict(self.REGISTERS)
        self.flags = 0
        self.request: int | None = None
        self._block_items = 0
        self._position = 0

    def broken(self, rule: Rule, detail: str, address: int | None = None) -> RuleBroken:
        """Make the exception for a rule that this channel breaks."""
        number = self.index + self.dma.FIRST_NUMBER
        return RuleBroken(rule, f"{self.dma.name} {self.KIND} {number}: {detail}", address)

    # -- registers -------------------------------------------------------------------------------

    def write(self, name: str, value: int) -> None:
        """Write a register."""
        if name == self.CONTROL:
            self._write_control(value)
            return
        if self.is_on:
            what = f"{name} is written while the {self.KIND} is on"
            raise self.broken(Rule.DMA_SETTINGS, what)
        if (value ^ self.values[name]) & self.FIXED.get(name, 0):
            raise self.broken(Rule.UNMODELLED_REGISTER, f"{name} = 0x{value:08x}")
        self.values[name] = value

    def _write_control(self, value: int) -> None:
        unknown = value & ~self.MODELLED
        if unknown:
            raise self.broken(
                Rule.UNMODELLED_REGISTER,
                f"write of {self.CONTROL} sets bits 0x{unknown:08x}, which are not modelled",
            )
        before = self.values[self.CONTROL]
        if before & value & EN and (before ^ value) & ~self.FREE_WHILE_ON:
            what = f"{self.CONTROL} is changed while the {self.KIND} is on"
            raise self.broken(Rule.DMA_SETTINGS, what)
        self.values[self.CONTROL] = value
        if value & ~before & EN:
            self._start()
        elif before & ~value & EN:
            self._stopped()
        self.update_line()
        if (value ^ before) & EN:
            self.dma.system.dma_clients.dma_changed()

    def update_line(self) -> None:
        """Drive the channel's interrupt."""
        control = self.values[self.CONTROL]
        active = self.flags & self.COMPLETE_FLAG if control & self.COMPLETE_ENABLE else 0
        active |= self.flags & self.HALF_FLAG if control & self.HALF_ENABLE else 0
        self.dma.system.nvic.set_line(self.dma.interrupts[self.index], bool(active))

    # -- blocks ----------------------------------------------------------------------------------

    @property
    def is_on(self) -> bool:
        """Whether the channel is enabled."""
        return bool(self.values[self.CONTROL] & EN)

    @property
    def is_running(self) -> bool:
        """Whether the channel answers requests."""
        return self.is_on and self.values[self.COUNT] > 0

    @property
    def width_bytes(self) -> int:
        """Bytes that one request moves."""
        return 1 << (self.values[self.CONTROL] >> self.PERIPHERAL_SIZE & 3)

    @property
    def bytes_left(self) -> int:
        """Bytes of the block still to move."""
        return self.values[self.COUNT] * self.width_bytes

    @property
    def from_memory(self) -> bool:
        """Whether the block goes from memory to a peripheral."""
        return bool(self.values[self.CONTROL] & self.FROM_MEMORY)

    @property
    def memory_address(self) -> int:
        """Where in memory the next byte lies."""
        return self._position

    def bytes_to_flag(self) -> int | None:
        """Bytes until the next flag that raises an interrupt, or None."""
        enabled, left = self.values[self.CONTROL], self.values[self.COUNT]
        half = self._block_items - self._block_items // 2
        candidates = []
        if enabled & self.HALF_ENABLE and left > half:
            candidates.append(left - half)
        if enabled & self.COMPLETE_ENABLE:
            candidates.append(left)
        return min(candidates) * self.width_bytes if candidates else None

    def selected_request(self) -> tuple[int | None, str]:
        """What the controller's CSELR or DMAMUX1 says."""
        return self.dma.selected_request(self.index)

    def _start(self) -> None:
        if not self.values[self.COUNT]:
            raise self.broken(Rule.DMA_SETTINGS, f"switched on with {self.COUNT} = 0")
        self._check_settings(self.values[self.CONTROL])
        self.request = self.checked_request(self.values[self.PERIPHERAL])
        self._block_items = self.values[self.COUNT]
        self._position = self.values[self.MEMORY]
        self.check_reach(self._position, self.bytes_left, write=not self.from_memory)

    def _check_settings(self, control: int) -> None:
        if not control & self.MEMORY_INCREMENT or control & self.PERIPHERAL_INCREMENT:
            raise self.broken(
                Rule.DMA_SETTINGS, "the memory address must increment, the other must not"
            )
        sizes = control >> self.PERIPHERAL_SIZE & 3, control >> self.MEMORY_SIZE & 3
        if 3 in sizes:
            raise self.broken(Rule.DMA_SETTINGS, "a width is reserved")
        if sizes[0] != sizes[1]:
            what = "the widths at the peripheral and at memory differ, which is not modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what)

    def _stopped(self) -> None:
        """Software has cleared EN."""

    def _advance(self, count: int) -> None:
        items = count // self.width_bytes
        left = self.values[self.COUNT] - items
        half = self._block_items - self._block_items // 2
        if left <= half < left + items:
            self.flags |= self.HALF_FLAG
        self._position += count
        if not left:
            self.flags |= self.COMPLETE_FLAG
            if self.values[self.CONTROL] & self.CIRCULAR:
                left = self._block_items
                self._position = self.values[self.MEMORY]
            elif self.SWITCHES_OFF:
                self.values[self.CONTROL] &= ~EN
        self.values[self.COUNT] = left


class SingleBlockDma(Peripheral[DmaSystem]):
    """One controller; subclasses add its flags and know how a channel's request is chosen."""

    CHANNEL: ClassVar[type[SingleBlockChannel]]
    CHANNELS: ClassVar[int]
    FIRST_NUMBER: ClassVar[int]
    """What the manual calls the first channel."""
    CHANNEL_BASE: ClassVar[int]
    """Offset of the first channel's registers."""
    CHANNEL_STRIDE: ClassVar[int]

    def __init__(
        self, system: DmaSystem, name: str, base: int, interrupts: tuple[int, ...]
    ) -> None:
        self.interrupts = interrupts
        self.channels = [self.CHANNEL(self, index) for index in range(self.CHANNELS)]
        self._channel_registers = dict(enumerate(self.CHANNEL.REGISTERS))
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Reset every channel."""
        super().reset()
        for channel in self.channels:
            channel.reset()

    def selected_request(self, index: int) -> tuple[int | None, str]:
        """The request that a channel listens to (None: none known), and how it was chosen."""
        raise NotImplementedError

    def line_is_on(self, line: int) -> bool:
        """Whether the channel that a line of DMAMUX1 feeds is enabled."""
        return self.channels[line].is_on

    def _locate(self, offset: int, size: int) -> tuple[SingleBlockChannel, str] | None:
        if offset < self.CHANNEL_BASE or size != 4:
            return None
        index, register = divmod(offset - self.CHANNEL_BASE, self.CHANNEL_STRIDE)
        name = None if register & 3 else self._channel_registers.get(register >> 2)
        return None if index >= self.CHANNELS or name is None else (self.channels[index], name)

    def read(self, offset: int, size: int) -> int:
        """Read a register, after moving what is due."""
        self.system.dma_clients.settle()
        located = self._locate(offset, size)
        if located is None:
            return super().read(offset, size)
        channel, name = located
        return channel.values[name]

    def write(self, offset: int, size: int, value: int) -> None:
        """Write a register, after moving what is due."""
        self.system.dma_clients.settle()
        located = self._locate(offset, size)
        if located is None:
            super().write(offset, size, value)
            return
        channel, name = located
        channel.write(name, value)

    def running(self, request: int) -> Iterator[SingleBlockChannel]:
        """Yield the running channels that answer a request."""
        for channel in self.channels:
            if channel.is_running and channel.request == request:
                yield channel
