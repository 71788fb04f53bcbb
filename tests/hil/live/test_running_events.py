# SPDX-License-Identifier: Apache-2.0
"""The running decision over answers that come late: the same events, in the order of the sound."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model.decision import Head
from generator.model.event_rule import ClassEvents, Event, EventKind, EventRule
from generator.model.patches import PatchRule
from hil.live.running_events import RunningEvents

HOP = 160
PATCHES = PatchRule(frames=4, overlap=1)
STEP = PATCHES.step * HOP
RULE = EventRule(
    Head.SOFTMAX,
    (ClassEvents(smoothing=2, begin=-10, end=-64, minimum=1, refractory=1), None),
)
HIGH, LOW = (127, -128), (-128, 127)


class Board:
    """Sound as hops that pass the gate or not; patches are answered after so many more hops."""

    def __init__(self, delay: Callable[[], int], scores: Callable[[int], tuple[int, int]]) -> None:
        self.events = RunningEvents(RULE, PATCHES, HOP)
        self.seen: list[Event] = []
        self._delay, self._scores = delay, scores
        self._due: list[tuple[int, int]] = []
        self._patches = self._frames = 0
        self.hops = 0

    def hear(self, passed: bool) -> None:
        self.hops += 1
        self.seen += self.events.frame(self.hops * HOP, passed=passed)
        if passed:
            self._frames += 1
            beyond = self._frames - PATCHES.frames
            if beyond >= 0 and beyond % PATCHES.step == 0:
                self._ask()
        self._answer(self.hops)

    def end_segment(self) -> None:
        if 0 < self._frames < PATCHES.frames:
            self._ask()
        self.seen += self.events.end_segment()
        self._answer(1 << 30)  # CLIP_RESULT comes behind all patches
        self._frames = 0

    def _ask(self) -> None:
        self._due.append((self.hops + self._delay(), self._patches))
        self._patches += 1

    def _answer(self, until: int) -> None:
        while self._due and self._due[0][0] <= until:
            self.seen += self.events.patch(self._scores(self._due.pop(0)[1]))


def play(hops: str, delay: int = 0, scores: tuple[int, int] = HIGH) -> list[Event]:
    """`#`: a frame that passes, `.`: one that does not, `|`: the segment ends."""
    board = Board(lambda: delay, lambda patch: scores)
    for hop in hops:
        board.end_segment() if hop == "|" else board.hear(hop == "#")
    board._answer(1 << 30)
    return board.seen


def test_sound_begins_a_class_and_silence_ends_it() -> None:
    begins, ends = play("#######" + "." * 9)
    assert (begins.kind, begins.label, begins.sample) == (EventKind.BEGINS, 0, 4 * HOP)
    # Mean of two steps: it is below the end after two silent ones, behind the last frame.
    assert (ends.kind, ends.sample) == (EventKind.ENDS, 7 * HOP + 2 * STEP)
    assert ends.begin_sample == begins.sample


def test_a_segment_without_a_patch_is_answered_in_its_end_with_the_time_of_its_last_frame() -> None:
    assert play("##......") == []
    filled = play("##......|")
    assert [(one.kind, one.sample) for one in filled[:1]] == [(EventKind.BEGINS, 2 * HOP)]


def test_silence_waits_for_the_answer_to_the_first_patch_of_its_segment() -> None:
    board = Board(lambda: 0, lambda patch: HIGH)
    for hop in "##" + "." * 30:
        board.hear(hop == "#")
    assert board.seen == []
    board.end_segment()
    assert [one.kind for one in board.seen][:1] == [EventKind.BEGINS]
    board.hear(False)
    assert [one.kind for one in board.seen] == [EventKind.BEGINS, EventKind.ENDS]


@settings(max_examples=200, deadline=None)
@given(
    hops=st.text(alphabet="#.", max_size=120),
    delays=st.lists(st.integers(0, 12), min_size=1),
    scores=st.lists(st.sampled_from([HIGH, LOW]), min_size=1),
)
def test_late_answers_change_no_event(
    hops: str, delays: list[int], scores: list[tuple[int, int]]
) -> None:
    def events(late: bool) -> list[Event]:
        turn = iter(range(1 << 30))
        board = Board(
            lambda: delays[next(turn) % len(delays)] if late else 0,
            lambda patch: scores[patch % len(scores)],
        )
        silent = 0
        for hop in hops:
            silent = 0 if hop == "#" else silent + 1
            board.hear(hop == "#")
            if silent == 8:
                board.end_segment()
        board._answer(1 << 30)
        return board.seen

    assert events(late=True) == events(late=False)


@pytest.mark.parametrize("asked", [0, 1])
def test_after_a_link_that_failed_what_was_asked_is_not_waited_for(asked: int) -> None:
    events = RunningEvents(RULE, PATCHES, HOP)
    for hop in range(1, 4 + asked):
        events.frame(hop * HOP, passed=True)
    assert (events.next_sample is not None) == bool(asked)
    events.forget()
    assert events.next_sample is None
    seen = [one for hop in range(10, 20) for one in events.frame(hop * HOP, passed=hop < 14)]
    seen += events.patch(HIGH)
    assert [(one.kind, one.sample) for one in seen][:1] == [(EventKind.BEGINS, 13 * HOP)]
