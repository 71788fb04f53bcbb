# SPDX-License-Identifier: Apache-2.0
"""What a UART asks of DMA, whatever the controller."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hil.virtual.peripheral import Peripheral


class DmaChannel(Protocol):
    """A channel that moves bytes for a peripheral's request."""

    @property
    def bytes_left(self) -> int:
        """Bytes of the block still to move."""

    def bytes_to_flag(self) -> int | None:
        """Bytes until the next flag that raises an interrupt, or None."""

    def push(self, data: bytes) -> int:
        """Move bytes from the peripheral to memory; return how many the channel took."""

    def pull(self, count: int) -> bytes:
        """Move up to `count` bytes of the block from memory to the peripheral."""


class ByteChannel(ABC):
    """Bytes between a peripheral and memory: the part in which no controller differs."""

    dma: Peripheral

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
            view = self.dma.machine.core.memory(self.memory_address, count)
            assert view is not None
            view[:] = memoryview(data)[taken : taken + count]
            self._advance(count)
            taken += count
        if taken:
            self.update_line()
        return taken

    def pull(self, count: int) -> bytes:
        """Move up to `count` bytes of the block from memory to the peripheral."""
        if not (self.is_running and self.from_memory):
            return b""
        count = min(count, self.bytes_left)
        view = self.dma.machine.core.memory(self.memory_address, count)
        assert view is not None
        data = view.tobytes()
        self._advance(count)
        self.update_line()
        return data


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
