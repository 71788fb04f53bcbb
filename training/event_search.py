# SPDX-License-Identifier: Apache-2.0
"""Choice of the running decision's parameters on labelled recordings.

Tried is every combination of `SMOOTHING_S`, `BEGINS`, `END_RATIOS`, `MINIMUM_S` and `REFRACTORY_S`,
for all classes alike. Chosen is the one with the fewest missed sounds among those with no more
false alarms an hour than allowed; of equals that with fewer false alarms, then the one that is told
sooner. Where none is so quiet, the one with the fewest false alarms is taken. Then each class may
take another begin of its own, where that misses fewer sounds and the whole stays allowed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from generator.model.decision import step_of
from generator.model.event_rule import SILENT_SCORE, ClassEvents, EventRule
from scoring.event_match import NOTHING, EventCount, Span, match_events

SMOOTHING_S = (0.0, 1.0, 1.5, 2.0)
"""Times of the mean; 0: one patch alone."""
BEGINS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
END_RATIOS = (0.5, 0.75, 1.0)
"""Of the begin."""
MINIMUM_S = (0.0, 1.0)
REFRACTORY_S = (0.0, 2.0)

Steps = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HeardRecording:
    """A recording as the running decision gets it, and what is labelled in it."""

    name: str
    seconds: float
    scores: npt.NDArray[np.int8]
    """int8 [steps, classes]: the lowest score, -128, where a step is silent."""
    ends_s: npt.NDArray[np.float64]
    """float64 [steps]: when each step ends."""
    sounds: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Parameters:
    """One combination, in the units of the settings file."""

    smoothing_s: float
    begin: float
    end: float
    minimum_s: float
    refractory_s: float

    def in_steps(self, step_s: float) -> ClassEvents:
        """As the rule has them, with steps of `step_s`."""
        return ClassEvents(
            smoothing=max(1, round(self.smoothing_s / step_s)),
            begin=step_of(self.begin),
            end=step_of(self.end),
            minimum=max(1, round(self.minimum_s / step_s)),
            refractory=round(self.refractory_s / step_s),
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A combination and what it gives over all recordings."""

    parameters: Parameters
    count: EventCount


@dataclass(frozen=True, slots=True)
class Choice:
    """What the search ends with."""

    candidates: tuple[Candidate, ...]
    """All combinations for all classes alike, in the order in which they were tried."""
    chosen: Candidate
    begins: dict[int, float]
    """Classes with a begin of their own."""
    count: EventCount
    """With these begins."""
    is_allowed: bool
    """Whether it has no more false alarms an hour than were allowed."""


def spans_of_class(recording: HeardRecording, label: int, one: ClassEvents) -> list[Span]:
    """The events of one class, as `RunningDecision` tells them (softmax and sigmoid).

    One that is still on at the end of the recording ends there.
    """
    sums = window_sums(recording.scores[:, label], one.smoothing)
    begins_at = np.flatnonzero(_run_lengths(sums >= one.begin * one.smoothing) >= one.minimum)
    ends_at = np.flatnonzero(sums < one.end * one.smoothing)
    spans: list[Span] = []
    first = 0  # step from which on it may begin
    while True:
        place = int(np.searchsorted(begins_at, first + one.minimum - 1))
        if place == len(begins_at):
            return spans
        begin = int(begins_at[place])
        place = int(np.searchsorted(ends_at, begin + 1))
        if place == len(ends_at):
            return [*spans, Span(label, float(recording.ends_s[begin]), recording.seconds)]
        end = int(ends_at[place])
        spans.append(Span(label, float(recording.ends_s[begin]), float(recording.ends_s[end])))
        first = end + one.refractory + 1


def count_events(
    recordings: Sequence[HeardRecording], rule: EventRule, tolerance_s: float
) -> tuple[EventCount, ...]:
    """What a rule gives over all recordings, by class; softmax and sigmoid."""
    counts = []
    for label, one in enumerate(rule.classes):
        count = NOTHING
        for recording in recordings:
            sounds = [span for span in recording.sounds if span.label == label]
            events = [] if one is None else spans_of_class(recording, label, one)
            count += match_events(sounds, events, tolerance_s).count(recording.seconds)
        counts.append(count)
    return tuple(counts)


def total(counts: Sequence[EventCount]) -> EventCount:
    """All classes together, over the same time."""
    whole = sum(counts, NOTHING)
    return replace(whole, seconds=counts[0].seconds if counts else 0.0)


def combinations() -> Iterator[Parameters]:
    """Every combination that is tried."""
    for smoothing_s, begin, ratio, minimum_s, refractory_s in itertools.product(
        SMOOTHING_S, BEGINS, END_RATIOS, MINIMUM_S, REFRACTORY_S
    ):
        yield Parameters(smoothing_s, begin, round(begin * ratio, 3), minimum_s, refractory_s)


def choose_parameters(
    recordings: Sequence[HeardRecording],
    rule: EventRule,
    step_s: float,
    *,
    allowed_an_hour: float,
    tolerance_s: float,
    on_progress: Callable[[int], None] = lambda done: None,
) -> Choice:
    """Try all combinations with the classes of `rule` that make events.

    `allowed_an_hour`: false alarms; `on_progress` gets the number of combinations done.
    """
    candidates = []
    for number, parameters in enumerate(combinations(), start=1):
        tried = _with(rule, parameters, step_s, {})
        count = total(count_events(recordings, tried, tolerance_s))
        candidates.append(Candidate(parameters, count))
        on_progress(number)
    chosen = min(candidates, key=lambda one: _cost(one, allowed_an_hour))
    begins: dict[int, float] = {}
    best = chosen.count
    for label, one in enumerate(rule.classes):
        if one is None:
            continue
        for begin in BEGINS:
            own = {**begins, label: begin}
            tried = _with(rule, chosen.parameters, step_s, own)
            count = total(count_events(recordings, tried, tolerance_s))
            allowed = count.false_alarms_an_hour <= max(allowed_an_hour, best.false_alarms_an_hour)
            if allowed and (count.missed, count.false_alarms) < (best.missed, best.false_alarms):
                begins, best = own, count
    is_allowed = best.false_alarms_an_hour <= allowed_an_hour
    return Choice(tuple(candidates), chosen, begins, best, is_allowed)


def rule_of(rule: EventRule, choice: Choice, step_s: float) -> EventRule:
    """The rule with what was chosen."""
    return _with(rule, choice.chosen.parameters, step_s, choice.begins)


def window_sums(scores: npt.NDArray[np.int8], smoothing: int) -> Steps:
    """Sums int64 [steps] of each step's newest `smoothing` scores; before the first: silence."""
    silence = np.full(smoothing, SILENT_SCORE, np.int64)
    before = np.concatenate([[0], np.cumsum(np.concatenate([silence, scores.astype(np.int64)]))])
    sums: Steps = before[smoothing + 1 :] - before[1:-smoothing]
    return sums


def _run_lengths(on: npt.NDArray[np.bool_]) -> Steps:
    """For each step, how many steps up to it are on without a gap."""
    place = np.arange(1, len(on) + 1)
    last_off = np.maximum.accumulate(np.where(on, 0, place))
    return np.asarray(place - last_off, np.int64)


def _with(
    rule: EventRule, parameters: Parameters, step_s: float, begins: dict[int, float]
) -> EventRule:
    classes = []
    for label, one in enumerate(rule.classes):
        own = parameters
        if label in begins:
            ratio = parameters.end / parameters.begin
            own = replace(parameters, begin=begins[label], end=own_end(begins[label], ratio))
        classes.append(None if one is None else own.in_steps(step_s))
    return EventRule(rule.head, tuple(classes))


def own_end(begin: float, ratio: float) -> float:
    """The end of a class with a begin of its own, in the same ratio to it."""
    return round(begin * ratio, 3)


def _cost(one: Candidate, allowed_an_hour: float) -> tuple[float, ...]:
    """What is less is better."""
    count, parameters = one.count, one.parameters
    too_many = count.false_alarms_an_hour > allowed_an_hour
    delay_s = max(parameters.smoothing_s / 2, parameters.minimum_s)
    sooner = (delay_s, parameters.refractory_s, -parameters.begin, -parameters.end)
    if too_many:
        return (1.0, count.false_alarms, count.missed, *sooner)
    return (0.0, count.missed, count.false_alarms, *sooner)
