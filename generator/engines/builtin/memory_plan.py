# SPDX-License-Identifier: Apache-2.0
"""Where buffers lie that are not all in use at the same time.

Buffers are placed one after the other, each at the lowest place where it meets no other that is in
use while it is. Largest first is what TensorFlow Lite Micro's planner does; other orders are tried
too, and the smallest plan wins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generator.engines.builtin.windows import round_up

ALIGNMENT = 4


@dataclass(frozen=True, slots=True)
class Buffer:
    """So many bytes, in use from one step to another, both included."""

    size: int
    first: int
    last: int
    offset: int | None = None
    """Where it must lie; None: anywhere."""

    def meets(self, other: Buffer) -> bool:
        """Whether both are in use in some step."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """A place for each buffer, in the order in which they were given."""

    offsets: tuple[int, ...]
    size: int
    """Bytes up to the end of the last one."""


Order = Callable[[int, Buffer], tuple[int, ...]]

LARGEST_FIRST: Order = lambda index, buffer: (-buffer.size, index)  # noqa: E731
ORDERS: tuple[Order, ...] = (
    LARGEST_FIRST,
    lambda index, buffer: (-buffer.size * (buffer.last - buffer.first + 1), index),
    lambda index, buffer: (buffer.first, -buffer.size, index),
    lambda index, buffer: (-buffer.last, -buffer.size, index),
    lambda index, buffer: (buffer.first - buffer.last, -buffer.size, index),
)


def plan_memory(buffers: Sequence[Buffer]) -> MemoryPlan:
    """The smallest plan of all orders that are tried."""
    return min((plan_in_order(buffers, order) for order in ORDERS), key=lambda plan: plan.size)


def plan_in_order(buffers: Sequence[Buffer], order: Order) -> MemoryPlan:
    """Each buffer at the lowest place that is free while it is in use, in that order."""
    offsets: dict[int, int] = {
        index: one.offset for index, one in enumerate(buffers) if one.offset is not None
    }
    movable = [index for index, one in enumerate(buffers) if one.offset is None]
    for index in sorted(movable, key=lambda one: order(one, buffers[one])):
        buffer = buffers[index]
        taken = sorted(
            (offset, offset + buffers[other].size)
            for other, offset in offsets.items()
            if buffers[other].meets(buffer)
        )
        place = 0
        for begin, end in taken:
            if place + buffer.size <= begin:
                break
            place = max(place, round_up(end, ALIGNMENT))
        offsets[index] = place
    ends = (offset + buffers[index].size for index, offset in offsets.items())
    return MemoryPlan(tuple(offsets[index] for index in range(len(buffers))), max(ends, default=0))
