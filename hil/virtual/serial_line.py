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
START_BIT, DATA_BITS, STOP_BIT = 0, 8, 9


@dataclass(frozen=True, slots=True)
class Glitch:
    """A disturbance of one bit of a frame: 0 is the start bit, 9 the stop bit.

    `look`: which of the receiver's three looks at the bit it meets; None: all of them.
    """

    bit: int
    look: int | None = None

    def __post_init__(self) -> None:
        if self.bit == START_BIT and self.look is None:
            raise ValueError("a frame without its start bit is no frame")


SPOILT_STOP_BIT = Glitch(STOP_BIT)


@dataclass(slots=True)
class Burst:
    """Bytes sent back to back: byte k has arrived at start + (k + 1) frames."""

    start_ps: int
    baud: int
    data: bytes
    taken: int = 0
    glitch: Glitch | None = None
    """Disturbs the burst, which is of one byte then."""

    def arrival_ps(self, index: int) -> int:
        """Time at which a byte has arrived."""
        return self.start_ps + (index + 1) * FRAME_BITS * PS_PER_SECOND // self.baud

    @property
    def end_ps(self) -> int:
        """Time at which the last byte has arrived."""
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
        self._bursts: deque[Burst] = deque()

    @property
    def may_get_bytes_late(self) -> bool:
        """Whether bytes of the board may be delivered when the core stops, instead of in time."""
        return True

    @property
    def wire_baud(self) -> int:
        """What the host's end really makes of its baud rate."""
        return self.baud

    @property
    def frame_ps(self) -> int:
        """Time of one frame as the host's end sends it."""
        return FRAME_BITS * PS_PER_SECOND // self.wire_baud

    def send(self, data: bytes, now_ps: int) -> None:
        """Queue bytes from the host after those already on their way."""
        self._queue(bytes(data), now_ps)

    def send_disturbed(self, byte: int, glitch: Glitch, now_ps: int) -> None:
        """Queue one byte whose frame is disturbed on its way."""
        self._queue(bytes((byte,)), now_ps, glitch)

    def _queue(self, data: bytes, now_ps: int, glitch: Glitch | None = None) -> None:
        """Queue bytes at a time or after those on their way; with a glitch it is one byte."""
        if not data:
            return
        baud = self.wire_baud
        if self._bursts and self._bursts[-1].end_ps > now_ps:
            last = self._bursts[-1]
            if last.baud == baud and last.glitch is None and glitch is None:
                last.data += data
                return
            now_ps = last.end_ps
        self._bursts.append(Burst(now_ps, baud, data, glitch=glitch))

    def receiver_starts(self, now_ps: int) -> None:
        """Take note that the board's receiver is enabled now.

        In the middle of a frame it takes the next falling edge for a start bit, and reads garbage
        until an edge that it takes for one is one.
        """
        if not self._bursts:
            return
        burst = self._bursts[0]
        bit = PS_PER_SECOND / burst.baud
        begun_ps = burst.arrival_ps(burst.taken) - FRAME_BITS * PS_PER_SECOND // burst.baud
        if now_ps <= begun_ps:
            return
        self._bursts.popleft()
        coming = burst.data[burst.taken :]
        garbage, whole_from = _misread(coming, int((now_ps - begun_ps) / bit))
        read = [
            Burst(
                begun_ps + round(start * bit),
                burst.baud,
                bytes((byte,)),
                glitch=None if stop else SPOILT_STOP_BIT,
            )
            for start, byte, stop in garbage
        ]
        if whole_from < len(coming):
            start_ps = begun_ps + round(whole_from * FRAME_BITS * bit)
            read.append(Burst(start_ps, burst.baud, coming[whole_from:], glitch=burst.glitch))
        self._bursts.extendleft(reversed(read))

    @property
    def first(self) -> Burst | None:
        """The burst that arrives first."""
        return self._bursts[0] if self._bursts else None

    @property
    def bytes_coming(self) -> int:
        """Bytes on their way to the board."""
        count = 0
        for burst in self._bursts:
            count += len(burst.data) - burst.taken
        return count

    def arrival_ps(self, index: int) -> int:
        """Time at which the byte `index` places after the next one has arrived."""
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

    def first_glitch_ps(self) -> int | None:
        """Time at which the next disturbed byte has arrived, or None."""
        return next((burst.end_ps for burst in self._bursts if burst.glitch is not None), None)

    def take_arrived(self, now_ps: int) -> tuple[bytes, int, Glitch | None]:
        """Take the bytes of the first burst that have arrived, and the time of the last of them.

        With a glitch it is one byte, as it was before it was disturbed.
        """
        if not self._bursts:
            return b"", 0, None
        burst = self._bursts[0]
        count = burst.arrived(now_ps)
        if count <= burst.taken:
            return b"", 0, None
        data = burst.data[burst.taken : count]
        burst.taken = count
        last_ps = burst.arrival_ps(count - 1)
        if count == len(burst.data):
            self._bursts.popleft()
        return data, last_ps, burst.glitch

    def drop_coming(self) -> None:
        """Forget bytes on their way (the host's reset_output_buffer)."""
        self._bursts.clear()

    def deliver(self, data: bytes) -> None:
        """Take bytes from the board."""
        self.from_board += data
        self.bytes_wanted = max(0, self.bytes_wanted - len(data))

    def forget_received(self) -> None:
        """Forget what the board has sent and the host has not read."""
        self.from_board.clear()


def _misread(data: bytes, enabled_in_bit: int) -> tuple[list[tuple[int, int, bool]], int]:
    """Read frames that follow each other without a gap, from a bit of the first one on.

    Returns bytes read at wrong places (bit of the false start, byte, whether its stop bit is right)
    and the first frame that is read right.
    """

    def level(bit: int) -> int:
        frame, place = divmod(bit, FRAME_BITS)
        if frame >= len(data) or place == STOP_BIT:
            return 1
        return 0 if place == START_BIT else data[frame] >> (place - 1) & 1

    garbage: list[tuple[int, int, bool]] = []
    at = enabled_in_bit
    while at < FRAME_BITS * len(data):
        start = at + 1
        if not level(at) or level(start):
            at += 1
            continue
        if start % FRAME_BITS == 0:
            return garbage, start // FRAME_BITS
        byte = sum(level(start + 1 + place) << place for place in range(DATA_BITS))
        at = start + STOP_BIT
        garbage.append((start, byte, bool(level(at))))
    return garbage, len(data)
