# SPDX-License-Identifier: Apache-2.0
"""`events:` in the decision settings beside a model: seconds and shares to an `EventRule`.

`generator.model.decision_file` reads the file; what it holds for events is checked here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from pydantic import BaseModel, ConfigDict, Field

from generator.errors import Fault
from generator.model.decision import SHARE_STEPS, ZERO_SHARE_STEP, Head, step_of
from generator.model.event_rule import ClassEvents, EventRule
from generator.spelling import did_you_mean
from generator.yaml_lines import Lines

EVENTS_KEY = "events"
CLASSES_KEY = "classes"

DEFAULT_SMOOTHING_STEPS = 1
DEFAULT_BEGIN = 0.9
"""Chosen on mixtures of ESC-10 clips: docs/adr/0022."""
DEFAULT_END_OF_BEGIN = 0.5
"""`end` where it is not set: so much of `begin`."""

LONGEST_SMOOTHING_STEPS = 32
"""The image keeps the scores of so many steps."""
LONGEST_STEPS = 65_535
"""Of the other times: the image counts them in 16 bits."""

THRESHOLD_KEYS = ("begin", "end")


class ClassEventSettings(BaseModel):
    """What can be set for one class, and for all: every key may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    smoothing_s: float | None = None
    """Time over which scores are averaged; to the nearest number of steps."""
    begin: float | None = None
    """Mean score, 0 to 1, with which a class begins."""
    end: float | None = None
    """Mean score below which it ends."""
    minimum_s: float | None = None
    """Time for which `begin` must be reached before it begins; steps, rounded up."""
    refractory_s: float | None = None
    """Time after its end in which it does not begin again; steps, rounded up."""


class EventSettings(ClassEventSettings):
    """`events:`, for all classes, and where `classes` says otherwise for single ones."""

    classes: dict[str, ClassEventSettings] = Field(default_factory=dict)


def event_rule(
    settings: EventSettings,
    head: Head,
    labels: Sequence[str],
    *,
    other: int | None,
    step_s: Fraction,
    lines: Lines,
    faults: list[Fault],
) -> EventRule:
    """The rule in steps of `step_s` seconds, from one patch to the next.

    `other`: the class for all other sound, which makes no events. Faults join `faults`.
    """
    faults += _faults_of_labels(settings, labels, other, lines)
    faults += _refused_logits(settings, lines) if head is Head.LOGITS else ()
    classes: list[ClassEvents | None] = []
    told: dict[Fault, None] = {}
    for index, label in enumerate(labels):
        if index == other:
            classes.append(None)
            continue
        one, of_class = _class_events(_Chosen(settings, label, lines), head, step_s)
        told |= dict.fromkeys(of_class)  # what is set for all classes is told once
        classes.append(one)
    faults += told
    return EventRule(head, tuple(classes))


class _Chosen:
    """What holds for one class, and where it was set."""

    def __init__(self, settings: EventSettings, label: str, lines: Lines) -> None:
        self._own = settings.classes.get(label, ClassEventSettings())
        self._common, self._label, self._lines = settings, label, lines

    def value(self, key: str) -> float | None:
        own: float | None = getattr(self._own, key)
        common: float | None = getattr(self._common, key)
        return common if own is None else own

    def is_own(self, key: str) -> bool:
        return getattr(self._own, key) is not None

    def where(self, key: str) -> str:
        if self.is_own(key):
            return self._lines.where(EVENTS_KEY, CLASSES_KEY, self._label, key)
        return self._lines.where(EVENTS_KEY, key)


def _class_events(chosen: _Chosen, head: Head, step_s: Fraction) -> tuple[ClassEvents, list[Fault]]:
    faults: list[Fault] = []
    begin = end = ZERO_SHARE_STEP
    if head is not Head.LOGITS:
        begin = _threshold(chosen, "begin", DEFAULT_BEGIN, faults)
        usual_end = max(DEFAULT_END_OF_BEGIN * (begin - ZERO_SHARE_STEP), 1) / SHARE_STEPS
        end = _threshold(chosen, "end", usual_end, faults)
        if end > begin and not faults:
            above, below = chosen.value("end"), chosen.value("begin")
            key = "begin" if chosen.is_own("begin") and not chosen.is_own("end") else "end"
            what = f"`end`, {above:g}, is above `begin`, {below or DEFAULT_BEGIN:g}"
            faults.append(Fault(chosen.where(key), what, "give an `end` of `begin` at most"))
    smoothing = _steps(chosen, "smoothing_s", step_s, faults, most=LONGEST_SMOOTHING_STEPS)
    minimum = _steps(chosen, "minimum_s", step_s, faults, most=LONGEST_STEPS) or Fraction(1)
    refractory = _steps(chosen, "refractory_s", step_s, faults, most=LONGEST_STEPS) or Fraction(0)
    if smoothing is None:
        smoothing = Fraction(DEFAULT_SMOOTHING_STEPS)
    nearest = max(1, math.floor(smoothing + Fraction(1, 2)))
    return ClassEvents(nearest, begin, end, math.ceil(minimum), math.ceil(refractory)), faults


def _threshold(chosen: _Chosen, key: str, usual: float, faults: list[Fault]) -> int:
    """A share as it is held; a fault for what no mean, or every mean, would reach."""
    share = chosen.value(key)
    if share is None:
        return step_of(usual)
    step = step_of(share)
    if not ZERO_SHARE_STEP < step < ZERO_SHARE_STEP + SHARE_STEPS:
        remedy = "give from 0.004 to 0.996: scores are held in 256ths"
        faults.append(Fault(chosen.where(key), f"{share:g} is no threshold", remedy))
    return step


def _steps(
    chosen: _Chosen, key: str, step_s: Fraction, faults: list[Fault], *, most: int
) -> Fraction | None:
    """A time in steps, not rounded; None where it is not set, or where a fault was told.

    The image cannot hold more than `most`.
    """
    seconds = chosen.value(key)
    if seconds is None:
        return None
    steps = Fraction(str(seconds)) / step_s
    if 0 <= steps <= most:
        return steps
    remedy = f"give 0 to {float(most * step_s):g}: {most} steps of {float(step_s):g} s"
    faults.append(Fault(chosen.where(key), f"{seconds:g} s is out of range", remedy))
    return None


def _faults_of_labels(
    settings: EventSettings, labels: Sequence[str], other: int | None, lines: Lines
) -> Iterator[Fault]:
    """What is wrong with the classes that are named."""
    for label in settings.classes:
        where = lines.where(EVENTS_KEY, CLASSES_KEY, label)
        if label not in labels:
            remedy = did_you_mean(label, labels)
            yield Fault(where, f"the model has no class {label!r}", remedy)
        elif labels.index(label) == other:
            yield Fault(where, "is the other class: it makes no events", "remove it")


def _refused_logits(settings: EventSettings, lines: Lines) -> Iterator[Fault]:
    """Logits have no thresholds, and one smoothing: which class is the highest is one question."""
    remedy = "remove it, or convert the model with its softmax or sigmoid"
    places: list[tuple[str, ...]]
    places = [(EVENTS_KEY, key) for key in THRESHOLD_KEYS if getattr(settings, key) is not None]
    for label, own in settings.classes.items():
        at = (EVENTS_KEY, CLASSES_KEY, label)
        places += [(*at, key) for key in THRESHOLD_KEYS if getattr(own, key) is not None]
        if own.smoothing_s is not None:
            what = "the model ends in logits: the highest mean is one of a common time"
            yield Fault(lines.where(*at, "smoothing_s"), what, "set it for all classes")
    for place in places:
        what = "the model ends in logits, which have no threshold: the highest mean is heard"
        yield Fault(lines.where(*place), what, remedy)
