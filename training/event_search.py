# SPDX-License-Identifier: Apache-2.0
"""Choice of the running decision's parameters on labelled recordings.

Tried is every combination of `SMOOTHING_STEPS`, `BEGINS`, `END_RATIOS`, `MINIMUM_STEPS` and
`REFRACTORY_S`, for all classes alike. Chosen is the one with the fewest missed sounds among those
with no more false alarms an hour than allowed; of equals that with fewer false alarms, then the one
that is told sooner. Where none is so quiet, the one with the fewest false alarms is taken. Then
each class may take another begin of its own, where that misses fewer sounds and the whole stays
allowed.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from generator.model.event_rule import SILENT_SCORE, ClassEvents, EventRule
from generator.model.event_settings import ClassEventSettings, EventSettings
from scoring.event_match import NOTHING, EventCount, Span, match_events

SMOOTHING_STEPS = (1, 2, 3, 4)
"""Of the mean; 1: one patch alone."""
BEGINS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
END_RATIOS = (0.5, 0.75, 1.0)
"""Of the begin."""
MINIMUM_STEPS = (1, 2)
REFRACTORY_S = (0.0, 2.0)

MakeRule = Callable[[EventSettings], EventRule]
"""What the settings come to for a model."""

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
class Candidate:
    """A combination and what it gives over all recordings."""

    settings: EventSettings
    count: EventCount


@dataclass(frozen=True, slots=True)
class Choice:
    """What the search ends with."""

    candidates: tuple[Candidate, ...]
    """All combinations for all classes alike, in the order in which they were tried."""
    chosen: Candidate
    """The best of them; with a begin of its own for each class that gains by it."""
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


def combinations(step_s: Fraction) -> Iterator[EventSettings]:
    """Every combination that is tried, for steps of `step_s`."""
    for smoothing, begin, ratio, minimum, refractory_s in itertools.product(
        SMOOTHING_STEPS, BEGINS, END_RATIOS, MINIMUM_STEPS, REFRACTORY_S
    ):
        yield EventSettings(
            smoothing_s=_seconds(smoothing * step_s),
            begin=begin,
            end=round(begin * ratio, 3),
            minimum_s=_seconds(minimum * step_s) if minimum > 1 else 0.0,
            refractory_s=refractory_s,
        )


def choose_settings(
    recordings: Sequence[HeardRecording],
    labels: Sequence[str],
    make_rule: MakeRule,
    step_s: Fraction,
    *,
    allowed_an_hour: float,
    tolerance_s: float,
    on_progress: Callable[[int], None] = lambda done: None,
) -> Choice:
    """Try all combinations on recordings of a model with these labels.

    `allowed_an_hour`: false alarms; `on_progress` gets the number of combinations done.
    """

    def try_settings(settings: EventSettings) -> Candidate:
        counts = count_events(recordings, make_rule(settings), tolerance_s)
        return Candidate(settings, total(counts))

    candidates = []
    for number, settings in enumerate(combinations(step_s), start=1):
        candidates.append(try_settings(settings))
        on_progress(number)
    best = min(candidates, key=lambda one: _cost(one, allowed_an_hour))
    usual = best.settings
    ratio = (usual.end or 0.0) / (usual.begin or 1.0)
    heard = {span.label for recording in recordings for span in recording.sounds}
    for label in sorted(heard):
        for begin in BEGINS:
            own = ClassEventSettings(begin=begin, end=round(begin * ratio, 3))
            classes = {**best.settings.classes, labels[label]: own}
            tried = try_settings(best.settings.model_copy(update={"classes": classes}))
            most = max(allowed_an_hour, best.count.false_alarms_an_hour)
            is_better = _misses(tried) < _misses(best)
            if is_better and tried.count.false_alarms_an_hour <= most:
                best = tried
    is_allowed = best.count.false_alarms_an_hour <= allowed_an_hour
    return Choice(
        tuple(candidates), Candidate(_shorter(best.settings, labels), best.count), is_allowed
    )


def _shorter(settings: EventSettings, labels: Sequence[str]) -> EventSettings:
    """The same settings, with what most classes have for all, and the others by name."""
    usual = ClassEventSettings(begin=settings.begin, end=settings.end)
    own = {label: settings.classes.get(label, usual) for label in labels}
    common = Counter(own.values()).most_common(1)[0][0]
    classes = {label: one for label, one in own.items() if one != common}
    return settings.model_copy(
        update={"begin": common.begin, "end": common.end, "classes": classes}
    )


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


def _misses(one: Candidate) -> tuple[int, int]:
    return one.count.missed, one.count.false_alarms


def _cost(one: Candidate, allowed_an_hour: float) -> tuple[float, ...]:
    """What is less is better."""
    count, settings = one.count, one.settings
    told_after_s = max((settings.smoothing_s or 0.0) / 2, settings.minimum_s or 0.0)
    sooner = (
        *(told_after_s, settings.refractory_s or 0.0),
        *(-(settings.begin or 0.0), -(settings.end or 0.0)),
    )
    if count.false_alarms_an_hour > allowed_an_hour:
        return (1.0, count.false_alarms, count.missed, *sooner)
    return (0.0, count.missed, count.false_alarms, *sooner)


def _seconds(exact: Fraction) -> float:
    """To the millisecond below: a time that is rounded up to steps comes to the same ones."""
    return math.floor(exact * 1000) / 1000
