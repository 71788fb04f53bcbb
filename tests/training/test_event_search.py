# SPDX-License-Identifier: Apache-2.0
"""The search counts as the running decision itself does, and chooses what it says."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from generator.model.decision import Head, step_of
from generator.model.event_rule import ClassEvents, EventKind, EventRule, RunningDecision
from scoring.event_match import Span
from training.event_search import (
    HeardRecording,
    choose_parameters,
    combinations,
    count_events,
    rule_of,
    spans_of_class,
    total,
)

STEP_S = 0.5


def recording(scores: np.ndarray, *sounds: Span) -> HeardRecording:
    ends_s = STEP_S * np.arange(1, len(scores) + 1)
    return HeardRecording("one", STEP_S * len(scores), scores, ends_s, sounds)


def by_reference(heard: HeardRecording, rule: EventRule) -> list[Span]:
    decision, spans = RunningDecision(rule), []
    begun: dict[int, float] = {}
    for index, scores in enumerate(heard.scores):
        for event in decision.step(scores.tolist(), index):
            if event.kind is EventKind.BEGINS:
                begun[event.label] = float(heard.ends_s[index])
            else:
                spans.append(Span(event.label, begun.pop(event.label), float(heard.ends_s[index])))
    return spans + [Span(label, begin, heard.seconds) for label, begin in begun.items()]


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 4),
    st.integers(-100, 100),
    st.integers(0, 60),
    st.integers(1, 3),
    st.integers(0, 4),
)
def test_spans_are_those_of_the_running_decision(
    seed: int, smoothing: int, begin: int, lower: int, minimum: int, refractory: int
) -> None:
    generator = np.random.default_rng(seed)
    scores = generator.integers(-128, 128, (40, 2)).astype(np.int8)
    scores[generator.random(40) < 0.3] = -128
    one = ClassEvents(smoothing, begin, max(-127, begin - lower), minimum, refractory)
    heard = recording(scores)
    expected = by_reference(heard, EventRule(Head.SIGMOID, (one, one)))
    found = [span for label in (0, 1) for span in spans_of_class(heard, label, one)]
    assert sorted(found, key=repr) == sorted(expected, key=repr)


def dog_among_noise() -> HeardRecording:
    """Five sounds of class 0 that reach 0.9, and single steps of 0.65 between them."""
    scores = np.full((200, 2), -128, np.int8)
    sounds = []
    for place in range(10, 200, 40):
        scores[place : place + 6, 0] = step_of(0.9)
        scores[place + 20, 0] = step_of(0.65)
        sounds.append(Span(0, STEP_S * place, STEP_S * (place + 6)))
    return recording(scores, *sounds)


USUAL = ClassEvents(smoothing=1, begin=step_of(0.5), end=step_of(0.5), minimum=1, refractory=0)


def test_the_choice_finds_all_sounds_without_a_false_alarm() -> None:
    heard, rule = dog_among_noise(), EventRule(Head.SOFTMAX, (USUAL, USUAL))
    before = total(count_events([heard], rule, tolerance_s=1.0))
    assert (before.found, before.missed, before.false_alarms) == (5, 0, 5)
    choice = choose_parameters([heard], rule, STEP_S, allowed_an_hour=0.0, tolerance_s=1.0)
    assert choice.is_allowed
    assert (choice.count.missed, choice.count.false_alarms) == (0, 0)
    after = total(count_events([heard], rule_of(rule, choice, STEP_S), tolerance_s=1.0))
    assert after == choice.count
    assert len(choice.candidates) == len(list(combinations()))


def test_where_nothing_is_quiet_enough_the_quietest_is_taken_and_said() -> None:
    scores = np.full((100, 1), -128, np.int8)
    scores[20:40] = 127  # nothing is labelled there
    choice = choose_parameters(
        [recording(scores)], EventRule(Head.SOFTMAX, (USUAL,)), STEP_S,
        allowed_an_hour=1.0, tolerance_s=1.0,
    )  # fmt: skip
    assert not choice.is_allowed
    assert choice.count.false_alarms == 1


def test_a_class_without_events_stays_without() -> None:
    rule = EventRule(Head.SOFTMAX, (USUAL, None))
    heard = dog_among_noise()
    choice = choose_parameters([heard], rule, STEP_S, allowed_an_hour=1.0, tolerance_s=1.0)
    assert rule_of(rule, choice, STEP_S).classes[1] is None


def test_a_weak_class_gets_a_begin_of_its_own() -> None:
    strong = dog_among_noise()
    scores = strong.scores.copy()
    scores[100:106, 1] = step_of(0.45)
    weak = Span(1, 50.0, 53.0)
    heard = HeardRecording("two", strong.seconds, scores, strong.ends_s, (*strong.sounds, weak))
    rule = EventRule(Head.SIGMOID, (USUAL, USUAL))
    choice = choose_parameters([heard], rule, STEP_S, allowed_an_hour=0.0, tolerance_s=1.0)
    assert choice.count.missed == 0
    assert choice.count.false_alarms == 0
