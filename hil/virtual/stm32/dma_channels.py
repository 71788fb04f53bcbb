# SPDX-License-Identifier: Apache-2.0
"""What peripherals and DMA ask of each other, whatever the controller."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from hil.virtual.peripheral import Peripheral
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.system import Interrupting, MasterPort, MemoryAccess


@dataclass(frozen=True, slots=True)
class DmaRequest:
    """One request of a peripheral: its number, whose it is, and what a transfer has to be."""

    number: int
    whose: str
    """As messages say it: "USART1's reception"."""
    register: int
    """Address of the data register."""
    from_memory: bool = False
    widths_bytes: tuple[int, ...] = (1,)
    """How many bytes of the data register a request may move."""


class DmaClient(Protocol):
    """A peripheral that DMA moves data for: a UART, a microphone's filter."""

    @property
    def dma_requests(self) -> tuple[DmaRequest, ...]:
        """Its requests."""

    def dma_changed(self) -> None:
        """Look again: a channel that may be its own was started or stopped."""

    def catch_up(self) -> None:
        """Move what is due by now."""

    def settle(self) -> None:
        """Do so only if something has become due."""


class DmaClients:
    """All peripherals of a machine that DMA moves data for."""

    def __init__(self, members: Iterable[DmaClient] = ()) -> None:
        self.members = tuple(members)
        self._requests = {
            request.number: request for member in self.members for request in member.dma_requests
        }

    def settle(self) -> None:
        """Move what has become due."""
        for member in self.members:
            member.settle()

    def dma_changed(self) -> None:
        """Look again: a channel was started or stopped."""
        for member in self.members:
            member.dma_changed()

    def request(self, number: int | None) -> DmaRequest | None:
        """The request with a number, if a modelled peripheral has it."""
        return None if number is None else self._requests.get(number)

    def names(self, *, from_memory: bool) -> str:
        """Whose requests there are in a direction, for messages."""
        requests = self._requests.values()
        return " or ".join(one.whose for one in requests if one.from_memory == from_memory)


class DmaSystem(Interrupting, MemoryAccess, Protocol):
    """What a DMA controller needs of the machine."""

    @property
    def bus_memory(self) -> MasterPort:
        """Memory as DMA sees it."""

    @property
    def dma_clients(self) -> DmaClients:
        """The peripherals that are served."""


class DmaChannel(Protocol):
    """A channel that moves bytes for a peripheral's request."""

    @property
    def width_bytes(self) -> int:
        """Bytes that one request moves."""

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
    """Bytes between a peripheral and memory: the part in which no controller differs.

    Where a request moves more than one byte, all counts of bytes are multiples of its width.
    """

    dma: Peripheral[DmaSystem]

    @property
    @abstractmethod
    def width_bytes(self) -> int:
        """Bytes that one request moves."""

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

    def check_transfer(self, request: DmaRequest, peripheral_address: int, how: str) -> None:
        """Raise unless the channel moves what a request asks for; `how` says how it was chosen."""
        if peripheral_address != request.register:
            raise self.broken(
                Rule.DMA_SETTINGS,
                f"{how} belongs to 0x{request.register:08x}, the peripheral address is"
                f" 0x{peripheral_address:08x}",
                peripheral_address,
            )
        if self.width_bytes not in request.widths_bytes:
            widths = " or ".join(str(width) for width in request.widths_bytes)
            what = f"{request.whose} moves {widths} bytes at a request, the channel"
            raise self.broken(Rule.DMA_SETTINGS, f"{what} {self.width_bytes}")

    def check_reach(self, address: int, size: int, *, write: bool) -> None:
        """Raise unless all bytes of a block are in one memory that the controller reaches."""
        machine = self.dma.system
        region = machine.core.region_of(address, size)
        verb = "writes to" if write else "reads from"
        span = f"{verb} 0x{address:08x}..0x{address + size - 1:08x}"
        if address % self.width_bytes:
            what = f"{span}, which is not a multiple of {self.width_bytes}"
            raise self.broken(Rule.DMA_SETTINGS, what, address)
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
        number, how = self.selected_request()
        clients = self.dma.system.dma_clients
        request = clients.request(number)
        if request is None or request.from_memory != self.from_memory:
            names = clients.names(from_memory=self.from_memory)
            raise self.broken(Rule.DMA_REQUEST, f"{how} is not the request of {names}")
        self.check_transfer(request, peripheral_address, how)
        return request.number


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
