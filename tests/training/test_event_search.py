# SPDX-License-Identifier: Apache-2.0
"""The search counts as the running decision itself does, and chooses what it says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import Fault
from generator.model.decision import Head, step_of
from generator.model.event_rule import ClassEvents, EventKind, EventRule, RunningDecision
from generator.model.event_settings import EventSettings, event_rule
from generator.yaml_lines import Lines
from scoring.event_match import Span
from training.event_search import (
    MINIMUM_STEPS,
    SMOOTHING_STEPS,
    Choice,
    HeardRecording,
    choose_settings,
    combinations,
    count_events,
    spans_of_class,
    total,
)

STEP = Fraction(1, 2)
STEP_S = 0.5
LABELS = ("dog", "rain")


def make_rule(settings: EventSettings) -> EventRule:
    faults: list[Fault] = []
    rule = event_rule(
        settings, Head.SIGMOID, LABELS,
        other=None, step_s=STEP, lines=Lines(Path("x.yaml"), None), faults=faults,
    )  # fmt: skip
    assert not faults
    return rule


def choose(heard: HeardRecording, allowed_an_hour: float) -> Choice:
    return choose_settings(
        [heard], LABELS, make_rule, STEP, allowed_an_hour=allowed_an_hour, tolerance_s=1.0
    )


def recording(scores: npt.NDArray[np.int8], *sounds: Span) -> HeardRecording:
    ends_s = np.arange(1, len(scores) + 1, dtype=np.float64) * STEP_S
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


CLASSES = st.builds(
    lambda smoothing, begin, lower, minimum, refractory: ClassEvents(
        smoothing, begin, max(-127, begin - lower), minimum, refractory
    ),
    st.integers(1, 4),
    st.integers(-100, 100),
    st.integers(0, 60),
    st.integers(1, 3),
    st.integers(0, 4),
)


@given(st.integers(0, 2**32 - 1), CLASSES)
def test_spans_are_those_of_the_running_decision(seed: int, one: ClassEvents) -> None:
    generator = np.random.default_rng(seed)
    scores = generator.integers(-128, 128, (40, 2)).astype(np.int8)
    scores[generator.random(40) < 0.3] = -128
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


def test_the_choice_finds_all_sounds_without_a_false_alarm() -> None:
    heard = dog_among_noise()
    usual = make_rule(EventSettings(smoothing_s=0.5, begin=0.5, end=0.5))
    before = total(count_events([heard], usual, tolerance_s=1.0))
    assert (before.found, before.missed, before.false_alarms) == (5, 0, 5)
    choice = choose(heard, allowed_an_hour=0.0)
    assert choice.is_allowed
    assert (choice.chosen.count.missed, choice.chosen.count.false_alarms) == (0, 0)
    chosen = make_rule(choice.chosen.settings)
    assert total(count_events([heard], chosen, tolerance_s=1.0)) == choice.chosen.count
    assert len(choice.candidates) == len(list(combinations(STEP)))


def test_where_nothing_is_quiet_enough_the_quietest_is_taken_and_said() -> None:
    scores = np.full((100, 2), -128, np.int8)
    scores[20:40, 0] = 127  # nothing is labelled there
    choice = choose(recording(scores), allowed_an_hour=1.0)
    assert not choice.is_allowed
    assert choice.chosen.count.false_alarms == 1


def test_a_weak_class_gets_a_begin_of_its_own() -> None:
    strong = dog_among_noise()
    scores = strong.scores.copy()
    for place in range(30, 200, 40):
        scores[place : place + 6, 0] = step_of(0.65)  # as long as a sound: only 0.7 keeps it out
    scores[100:106, 1] = step_of(0.45)
    heard = recording(scores, *strong.sounds, Span(1, 50.0, 53.0))
    choice = choose(heard, allowed_an_hour=0.0)
    assert (choice.chosen.count.missed, choice.chosen.count.false_alarms) == (0, 0)
    assert set(choice.chosen.settings.classes) == {"rain"}


def test_combinations_come_to_the_steps_that_are_meant() -> None:
    step = Fraction(7201, 10_000)  # no whole milliseconds
    rules = {
        event_rule(
            settings, Head.SIGMOID, LABELS,
            other=None, step_s=step, lines=Lines(Path("x.yaml"), None), faults=[],
        ).classes[0]
        for settings in combinations(step)
    }  # fmt: skip
    assert {one.smoothing for one in rules if one} == set(SMOOTHING_STEPS)
    assert {one.minimum for one in rules if one} == set(MINIMUM_STEPS)
    assert {one.refractory for one in rules if one} == {0, 3}
