# SPDX-License-Identifier: Apache-2.0
"""The running decision in Python at the edges of what its rule says."""

from __future__ import annotations

import pytest

from generator.model.decision import Head
from generator.model.event_rule import ClassEvents, Event, EventKind, EventRule, RunningDecision

LOW = -128


def heard(one: ClassEvents, scores: list[int | None]) -> list[tuple[str, int, int]]:
    """Kind, step and score of the events of one class; None is a silent step."""
    running = RunningDecision(EventRule(Head.SIGMOID, (one,)))
    found = []
    for step, score in enumerate(scores):
        events = running.step(None if score is None else [score], step)
        found += [(event.kind.value, event.sample, event.score) for event in events]
    return found


def rule(**given: int) -> ClassEvents:
    usual = {"smoothing": 1, "begin": 26, "end": -26, "minimum": 1, "refractory": 0}
    return ClassEvents(**{**usual, **given})


def test_hysteresis_at_its_edges() -> None:
    assert heard(rule(), [25, 26, -26, -27, 25, 26]) == [
        ("begins", 1, 26),
        ("ends", 3, -27),
        ("begins", 5, 26),
    ]


def test_a_minimum_counts_steps_one_after_another() -> None:
    assert heard(rule(minimum=3), [26, 26, 25, 26, 26, 26, 0]) == [("begins", 5, 26)]
    assert heard(rule(minimum=3), [26, None, 26, 26]) == []


def test_nothing_begins_within_the_refractory_steps() -> None:
    for refractory in range(4):
        found = heard(rule(refractory=refractory), [30, -30, *[30] * 5])
        assert found == [("begins", 0, 30), ("ends", 1, -30), ("begins", 2 + refractory, 30)]
    assert heard(rule(refractory=2, minimum=2), [30, 30, -30, *[30] * 5])[2] == ("begins", 6, 30)


def test_the_mean_is_one_of_the_newest_steps_and_silence_is_lowest() -> None:
    one = rule(smoothing=2, begin=-1, end=-1)
    assert heard(one, [126, 126, None, None]) == [("begins", 0, -1), ("ends", 3, -128)]
    assert heard(one, [125, -128, 125]) == []


def test_a_score_is_the_mean_to_the_nearest_step_halves_up() -> None:
    def score(*scores: int) -> int:
        return heard(rule(smoothing=len(scores), begin=-127), [*scores])[-1][2]

    assert score(-127) == -127
    running = RunningDecision(EventRule(Head.SIGMOID, (rule(smoothing=2, begin=0, end=0),)))
    assert running.step([127], 0) == ()
    (event,) = running.step([-126], 1)
    assert event.score == 1  # of 0.5
    assert running.step([127], 2) == ()
    (event,) = running.step([-128], 3)
    assert event.score == 0  # of -0.5


def test_ends_come_before_beginnings_and_know_when_they_began() -> None:
    running = RunningDecision(EventRule(Head.SOFTMAX, (rule(), rule(), None)))
    assert running.step([LOW, 100, 127], 10) == (Event(EventKind.BEGINS, 1, 100, 10, 10),)
    assert running.step([90, LOW, 127], 20) == (
        Event(EventKind.ENDS, 1, LOW, 20, 10),
        Event(EventKind.BEGINS, 0, 90, 20, 20),
    )
    assert running.step(None, 30) == (Event(EventKind.ENDS, 0, LOW, 30, 20),)


def test_of_logits_the_highest_is_heard() -> None:
    one = rule(smoothing=2, begin=LOW, end=LOW)
    running = RunningDecision(EventRule(Head.LOGITS, (one, one, one)))

    def step(*scores: int) -> list[tuple[str, int]]:
        found = running.step(scores or None, 0)
        return [(event.kind.value, event.label) for event in found]

    assert step() == []  # silence: all are lowest, none is the highest
    assert step(-100, -90, -90) == [("begins", 1)]  # the lower of equals
    assert step(-80, -100, -127) == [("ends", 1), ("begins", 0)]
    assert step() == []  # the mean of two steps still has it
    assert step() == [("ends", 0)]


@pytest.mark.parametrize("head", [Head.SOFTMAX, Head.SIGMOID])
def test_classes_are_independent(head: Head) -> None:
    running = RunningDecision(EventRule(head, (rule(), rule(smoothing=3))))
    assert [event.label for event in running.step([60, 127], 0)] == [0]
    assert [event.label for event in running.step([60, 127], 1)] == [1]
    assert running.rule.history == 3
