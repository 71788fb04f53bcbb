# SPDX-License-Identifier: Apache-2.0
"""A serial line that faults strike: it spoils bytes both ways, falls silent, or fails.

It stands between the link and the port, be that a real board's or a virtual one's. Where a fault
strikes is counted in bytes that the host sends.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

import serial

from hil.fault_modes.names import Boundary, FaultMode
from hil.fault_modes.plan import Strike

BURST_BYTES = 16
STALE_BYTES = 96
SILENT_S = 2.5
"""Longer than the link waits for a byte, unless a patch takes longer than 0.8 s."""

SHORTEST_WAIT_S = 1e-6

_FROM_BOARD = frozenset({
    FaultMode.ANSWER_BYTE_DROPPED, FaultMode.ANSWER_BYTE_FLIPPED, FaultMode.ANSWER_BYTE_DOUBLED,
    FaultMode.ANSWER_BYTE_INSERTED, FaultMode.ANSWER_NOISE_BURST, FaultMode.ANSWER_STALE_BYTES,
})  # fmt: skip


class Port(Protocol):
    """The part of pyserial's `Serial` that the link uses."""

    timeout: float | None

    @property
    def in_waiting(self) -> int:
        """Bytes that `read` would return at once."""

    def read(self, size: int = 1, /) -> bytes:
        """Up to `size` bytes; fewer when the timeout passes first."""

    def write(self, data: bytes, /) -> int | None:
        """Send bytes."""


class _Way:
    """One direction: what has passed, and what is being spoilt."""

    def __init__(self) -> None:
        self._passed = deque[int](maxlen=STALE_BYTES)
        self._burst = 0
        self._noise = random.Random(0)

    def pass_on(self, byte: int) -> bytes:
        """A byte that no fault strikes, or that a burst reaches."""
        self._passed.append(byte)
        if not self._burst:
            return bytes((byte,))
        self._burst -= 1
        return bytes((self._other(byte),))

    def spoil(self, byte: int, strike: Strike) -> bytes:
        """What arrives of a byte that a fault strikes."""
        stale = bytes(self._passed)
        match strike.mode:
            case FaultMode.BYTE_DROPPED | FaultMode.ANSWER_BYTE_DROPPED:
                self._passed.append(byte)
                return b""
            case FaultMode.BYTE_FLIPPED | FaultMode.ANSWER_BYTE_FLIPPED:
                return self.pass_on(byte ^ 1 << strike.choice % 8)
            case FaultMode.BYTE_DOUBLED | FaultMode.ANSWER_BYTE_DOUBLED:
                return self.pass_on(byte) + self.pass_on(byte)
            case FaultMode.BYTE_INSERTED | FaultMode.ANSWER_BYTE_INSERTED:
                return bytes((strike.choice % 256,)) + self.pass_on(byte)
            case FaultMode.STALE_BYTES | FaultMode.ANSWER_STALE_BYTES:
                return stale + self.pass_on(byte)
        self._burst, self._noise = BURST_BYTES, random.Random(strike.choice)
        return self.pass_on(byte)

    def _other(self, byte: int) -> int:
        return byte ^ self._noise.randrange(1, 256)


class StruckLine:
    """The port of one session, with the strikes of the clip that is being played.

    `clock_s` is the board's own. `on_strike` is told of each strike as it happens; those of
    another boundary than the link are left to it.
    """

    def __init__(self, clock_s: Callable[[], float], on_strike: Callable[[Strike], None]) -> None:
        self.timeout: float | None = None
        self._clock_s = clock_s
        self._on_strike = on_strike
        self._port: Port | None = None
        self._is_cut = False
        self._silent_until_s = 0.0
        self._sent = 0
        self._due = deque[tuple[int, Strike]]()
        self._for_next_byte: list[Strike] = []
        """Of those from the board: what strikes the next byte that comes."""

        self._to_board, self._from_board = _Way(), _Way()

    def attach(self, port: Port) -> StruckLine:
        """Stand in front of a port that was opened, and be whole."""
        self._port, self._is_cut, self._silent_until_s = port, False, 0.0
        return self

    def begin(self, strikes: Iterable[Strike], clip_bytes: int) -> None:
        """Let these strike in the bytes that are sent from now on; earlier ones strike no more."""
        self._sent = 0
        self._for_next_byte.clear()
        self._due = deque((int(strike.position * clip_bytes), strike) for strike in strikes)

    # -- the port's face -------------------------------------------------------------------------

    @property
    def in_waiting(self) -> int:
        """Bytes that wait at the port; none on a silent line."""
        port = self._whole_port()
        waiting = port.in_waiting
        if waiting and self._is_silent:
            port.read(waiting)
            return 0
        return waiting

    def write(self, data: bytes, /) -> int:
        """Send, with what strikes on the way."""
        start = 0
        while start < len(data) and self._due and self._reaches_due(len(data) - start):
            at, strike = self._due.popleft()
            until = start + max(0, at - self._sent)
            self._send(data[start:until])
            start = until
            if strike.mode in _FROM_BOARD:
                self._for_next_byte.append(strike)
            elif strike.mode in (FaultMode.CABLE_CUT, FaultMode.LINE_SILENT):
                self._on_strike(strike)
                self._fall_silent(cut=strike.mode is FaultMode.CABLE_CUT)
            elif strike.mode.boundary is Boundary.LINK:
                self._on_strike(strike)
                self._put(self._to_board.spoil(data[start], strike))
                self._sent += 1
                start += 1
            else:
                self._on_strike(strike)
        self._send(data[start:])
        return len(data)

    def read(self, size: int = 1, /) -> bytes:
        """What comes within the timeout, with what strikes on the way."""
        end_s = math.inf if self.timeout is None else self._clock_s() + self.timeout
        while True:
            port, now_s = self._whole_port(), self._clock_s()
            silent = now_s < self._silent_until_s
            until_s = min(end_s, self._silent_until_s) if silent else end_s
            # A time too short for the clock would never pass.
            wait_s = max(until_s - now_s, SHORTEST_WAIT_S if now_s < until_s else 0.0)
            port.timeout = None if math.isinf(wait_s) else wait_s
            data = port.read(size)
            out = b"" if silent else self._take(data)
            if out or now_s >= end_s or not (data or silent):
                return out

    # -- what strikes ----------------------------------------------------------------------------

    def _whole_port(self) -> Port:
        if self._port is None or self._is_cut:
            raise serial.SerialException("the cable is cut")
        return self._port

    @property
    def _is_silent(self) -> bool:
        return self._clock_s() < self._silent_until_s

    def _reaches_due(self, count: int) -> bool:
        """Whether the next strike is within so many bytes."""
        return self._due[0][0] < self._sent + count

    def _fall_silent(self, *, cut: bool) -> None:
        self._is_cut = cut
        self._silent_until_s = self._clock_s() + (0.0 if cut else SILENT_S)
        self._whole_port()

    def _send(self, data: bytes) -> None:
        self._sent += len(data)
        self._put(b"".join(map(self._to_board.pass_on, data)))

    def _put(self, data: bytes) -> None:
        port = self._whole_port()
        if data and not self._is_silent:
            port.write(data)

    def _take(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            if not self._for_next_byte:
                out += self._from_board.pass_on(byte)
                continue
            strike = self._for_next_byte.pop(0)
            self._on_strike(strike)
            out += self._from_board.spoil(byte, strike)
        return bytes(out)
