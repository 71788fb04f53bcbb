# SPDX-License-Identifier: Apache-2.0
"""Virtual time from cycles, and who is due when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hil.virtual.scheduler import NEVER_PS, PS_PER_SECOND, Scheduler


class Cycles:
    """A core that is told how many cycles it has executed."""

    def __init__(self) -> None:
        self.cycles = 0
        self.stops: list[int] = []

    def stop_by(self, cycles: int) -> None:
        self.stops.append(cycles)


def test_time_goes_on_at_each_clock_and_jumps_in_sleep() -> None:
    core = Cycles()
    scheduler = Scheduler(core, 4_000_000)
    core.cycles = 4
    assert scheduler.now_ps == 1_000_000
    scheduler.set_clock(160_000_000)
    assert (scheduler.now_ps, scheduler.clock_hz) == (1_000_000, 160_000_000)
    core.cycles += 16
    assert scheduler.now_ps == 1_100_000
    scheduler.sleep_until(5_000_000)
    assert scheduler.now_ps == 5_000_000
    scheduler.sleep_until(2_000_000)
    assert scheduler.now_ps == 5_000_000


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**9)), max_size=8))
def test_time_never_goes_back_and_a_deadline_is_never_early(spans: list[tuple[int, int]]) -> None:
    core = Cycles()
    scheduler = Scheduler(core, 4_000_000)
    before = 0
    for cycles, clock_hz in spans:
        scheduler.set_clock(clock_hz)
        assert scheduler.now_ps == before
        target_ps = before + cycles * PS_PER_SECOND // clock_hz
        core.cycles = scheduler.cycles_at(target_ps)
        assert before <= scheduler.now_ps <= target_ps
        core.cycles += 1
        before = scheduler.now_ps
        assert before >= target_ps


def test_owners_are_due_in_the_order_in_which_they_asked() -> None:
    core = Cycles()
    scheduler = Scheduler(core, PS_PER_SECOND)
    assert scheduler.next_ps(NEVER_PS) == NEVER_PS
    for owner, time_ps in (("late", 20), ("first", 10), ("second", 5)):
        scheduler.schedule(owner, time_ps)
    assert (scheduler.next_ps(NEVER_PS), scheduler.next_ps(3)) == (5, 3)
    assert core.stops == [20, 10, 5]
    core.cycles = 10
    assert scheduler.due() == ["first", "second"]
    scheduler.schedule("first", None)
    scheduler.schedule("second", 5)  # as it was: nothing to stop for
    assert (scheduler.due(), len(core.stops)) == (["second"], 3)
    scheduler.clear()
    assert (scheduler.due(), scheduler.next_ps(7)) == ([], 7)
