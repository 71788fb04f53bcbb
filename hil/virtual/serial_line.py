# SPDX-License-Identifier: Apache-2.0
"""The serial line between the host and the board, in virtual time.

The host's end sends frames of ten bits back to back at its own baud rate, as a USB serial adapter
does; what the board sends is collected for the host to read.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from hil.virtual.scheduler import PS_PER_SECOND

FRAME_BITS = 10
"""Start bit, eight data bits, stop bit."""


@dataclass(slots=True)
class _Burst:
    """Bytes sent back to back: byte k has arrived at start + (k + 1) frames."""

    start_ps: int
    baud: int
    data: bytes
    taken: int = 0

    def arrival_ps(self, index: int) -> int:
        return self.start_ps + (index + 1) * FRAME_BITS * PS_PER_SECOND // self.baud

    @property
    def end_ps(self) -> int:
        return self.arrival_ps(len(self.data) - 1)

    def arrived(self, now_ps: int) -> int:
        """Bytes of the burst that have arrived by now."""
        if now_ps <= self.start_ps:
            return 0
        frames = (now_ps - self.start_ps) * self.baud // (FRAME_BITS * PS_PER_SECOND)
        count = min(len(self.data), frames + 1)
        while count and self.arrival_ps(count - 1) > now_ps:
            count -= 1
        return count


class HostLine:
    """Both directions of the line, seen from the board."""

    def __init__(self, baud: int) -> None:
        self.baud = baud
        self.from_board = bytearray()
        self.bytes_wanted = 0
        """Bytes that the host waits for now; a hint for when to look."""
        self.bytes_lost = 0
        """Bytes that arrived while the board's receiver was off."""
        self._bursts: deque[_Burst] = deque()

    @property
    def frame_ps(self) -> int:
        """Time of one frame at the host's baud rate."""
        return FRAME_BITS * PS_PER_SECOND // self.baud

    def send(self, data: bytes, now_ps: int) -> None:
        """Queue bytes from the host behind those already on their way."""
        if not data:
            return
        if self._bursts and self._bursts[-1].end_ps > now_ps:
            last = self._bursts[-1]
            if last.baud == self.baud:
                last.data += bytes(data)
                return
            now_ps = last.end_ps
        self._bursts.append(_Burst(now_ps, self.baud, bytes(data)))

    @property
    def bytes_coming(self) -> int:
        """Bytes on their way to the board."""
        return sum(len(burst.data) - burst.taken for burst in self._bursts)

    def arrival_ps(self, index: int) -> int:
        """Time at which the byte `index` places behind the next one has arrived."""
        for burst in self._bursts:
            left = len(burst.data) - burst.taken
            if index < left:
                return burst.arrival_ps(burst.taken + index)
            index -= left
        raise IndexError("no such byte on the line")

    def find_coming(self, byte: int) -> int | None:
        """Places between the next byte on its way and the first one of this value, or None."""
        before = 0
        for burst in self._bursts:
            index = burst.data.find(byte, burst.taken)
            if index >= 0:
                return before + index - burst.taken
            before += len(burst.data) - burst.taken
        return None

    def first_gap_ps(self) -> int:
        """Time one frame after the first burst on its way, when the line may be found idle."""
        return self._bursts[0].end_ps + self.frame_ps

    def take_arrived(self, now_ps: int) -> tuple[bytes, int]:
        """Take the bytes of the first burst that have arrived, and the time of the last of them."""
        if not self._bursts:
            return b"", 0
        burst = self._bursts[0]
        count = burst.arrived(now_ps)
        if count <= burst.taken:
            return b"", 0
        data = burst.data[burst.taken : count]
        burst.taken = count
        last_ps = burst.arrival_ps(count - 1)
        if count == len(burst.data):
            self._bursts.popleft()
        return data, last_ps

    def drop_coming(self) -> None:
        """Forget bytes on their way (the host's reset_output_buffer)."""
        self._bursts.clear()

    def deliver(self, data: bytes) -> None:
        """Take bytes from the board."""
        self.from_board += data
        self.bytes_wanted = max(0, self.bytes_wanted - len(data))
