# SPDX-License-Identifier: Apache-2.0
"""When a class begins and ends in sound without end: the running decision, in integer steps.

Time goes in steps. A step has the scores of a patch, or it is silent: then every score counts as
the lowest, -128. A class's *mean* is that of its newest `smoothing` steps; before the first step
all was silent. The comparisons are of integers, sum >= begin * smoothing, as the decision rule's.
The C twin of `RunningDecision` is `firmware_templates/library/events.c`; see docs/adr/0022.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from generator.model.decision import SHARE_STEPS, ZERO_SHARE_STEP, Head

SILENT_SCORE = -128
"""What every score of a silent step counts as: the lowest there is."""


@dataclass(frozen=True, slots=True)
class ClassEvents:
    """How one class begins and ends. Times are in steps, scores in the int8 scores' own."""

    smoothing: int
    """Newest steps whose mean is held against the thresholds; at least 1."""
    begin: int
    """Least mean with which it begins; logits: not looked at."""
    end: int
    """With a lower mean it ends, `begin` at most; logits: not looked at."""
    minimum: int
    """Steps one after another that must reach `begin`; at least 1: the first one is enough."""
    refractory: int
    """Steps after its end in which it does not begin again."""


@dataclass(frozen=True, slots=True)
class EventRule:
    """The running decision of one image."""

    head: Head
    classes: tuple[ClassEvents | None, ...]
    """None: the class makes no events, as it stands for all other sound."""

    @property
    def history(self) -> int:
        """Newest steps of which the scores are kept."""
        return max((one.smoothing for one in self.classes if one is not None), default=1)


NO_EVENTS = EventRule(Head.SOFTMAX, ())
"""The rule of no class at all."""


class EventKind(StrEnum):
    """What happens to a class."""

    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Event:
    """A class begins or ends."""

    kind: EventKind
    label: int
    score: int
    """Its mean at this step, to the nearest int8 step, halves up."""
    sample: int
    """The end of the step that decided it, in samples since the start."""
    begin_sample: int
    """That of the step with which it began; of a beginning `sample` itself."""


@dataclass(slots=True)
class _Course:
    """Where one class is."""

    sum: int
    hits: int = 0
    """Newest steps that reached `begin`, `minimum` at most."""
    rest: int = 0
    """Steps in which it cannot begin."""
    active: bool = False
    begin_sample: int = 0


class RunningDecision:
    """The reference: steps in, events out."""

    def __init__(self, rule: EventRule) -> None:
        self.rule = rule
        self._newest: list[list[int]] = [
            [SILENT_SCORE] * len(rule.classes) for _ in range(rule.history)
        ]
        self._courses = [
            None if one is None else _Course(SILENT_SCORE * one.smoothing) for one in rule.classes
        ]

    def step(self, scores: Iterable[int] | None, sample: int) -> tuple[Event, ...]:
        """Take a step that ends with that sample: its scores, int8, or None where it is silent.

        Returns what ends and then what begins, each in the order of the classes.
        """
        rule = self.rule
        taken = [SILENT_SCORE] * len(rule.classes) if scores is None else [int(q) for q in scores]
        for label, (one, course) in enumerate(zip(rule.classes, self._courses, strict=True)):
            if one is not None and course is not None:
                course.sum += taken[label] - self._newest[-one.smoothing][label]
        self._newest = [*self._newest[1:], taken]
        return (*self._ends(sample), *self._begins(sample))

    def _ends(self, sample: int) -> Iterator[Event]:
        highest = self._highest()
        for label, one, course in self._each():
            if not course.active:
                continue
            on = label == highest if self._by_rank else course.sum >= one.end * one.smoothing
            if not on:
                course.active = False
                course.hits = 0
                course.rest = one.refractory + 1  # this step is the first
                score = _mean(course.sum, one.smoothing)
                yield Event(EventKind.ENDS, label, score, sample, course.begin_sample)

    def _begins(self, sample: int) -> Iterator[Event]:
        highest = self._highest()
        for label, one, course in self._each():
            if course.active:
                continue
            if course.rest > 0:
                course.rest -= 1
                continue
            on = label == highest if self._by_rank else course.sum >= one.begin * one.smoothing
            course.hits = min(course.hits + 1, one.minimum) if on else 0
            if course.hits == one.minimum:
                course.active = True
                course.begin_sample = sample
                score = _mean(course.sum, one.smoothing)
                yield Event(EventKind.BEGINS, label, score, sample, sample)

    def _each(self) -> Iterator[tuple[int, ClassEvents, _Course]]:
        for label, (one, course) in enumerate(zip(self.rule.classes, self._courses, strict=True)):
            if one is not None and course is not None:
                yield label, one, course

    @property
    def _by_rank(self) -> bool:
        return self.rule.head is Head.LOGITS

    def _highest(self) -> int | None:
        """The class of the highest mean, the lowest of equals; None where all of it was silence.

        Logits alone, of which all classes have one smoothing: the sums are compared.
        """
        best: int | None = None
        best_sum = 0
        for label, one, course in self._each():
            if course.sum > SILENT_SCORE * one.smoothing and (
                best is None or course.sum > best_sum
            ):
                best, best_sum = label, course.sum
        return best


def _mean(total: int, steps: int) -> int:
    """The mean of `steps` scores, to the nearest step, halves up."""
    above = total - ZERO_SHARE_STEP * steps  # from 0
    return (2 * above + steps) // (2 * steps) + ZERO_SHARE_STEP


def describe_events(rule: EventRule, labels: Sequence[str], step_s: float) -> str:
    """One line for the user: `begins at 0.602 (mean of 1.44 s), ends below 0.301`."""
    heard = [one for one in rule.classes if one is not None]
    if not heard:
        return "no class makes events"
    common = max(heard, key=lambda one: (heard.count(one), -heard.index(one)))
    text = _describe(common, rule.head, step_s)
    for label, one in zip(labels, rule.classes, strict=True):
        if one is None:
            text += f"; {label}: no events"
        elif one != common:
            text += f"; {label}: {_describe(one, rule.head, step_s)}"
    return text


def _describe(one: ClassEvents, head: Head, step_s: float) -> str:
    mean = f"mean of {one.smoothing * step_s:.2f} s"
    if head is Head.LOGITS:
        text = f"while the highest ({mean})"
    else:
        text = f"begins at {_share(one.begin)} ({mean}), ends below {_share(one.end)}"
    if one.minimum > 1:
        text += f", at least {one.minimum * step_s:.2f} s"
    if one.refractory:
        text += f", then none for {one.refractory * step_s:.2f} s"
    return text


def _share(step: int) -> str:
    return f"{(step - ZERO_SHARE_STEP) / SHARE_STEPS:.3f}"
