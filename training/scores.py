# SPDX-License-Identifier: Apache-2.0
"""Decisions over clips, counted: accuracy with its interval, per fold and per class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from generator.model.decision import NO_PATCH, UNSURE, DecisionRule
from training.dataset import Clip

_QUANTILE_95 = 1.959963984540054
"""97.5 % quantile of the standard normal distribution: two-sided 95 %."""


class Share(BaseModel):
    """Clips decided rightly out of all, with the 95 % Wilson interval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    correct: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself, 0 to 1."""
        return self.correct / self.total

    def __str__(self) -> str:
        return (
            f"{100 * self.value:.2f} % ({self.correct}/{self.total}, "
            f"95 % {100 * self.low:.1f}-{100 * self.high:.1f})"
        )


class Curves(BaseModel):
    """The loss curves of a training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    losses: tuple[float, ...]
    """Training loss of each epoch."""
    validation_losses: tuple[float, ...] = ()
    """Before the first epoch and after each; empty without validation clips."""
    best_epoch: int


@dataclass(frozen=True, slots=True)
class Decision:
    """One clip's outcome."""

    clip: str
    fold: int
    labels: tuple[int, ...]
    """The truth: indices of what is heard, ascending."""
    decided: int
    """The class answered; NO_PATCH, or UNSURE: below the threshold, or nothing detected."""
    detected: tuple[int, ...]
    """All classes answered, ascending: one at most unless the head is a sigmoid."""
    patches: int
    score_sums: tuple[float, ...]
    """Over the clip's patches, in int8 steps; empty without a patch."""

    @property
    def right(self) -> bool:
        """True when just what is heard was answered; of silence that may be nothing."""
        return set(self.detected) == set(self.labels)


def decide_clip(
    clip: Clip, score_sums: Sequence[float], patches: int, rule: DecisionRule
) -> Decision:
    """What the rule answers to a clip's sums of scores."""
    if patches == 0:
        return Decision(clip.name, clip.fold, clip.labels, NO_PATCH, (), 0, ())
    answer = rule.decide(score_sums, patches)
    sums = tuple(float(value) for value in score_sums)
    return Decision(clip.name, clip.fold, clip.labels, answer.label, answer.detected, patches, sums)


def decide_again(decisions: Iterable[Decision], rule: DecisionRule) -> tuple[Decision, ...]:
    """The same clips by another rule, from the sums that they carry."""
    again = []
    for one in decisions:
        answer = rule.decide(one.score_sums, one.patches)
        again.append(replace(one, decided=answer.label, detected=answer.detected))
    return tuple(again)


def wilson(correct: int, total: int) -> Share:
    """The share correct/total with E. B. Wilson's score interval (1927); needs total >= 1."""
    if total < 1 or not 0 <= correct <= total:
        raise ValueError(f"{correct} of {total} is no share")
    share, square = correct / total, _QUANTILE_95**2
    centre = share + square / (2 * total)
    spread = _QUANTILE_95 * sqrt(share * (1 - share) / total + square / (4 * total**2))
    low = 0.0 if correct == 0 else (centre - spread) / (1 + square / total)
    high = 1.0 if correct == total else (centre + spread) / (1 + square / total)
    return Share(correct=correct, total=total, low=low, high=high)


def share_of(decisions: Iterable[Decision]) -> Share:
    """Accuracy of decisions; a clip without a patch counts as wrong."""
    rights = [decision.right for decision in decisions]
    return wilson(sum(rights), len(rights))


def by_fold(decisions: Sequence[Decision]) -> dict[int, Share]:
    """Accuracy of each fold, folds ascending."""
    return {
        fold: share_of(one for one in decisions if one.fold == fold)
        for fold in sorted({one.fold for one in decisions})
    }


def confusion(decisions: Iterable[Decision], classes: int) -> npt.NDArray[np.int64]:
    """Counts [label, answer] of clips with one class each.

    The last columns: clips below the threshold, clips without a patch.
    """
    matrix = np.zeros((classes, classes + 2), np.int64)
    column = {UNSURE: classes, NO_PATCH: classes + 1}
    for one in decisions:
        if one.labels:
            matrix[one.labels[0], column.get(one.decided, one.decided)] += 1
    return matrix


@dataclass(frozen=True, slots=True)
class Detections:
    """Of one class: clips in which it is heard and was found, or missed, and false alarms."""

    found: int
    missed: int
    false_alarms: int
    quiet: int
    """Clips in which it is not heard, and was not found."""


def detections(decisions: Sequence[Decision], classes: int) -> tuple[Detections, ...]:
    """Class by class."""
    counted = []
    for index in range(classes):
        pairs = [(index in one.labels, index in one.detected) for one in decisions]
        counted.append(
            Detections(
                found=pairs.count((True, True)),
                missed=pairs.count((True, False)),
                false_alarms=pairs.count((False, True)),
                quiet=pairs.count((False, False)),
            )
        )
    return tuple(counted)
