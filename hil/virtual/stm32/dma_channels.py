# SPDX-License-Identifier: Apache-2.0
"""What a UART and DMA ask of each other, whatever the controller."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Protocol

from hil.virtual.peripheral import Peripheral
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.system import Interrupting, MasterPort, MemoryAccess


class DmaClient(Protocol):
    """A peripheral that DMA moves bytes for: the UART."""

    rx_request: int
    tx_request: int
    """Numbers of its requests."""

    @property
    def name(self) -> str:
        """Its name."""

    def data_address(self, transmit: bool) -> int:
        """Address of its data register for transmission or reception."""

    def dma_changed(self) -> None:
        """Look again: a channel that may be its own was started or stopped."""

    def catch_up(self) -> None:
        """Move what is due by now."""

    def settle(self) -> None:
        """Do so only if something has become due."""


class DmaSystem(Interrupting, MemoryAccess, Protocol):
    """What a DMA controller needs of the machine."""

    @property
    def bus_memory(self) -> MasterPort:
        """Memory as DMA sees it."""

    @property
    def usart(self) -> DmaClient:
        """The one peripheral that is served."""


class DmaChannel(Protocol):
    """A channel that moves bytes for a peripheral's request."""

    @property
    def bytes_left(self) -> int:
        """Bytes of the block still to move."""

    def bytes_to_flag(self) -> int | None:
        """Bytes until the next flag that raises an interrupt, or None."""

    def push(self, data: bytes) -> int:
        """Move bytes from the peripheral to memory; return how many the channel took."""

    @property
    def memory_address(self) -> int:
        """Where in memory the next byte lies."""

    def count_moved(self, count: int) -> None:
        """Count bytes of the block that somebody else has moved from the peripheral to memory."""

    def pull(self, count: int) -> bytes:
        """Move up to `count` bytes of the block from memory to the peripheral."""


class ByteChannel(ABC):
    """Bytes between a peripheral and memory: the part in which no controller differs."""

    dma: Peripheral[DmaSystem]

    @property
    @abstractmethod
    def is_running(self) -> bool:
        """Whether the channel is enabled and has a block to move."""

    @property
    @abstractmethod
    def from_memory(self) -> bool:
        """Whether the bytes go from memory to the peripheral."""

    @property
    @abstractmethod
    def bytes_left(self) -> int:
        """Bytes of the block still to move."""

    @property
    @abstractmethod
    def memory_address(self) -> int:
        """Where in memory the next byte lies."""

    @abstractmethod
    def broken(self, rule: Rule, detail: str, address: int | None = None) -> RuleBroken:
        """Make the exception for a rule that this channel breaks."""

    @abstractmethod
    def update_line(self) -> None:
        """Raise or lower the channel's interrupt by its flags."""

    @abstractmethod
    def _advance(self, count: int) -> None:
        """Count `count` moved bytes; set flags and go on to the next block where one ends."""

    def push(self, data: bytes) -> int:
        """Move bytes from the peripheral to memory; return how many the channel took."""
        taken = 0
        while taken < len(data) and self.is_running and not self.from_memory:
            count = min(len(data) - taken, self.bytes_left)
            self.dma.system.bus_memory.write(self.memory_address, data[taken : taken + count])
            self._advance(count)
            taken += count
        if taken:
            self.update_line()
        return taken

    def count_moved(self, count: int) -> None:
        """Count bytes of the block that somebody else has moved from the peripheral to memory."""
        self._advance(count)
        self.update_line()

    def pull(self, count: int) -> bytes:
        """Move up to `count` bytes of the block from memory to the peripheral."""
        if not (self.is_running and self.from_memory):
            return b""
        count = min(count, self.bytes_left)
        data = self.dma.system.bus_memory.read(self.memory_address, count)
        self._advance(count)
        self.update_line()
        return data

    def check_reach(self, address: int, size: int, *, write: bool) -> None:
        """Raise unless all bytes of a block are in one memory that the controller reaches."""
        machine = self.dma.system
        region = machine.core.region_of(address, size)
        verb = "writes to" if write else "reads from"
        span = f"{verb} 0x{address:08x}..0x{address + size - 1:08x}"
        if region is None:
            what = f"{span}, where no memory is"
        elif region.is_tcm:
            what = f"{span}, which is {region.name}: only the core reaches it"
        elif write and not region.is_ram:
            what = f"{span}, which is {region.name}"
        else:
            machine.bus_memory.check_clock(address, size)
            if write:
                machine.bus_memory.watch(address, size)
            return
        raise self.broken(Rule.DMA_UNREACHABLE, what, address)


class RequestChannel(ByteChannel):
    """A channel whose request is chosen outside it, by CSELR or a DMAMUX."""

    @abstractmethod
    def selected_request(self) -> tuple[int | None, str]:
        """The request that the channel listens to (None: none known), and how it was chosen."""

    def checked_request(self, peripheral_address: int) -> int:
        """Return the request of the block's direction; raise if it is not what is chosen."""
        request, how = self.selected_request()
        usart = self.dma.system.usart
        wanted = usart.tx_request if self.from_memory else usart.rx_request
        direction = "transmission" if self.from_memory else "reception"
        if request != wanted:
            raise self.broken(
                Rule.DMA_REQUEST, f"{how} is not the request of {usart.name}'s {direction}"
            )
        register = usart.data_address(transmit=self.from_memory)
        if peripheral_address != register:
            raise self.broken(
                Rule.DMA_SETTINGS,
                f"{how} belongs to 0x{register:08x}, the peripheral address is"
                f" 0x{peripheral_address:08x}",
                peripheral_address,
            )
        return wanted


class DmaController(Protocol):
    """One controller, or several taken together."""

    def running(self, request: int) -> Iterator[DmaChannel]:
        """Yield the running channels that answer a request."""


class DmaControllers:
    """Several controllers that share the requests."""

    def __init__(self, members: Iterable[DmaController]) -> None:
        self.members = tuple(members)

    def running(self, request: int) -> Iterator[DmaChannel]:
        """Yield the running channels of all controllers that answer a request."""
        for member in self.members:
            yield from member.running(request)
