# SPDX-License-Identifier: Apache-2.0
"""The running decision on labelled recordings: what a model's own settings give, and the best."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from generator.host.continuous_twin import Step
from generator.model.decision import ZERO_SHARE_STEP
from generator.model.event_rule import EventRule
from generator.model.event_settings import EventSettings
from scoring.event_match import EventCount, Span
from sounds.recording import Recording
from training.event_search import (
    Choice,
    HeardRecording,
    MakeRule,
    choose_settings,
    count_events,
    total,
)

TOLERANCE_STEPS = 3
"""So many steps after a sound an event of it may still begin: mean, minimum, a filled patch."""


@dataclass(frozen=True, slots=True)
class EventEvaluation:
    """What a model's running decision gives on recordings, and what the search chose."""

    model: Path
    sha256: str
    labels: tuple[str, ...]
    recordings: tuple[HeardRecording, ...]
    origin: str
    """Where the recordings come from, for the reader."""
    tolerance_s: float
    allowed_an_hour: float
    own: tuple[EventCount, ...]
    """By class, with the settings beside the model."""
    own_text: str
    best: tuple[EventCount, ...]
    """By class, with the settings that were chosen."""
    best_text: str
    choice: Choice

    @property
    def seconds(self) -> float:
        """All recordings together."""
        return sum(one.seconds for one in self.recordings)


def heard_recording(
    recording: Recording, steps: Sequence[Step], labels: Sequence[str]
) -> HeardRecording:
    """What the C made of a recording, beside its labels; classes unknown to the model are none."""
    silent = np.full(len(labels), ZERO_SHARE_STEP, np.int8)
    scores = [silent if step.scores is None else step.scores for step in steps]
    return HeardRecording(
        name=recording.name,
        seconds=recording.seconds,
        scores=np.array(scores, np.int8).reshape(len(steps), len(labels)),
        ends_s=np.array([step.sample / recording.rate_hz for step in steps], np.float64),
        sounds=tuple(
            Span(labels.index(one.label), one.begin_s, one.end_s)
            for one in recording.occurrences
            if one.label in labels
        ),
    )


def evaluate_events(
    recordings: Sequence[HeardRecording],
    labels: Sequence[str],
    own: EventRule,
    make_rule: MakeRule,
    step_s: Fraction,
    *,
    allowed_an_hour: float,
    on_progress: Callable[[int], None],
) -> tuple[tuple[EventCount, ...], tuple[EventCount, ...], Choice, float]:
    """Counts by class of the model's own rule and of the chosen one, the choice, the tolerance."""
    tolerance_s = TOLERANCE_STEPS * float(step_s)
    choice = choose_settings(
        recordings, labels, make_rule, step_s,
        allowed_an_hour=allowed_an_hour, tolerance_s=tolerance_s, on_progress=on_progress,
    )  # fmt: skip
    before = count_events(recordings, own, tolerance_s)
    after = count_events(recordings, make_rule(choice.chosen.settings), tolerance_s)
    return before, after, choice, tolerance_s


def to_json(result: EventEvaluation) -> str:
    """Everything as JSON text."""
    return json.dumps(_plain(result), indent=1) + "\n"


def _plain(result: EventEvaluation) -> dict[str, Any]:
    return {
        "model": result.model.name,
        "model_sha256": result.sha256,
        "labels": result.labels,
        "recordings": [
            {"name": one.name, "seconds": one.seconds, "sounds": len(one.sounds)}
            for one in result.recordings
        ],
        "origin": result.origin,
        "tolerance_s": result.tolerance_s,
        "allowed_false_alarms_an_hour": result.allowed_an_hour,
        "own": {"rule": result.own_text, **_counts(result.own, result.labels)},
        "chosen": {
            "rule": result.best_text,
            "settings": _settings(result.choice.chosen.settings),
            "is_allowed": result.choice.is_allowed,
            **_counts(result.best, result.labels),
        },
        "tried": [
            {"settings": _settings(one.settings), **_count(one.count)}
            for one in result.choice.candidates
        ],
    }


def _settings(settings: EventSettings) -> dict[str, Any]:
    return settings.model_dump(exclude_none=True)


def _counts(counts: Sequence[EventCount], labels: Sequence[str]) -> dict[str, Any]:
    by_class = {label: _count(one) for label, one in zip(labels, counts, strict=True)}
    return {**_count(total(counts)), "by_class": by_class}


def _count(count: EventCount) -> dict[str, Any]:
    rate = round(count.false_alarms_an_hour, 3)
    return {**asdict(count), "false_alarms_an_hour": rate}
