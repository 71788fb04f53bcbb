# SPDX-License-Identifier: Apache-2.0
"""Memory by lifetime: nothing overlaps, and no plan is larger than TensorFlow Lite Micro's."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from generator.engines.builtin.memory_plan import (
    LARGEST_FIRST,
    Buffer,
    plan_in_order,
    plan_memory,
)

STEPS = 12


@st.composite
def buffers(draw: st.DrawFn) -> list[Buffer]:
    """Some of a stream, which are where they are, and some of a tail."""
    fixed, offset = [], 0
    for size in draw(st.lists(st.integers(1, 200), max_size=3)):
        fixed.append(Buffer(size, -1, draw(st.integers(-1, STEPS)), offset))
        offset += -(-size // 4) * 4
    movable = []
    for size in draw(st.lists(st.integers(1, 300), max_size=12)):
        first = draw(st.integers(0, STEPS))
        movable.append(Buffer(size, first, draw(st.integers(first, STEPS))))
    return [*fixed, *movable]


def greedy_by_size(wanted: list[Buffer]) -> int:
    """What TensorFlow Lite Micro's planner needs: largest first, each into the first gap."""
    placed: list[tuple[int, Buffer]] = [
        (one.offset, one) for one in wanted if one.offset is not None
    ]
    movable = [one for one in wanted if one.offset is None]
    for one in sorted(movable, key=lambda buffer: -buffer.size):
        active = [two for two in placed if two[1].first <= one.last and one.first <= two[1].last]
        active.sort(key=lambda two: two[0])
        place = 0
        for offset, other in active:
            if offset - place >= one.size:
                break
            place = max(place, -(-(offset + other.size) // 4) * 4)
        placed.append((place, one))
    return max((offset + one.size for offset, one in placed), default=0)


@settings(max_examples=300, deadline=None)
@given(buffers())
def test_buffers_in_use_at_once_do_not_overlap(wanted: list[Buffer]) -> None:
    plan = plan_memory(wanted)
    placed = list(zip(plan.offsets, wanted, strict=True))
    for (a, one), (b, other) in combinations(placed, 2):
        if one.meets(other):
            assert a + one.size <= b or b + other.size <= a
    for offset, one in placed:
        assert offset % 4 == 0
        assert one.offset in (None, offset)
        assert offset + one.size <= plan.size


@settings(max_examples=300, deadline=None)
@given(buffers())
def test_no_plan_is_larger_than_the_greedy_one(wanted: list[Buffer]) -> None:
    assert plan_memory(wanted).size <= greedy_by_size(wanted)
    assert plan_in_order(wanted, LARGEST_FIRST).size == greedy_by_size(wanted)


def test_another_order_can_be_smaller() -> None:
    """The largest in the middle of the time: largest first leaves a hole that nothing fits."""
    wanted = [Buffer(40, 0, 2), Buffer(60, 2, 3), Buffer(50, 3, 4), Buffer(40, 0, 4)]
    assert plan_memory(wanted).size <= plan_in_order(wanted, LARGEST_FIRST).size


def test_buffers_that_never_meet_share_their_place() -> None:
    plan = plan_memory([Buffer(100, 0, 1), Buffer(80, 2, 3), Buffer(60, 4, 4)])
    assert plan.offsets == (0, 0, 0)
    assert plan.size == 100
