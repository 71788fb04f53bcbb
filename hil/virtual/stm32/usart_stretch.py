# SPDX-License-Identifier: Apache-2.0
"""A stretch of reception in which nothing happens but that DMA puts bytes into memory.

DMA reception is brought up to date in memory often, and mostly nothing else is due then: no flag
that interrupts, no end of a block or of the host's bytes, and nobody has written to a peripheral
since it was last looked at everything. So that look need not be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hil.virtual.serial_line import Burst, HostLine
from hil.virtual.stm32.dma_channels import DmaChannel


class Lender(Protocol):
    """Who lends a stretch to somebody who moves its bytes while the core runs."""

    @property
    def may_lend(self) -> bool:
        """Whether it ever lends, as memory is now."""

    def sync(self) -> None:
        """Let the USART know what has been moved so far."""

    def moved(self, count: int, next_ps: int) -> None:
        """Take note that the USART has moved bytes by itself, and when it is due again."""

    def give_back(self) -> None:
        """End the loan."""

    def lend_again(self) -> None:
        """Lend again in the middle of a run, if that is possible."""


class _NoLender:
    """Lends nothing."""

    may_lend = False

    def sync(self) -> None:
        """Nothing was moved."""

    def moved(self, count: int, next_ps: int) -> None:
        """Nobody needs to know."""

    def give_back(self) -> None:
        """There is no loan."""

    def lend_again(self) -> None:
        """There will be none."""


NO_LENDER = _NoLender()


@dataclass(frozen=True, slots=True)
class Sending:
    """A block that DMA takes from memory, a byte at the end of each frame of the one before."""

    channel: DmaChannel
    shift_end_ps: int
    """When the byte that is being sent has left."""

    frame_ps: int
    """Time of a frame."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the bytes to come go through, and how long that holds."""

    line: HostLine
    burst: Burst
    channel: DmaChannel
    end: int
    """Bytes of the burst with which the stretch ends: the last one, or the block's last one."""

    event_ps: int
    """When something else is due."""

    writes: int
    """Writes to peripherals when it was found."""

    def take(self, now_ps: int, writes: int) -> bytes | None:
        """Take the bytes that have arrived by now; None if more is due than to take them."""
        burst = self.burst
        if now_ps >= self.event_ps or not self.holds(writes):
            return None
        count = burst.arrived(now_ps)
        if count >= self.end:
            return None
        data = burst.data[burst.taken : count]
        burst.taken = count
        return data

    def holds(self, writes: int) -> bool:
        """Whether nothing has been written since, and the bytes are still on their way."""
        return writes == self.writes and self.line.first is self.burst

    def count(self, moved: int) -> bytes:
        """Take bytes that have been moved to memory already."""
        burst = self.burst
        data = burst.data[burst.taken : burst.taken + moved]
        burst.taken += moved
        self.channel.count_moved(moved)
        return data

    @property
    def next_arrival_ps(self) -> int:
        """When the next byte has arrived."""
        return self.burst.arrival_ps(self.burst.taken)
