# SPDX-License-Identifier: Apache-2.0
"""`events:` in the decision settings beside a model: steps, defaults, and every fault at once."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from generator.errors import InputError
from generator.model.decision import DecisionRule, Head
from generator.model.decision_file import (
    DecisionSettings,
    find_rule,
    find_rules,
    settings_path,
    settings_text,
)
from generator.model.event_rule import ClassEvents, EventRule, describe_events
from generator.model.event_settings import (
    DEFAULT_BEGIN,
    DEFAULT_SMOOTHING_STEPS,
    EventSettings,
)

LABELS = ("dog", "rain", "other")
STEP_S = Fraction(72 * 160, 16_000)
USUAL_BEGIN = int(256 * DEFAULT_BEGIN + 0.5) - 128


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tmp_path / "m.tflite"


def events_of(model: Path, text: str, head: Head = Head.SOFTMAX) -> EventRule:
    settings_path(model).write_text(text, encoding="utf-8")
    return find_rules(model, head, LABELS, STEP_S).events


def faults_of(model: Path, text: str, head: Head = Head.SOFTMAX) -> list[str]:
    with pytest.raises(InputError) as refused:
        events_of(model, text, head)
    return [str(fault) for fault in refused.value.faults]


def test_without_settings_there_are_defaults(model: Path) -> None:
    rule = find_rules(model, Head.SIGMOID, LABELS, STEP_S).events
    usual = rule.classes[0]
    assert usual is not None
    assert (usual.smoothing, usual.begin) == (DEFAULT_SMOOTHING_STEPS, USUAL_BEGIN)
    assert (usual.minimum, usual.refractory) == (1, 0)
    assert -128 < usual.end < usual.begin
    assert rule == EventRule(Head.SIGMOID, (usual,) * 3)


def test_files_without_events_are_what_they_were(model: Path) -> None:
    settings_path(model).write_text("threshold: 0.6\nother: other\n", encoding="utf-8")
    rules = find_rules(model, Head.SOFTMAX, LABELS, STEP_S)
    assert rules.decision == find_rule(model, Head.SOFTMAX, LABELS)
    assert rules.decision == DecisionRule(Head.SOFTMAX, (26,) * 3, 2)
    assert rules.events.classes[2] is None
    assert "events" not in settings_text(DecisionSettings(threshold=0.6))


def test_settings_are_read(model: Path) -> None:
    text = """\
events:
  smoothing_s: 2.16
  begin: 0.75
  end: 0.5
  minimum_s: 0.73
  refractory_s: 3.6
  classes:
    rain: {begin: 0.875, refractory_s: 0, smoothing_s: 0.1}
"""
    dog = ClassEvents(smoothing=3, begin=64, end=0, minimum=2, refractory=5)
    rain = ClassEvents(smoothing=1, begin=96, end=0, minimum=2, refractory=0)
    assert events_of(model, text) == EventRule(Head.SOFTMAX, (dog, rain, dog))


@pytest.mark.parametrize(
    ("seconds", "smoothing", "minimum", "refractory"),
    [
        (0, 1, 1, 0),
        (0.01, 1, 1, 1),
        (0.72, 1, 1, 1),
        (0.73, 1, 2, 2),
        (1.07, 1, 2, 2),
        (1.08, 2, 2, 2),
        (1.44, 2, 2, 2),
        (23.04, 32, 32, 32),
    ],
)
def test_seconds_become_steps(
    model: Path, seconds: float, smoothing: int, minimum: int, refractory: int
) -> None:
    """Exactly: no step more because 0.72 is no binary fraction."""
    keys = ("smoothing_s", "minimum_s", "refractory_s")
    text = "events:\n" + "".join(f"  {key}: {seconds}\n" for key in keys)
    one = events_of(model, text).classes[0]
    assert one is not None
    assert (one.smoothing, one.minimum, one.refractory) == (smoothing, minimum, refractory)


def test_the_class_for_other_sound_makes_no_events(model: Path) -> None:
    rule = events_of(model, "other: rain\nevents: {begin: 0.5}\n")
    assert [one is None for one in rule.classes] == [False, True, False]
    said = describe_events(rule, LABELS, float(STEP_S))
    assert said.startswith("begins at 0.500 (mean of ")
    assert said.endswith("rain: no events")
    told = faults_of(model, "other: rain\nevents: {classes: {rain: {begin: 0.5}}}\n")
    assert "m.decision.yaml:2: events.classes.rain: is the other class" in told[0]


def test_all_faults_are_told_with_their_lines(model: Path) -> None:
    text = """\
threshold: 1.5
events:
  smoothing_s: 24
  begin: 0.7
  end: 0
  minimum_s: -1
  classes:
    dog: {begin: 1}
    ran: {begin: 0.5}
    rain:
      refractory_s: 99999
"""
    told = faults_of(model, text)
    for said in (
        "m.decision.yaml:1: threshold: 1.5 is no threshold",
        "m.decision.yaml:3: events.smoothing_s: 24 s is out of range",
        "give 0 to 23.04: 32 steps of 0.72 s",
        "m.decision.yaml:5: events.end: 0 is no threshold",
        "m.decision.yaml:6: events.minimum_s: -1 s is out of range",
        "m.decision.yaml:8: events.classes.dog.begin: 1 is no threshold",
        "m.decision.yaml:9: events.classes.ran: the model has no class 'ran'",
        "did you mean rain?",
        "m.decision.yaml:11: events.classes.rain.refractory_s: 99999 s is out of range",
    ):
        assert said in "\n".join(told)
    assert len(told) == 7


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("events: {begin: 0.5, end: 0.6}", "1: events.end: `end`, 0.6, is above `begin`, 0.5"),
        ("events: {end: 0.95}", "1: events.end: `end`, 0.95, is above `begin`, "),
        (
            "events:\n  end: 0.6\n  begin: 0.7\n  classes:\n    dog: {begin: 0.5}",
            "5: events.classes.dog.begin: `end`, 0.6, is above `begin`, 0.5",
        ),
        (
            "events:\n  begin: 0.7\n  classes:\n    dog: {end: 0.8}",
            "4: events.classes.dog.end: `end`, 0.8, is above `begin`, 0.7",
        ),
    ],
)
def test_an_end_above_the_beginning_is_refused(model: Path, text: str, where: str) -> None:
    (told,) = faults_of(model, text)
    assert f"m.decision.yaml:{where}" in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "event: {begin: 0.5}",
            "m.decision.yaml:1: event: unknown key\n    remedy: did you mean ev",
        ),
        ("events: {beginn: 0.5}", "1: events.beginn: unknown key\n    remedy: did you mean begin?"),
        (
            "events: {classes: {dog: {minimum: 1}}}",
            "events.classes.dog.minimum: unknown key\n    remedy: did you mean minimum_s?",
        ),
        (
            "events: {classes: {dog: {classes: {}}}}",
            "known are smoothing_s, begin, end, minimum_s, refractory_s",
        ),
        ("events: 0.5", "1: events: Input should be a valid dict"),
        ("events: {begin: high}", "1: events.begin: Input should be a valid number"),
        ("events: {begin: 2}", "1: events.begin: 2 is no threshold"),
        ("events: {begin: -1.5}", "1: events.begin: -1.5 is no threshold"),
        ("events: {begin: .nan}", "1: events.begin: Input should be a finite number"),
        ("events: {classes: {no: {begin: 0.5}}}", "events.classes: False is no text"),
        ("events: {classes: {dog: 0.5}}", "events.classes.dog: Input should be a valid dict"),
        ("events:\n  begin: 0.5\n  begin: 0.6", "3: events.begin: duplicate key"),
    ],
)
def test_what_is_no_setting_is_told(model: Path, text: str, said: str) -> None:
    assert said in "\n".join(faults_of(model, text))


def test_logits_have_times_but_no_thresholds(model: Path) -> None:
    rule = events_of(model, "events: {smoothing_s: 1.44, minimum_s: 2}", Head.LOGITS)
    one = ClassEvents(smoothing=2, begin=-128, end=-128, minimum=3, refractory=0)
    assert rule == EventRule(Head.LOGITS, (one,) * 3)
    assert describe_events(rule, LABELS, 0.72) == (
        "while the highest (mean of 1.44 s), at least 2.16 s"
    )
    text = "events:\n  begin: 0.5\n  classes:\n    dog: {end: 0.2}\n    rain: {smoothing_s: 1}\n"
    told = "\n".join(faults_of(model, text, Head.LOGITS))
    for said in (
        "m.decision.yaml:2: events.begin: the model ends in logits",
        "m.decision.yaml:4: events.classes.dog.end: the model ends in logits",
        "m.decision.yaml:5: events.classes.rain.smoothing_s: the model ends in logits",
    ):
        assert said in told


def test_what_is_written_is_read(model: Path) -> None:
    events = EventSettings(begin=0.5, smoothing_s=0.72)
    text = settings_text(DecisionSettings(events=events))
    one = events_of(model, text).classes[0]
    assert one is not None
    assert (one.begin, one.smoothing) == (0, 1)


def test_rules_in_words() -> None:
    dog, rain = ClassEvents(1, 0, -64, 1, 0), ClassEvents(2, 64, 0, 3, 5)
    rule = EventRule(Head.SIGMOID, (dog, rain, None))
    assert describe_events(rule, LABELS, 0.72) == (
        "begins at 0.500 (mean of 0.72 s), ends below 0.250; "
        "rain: begins at 0.750 (mean of 1.44 s), ends below 0.500, at least 2.16 s, "
        "then none for 3.60 s; other: no events"
    )
    assert describe_events(EventRule(Head.SOFTMAX, (None,)), ("x",), 0.72) == (
        "no class makes events"
    )
