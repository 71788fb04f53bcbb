# SPDX-License-Identifier: Apache-2.0
"""Bytes that DMA puts into memory while the core runs, without a stop of the core.

A peripheral that receives wants its bytes in memory at every point of a grid in time. Where nothing
but that is due, the native hooks do it: at the first block after each point they copy what has
arrived by then, as the peripheral would. All arithmetic is that of the scheduler and of the serial
line, in whole picoseconds; it is split where a product would not fit into 64 bits.
"""

# numba's decorators are untyped.
# mypy: disable-error-code="untyped-decorator,misc"

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import carray, njit

import hil.virtual.cpu.compiled_cache  # noqa: F401  # before the compiled modules
from hil.virtual.cpu import counters as at
from hil.virtual.cpu.native_calls import pointer

MOST_BYTES = 900_000
"""Of one feed: the time of more would not fit into 64 bits."""
MOST_SENT = 1 << 16
"""Of one block that is sent, DMA counts no further."""
_MILLION = 1_000_000
_LONGEST = 1 << 30
"""Upper bound of the bytes as numba sees them."""


@njit(cache=True)
def _now_ps(counters):  # type: ignore[no-untyped-def]
    """Virtual time up to the end of the last block: epoch + cycles / clock, rounded down."""
    clock_hz = np.int64(counters[at.CLOCK_HZ])
    micro = np.int64(counters[at.CYCLES] - counters[at.EPOCH_CYCLES]) * _MILLION
    rest = micro % clock_hz * _MILLION // clock_hz
    return np.int64(counters[at.EPOCH_PS]) + micro // clock_hz * _MILLION + rest


@njit(cache=True)
def _cycles_at(counters, time_ps):  # type: ignore[no-untyped-def]
    """Cycles at which virtual time reaches `time_ps`, which is after the epoch; rounded up."""
    clock_hz = np.int64(counters[at.CLOCK_HZ])
    from_epoch_ps = time_ps - np.int64(counters[at.EPOCH_PS])
    high = from_epoch_ps // _MILLION * clock_hz
    low = high % _MILLION * _MILLION + from_epoch_ps % _MILLION * clock_hz
    billion = _MILLION * _MILLION
    return np.int64(counters[at.EPOCH_CYCLES]) + high // _MILLION + (low + billion - 1) // billion


@njit(cache=True)
def _has_arrived(counters, index, now_ps):  # type: ignore[no-untyped-def]
    after_ps = (index + 1) * np.int64(counters[at.FEED_FRAME]) // np.int64(counters[at.FEED_BAUD])
    return np.int64(counters[at.FEED_START_PS]) + after_ps <= now_ps


@njit(cache=True)
def _take_sent(counters, now_ps):  # type: ignore[no-untyped-def]
    """Copy the bytes that DMA takes from memory by now; False if the block ends with them."""
    shift_end_ps = np.int64(counters[at.SHIFT_END_PS])
    if shift_end_ps > now_ps:
        return True
    frame_ps = np.int64(counters[at.SENT_FRAME_PS])
    due = (now_ps - shift_end_ps) // frame_ps + 1
    if due >= np.int64(counters[at.SENT_LEFT]):
        return False
    source = carray(pointer(counters[at.SENT_MEMORY]), _LONGEST, np.uint8)
    target = carray(pointer(counters[at.SENT_COPY]), MOST_SENT, np.uint8)
    count = np.int64(counters[at.SENT_COUNT])
    for index in range(count, count + due):
        target[index] = source[index]
    counters[at.SENT_COUNT] = np.uint64(count + due)
    counters[at.SENT_LEFT] -= np.uint64(due)
    counters[at.SHIFT_END_PS] = np.uint64(shift_end_ps + due * frame_ps)
    return True


@njit(cache=True)
def feed(counters):  # type: ignore[no-untyped-def]
    """At the deadline: move what has arrived; False if the core must stop here."""
    if counters[at.FEED_ON] == 0 or counters[at.CYCLES] >= counters[at.STOP_AT]:
        return False
    now_ps, index = _now_ps(counters), np.int64(counters[at.FEED_TAKEN])
    if _has_arrived(counters, np.int64(counters[at.FEED_END]) - 1, now_ps):
        return False
    if counters[at.SENDS] != 0 and not _take_sent(counters, now_ps):
        return False
    source = carray(pointer(counters[at.FEED_DATA]), _LONGEST, np.uint8)
    target = carray(pointer(counters[at.FEED_MEMORY]), _LONGEST, np.uint8)
    first = np.int64(counters[at.FEED_FIRST])
    while _has_arrived(counters, index, now_ps):
        target[index - first] = source[index]
        index += 1
    counters[at.FEED_TAKEN] = np.uint64(index)
    grid_ps = np.int64(counters[at.FEED_GRID])
    next_ps = (now_ps // grid_ps + 1) * grid_ps
    counters[at.FEED_NEXT_PS] = np.uint64(next_ps)
    next_cycles = np.uint64(_cycles_at(counters, next_ps))
    counters[at.DEADLINE] = min(next_cycles, counters[at.STOP_AT])
    return True


class ByteFeed:
    """The feed of one core, as Python starts and ends it."""

    def __init__(self, counters: npt.NDArray[np.uint64]) -> None:
        self._counters = counters.data
        self._data = np.zeros(0, np.uint8)
        self._bytes = b""
        self._data_pointer = 0
        self._known = 0
        """Bytes of the feed that Python knows to be moved."""
        self._copy = np.zeros(MOST_SENT, np.uint8)
        """What was taken to be sent, as it was then."""
        self._counters[at.SENT_COPY] = self._copy.ctypes.data

    @property
    def is_on(self) -> bool:
        """Whether the engine moves bytes."""
        return self._counters[at.FEED_ON] != 0

    def start(  # noqa: PLR0917
        self, data: bytes, taken: int, end: int, start_ps: int, baud: int, frame: int,
        memory: int, grid_ps: int,
    ) -> None:  # fmt: skip
        """Let the engine move bytes of `data` from `taken` on, up to the one before `end` - 1.

        Byte k has arrived at start_ps + (k + 1) * frame // baud. The first one goes to the host's
        address `memory`. Bytes are moved at whole multiples of `grid_ps`.
        """
        counters = self._counters
        if data is not self._bytes:
            self._bytes, self._data = data, np.frombuffer(data, np.uint8)
            self._data_pointer = self._data.ctypes.data
        counters[at.FEED_DATA], counters[at.FEED_MEMORY] = self._data_pointer, memory
        counters[at.FEED_FIRST] = counters[at.FEED_TAKEN] = self._known = taken
        counters[at.FEED_END] = end
        counters[at.FEED_START_PS], counters[at.FEED_BAUD] = start_ps, baud
        counters[at.FEED_FRAME], counters[at.FEED_GRID] = frame, grid_ps
        counters[at.FEED_ON] = 1

    def set_clock(self, epoch_ps: int, epoch_cycles: int, clock_hz: int) -> None:
        """Say how cycles become time."""
        counters = self._counters
        counters[at.EPOCH_PS], counters[at.EPOCH_CYCLES] = epoch_ps, epoch_cycles
        counters[at.CLOCK_HZ] = clock_hz

    def set_stop(self, cycles: int) -> None:
        """Set where the core stops at the latest."""
        counters = self._counters
        counters[at.STOP_AT] = cycles
        counters[at.DEADLINE] = min(cycles, counters[at.FEED_NEXT]) if self.is_on else cycles

    def set_next(self, time_ps: int, cycles: int) -> None:
        """Set the next point of the grid, as time and as cycles, for the run under way too."""
        counters = self._counters
        counters[at.FEED_NEXT_PS], counters[at.FEED_NEXT] = time_ps, cycles
        counters[at.DEADLINE] = min(cycles, counters[at.STOP_AT])

    def take(self) -> tuple[int, int]:
        """Bytes that the engine has moved since it was asked last, and the next point's time."""
        taken = self._counters[at.FEED_TAKEN]
        moved, self._known = taken - self._known, taken
        return moved, self._counters[at.FEED_NEXT_PS]

    def send(self, memory: int, left: int, shift_end_ps: int, frame_ps: int) -> None:
        """Let the engine take bytes to be sent too: `left` of them, at the host's address `memory`.

        The first is taken at `shift_end_ps`, the others `frame_ps` apart.
        """
        counters = self._counters
        counters[at.SENT_MEMORY], counters[at.SENT_LEFT] = memory, left
        counters[at.SHIFT_END_PS], counters[at.SENT_FRAME_PS] = shift_end_ps, frame_ps
        counters[at.SENT_COUNT], counters[at.SENDS] = 0, 1

    def send_nothing(self) -> None:
        """Let the engine take no bytes to be sent."""
        self._counters[at.SENDS] = 0

    def take_sent(self) -> bytes:
        """Bytes that the engine has taken to be sent; `send` or `send_nothing` has to follow."""
        count = self._counters[at.SENT_COUNT] if self._counters[at.SENDS] else 0
        return self._copy[:count].tobytes()

    def skip(self, count: int) -> None:
        """Take note that somebody else has moved the next bytes."""
        self._known += count
        self._counters[at.FEED_TAKEN] = self._known

    def stop(self) -> None:
        """Let the engine move no more."""
        self._counters[at.FEED_ON] = 0
