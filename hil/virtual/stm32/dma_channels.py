# SPDX-License-Identifier: Apache-2.0
"""What a UART asks of DMA, whatever the controller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol


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
