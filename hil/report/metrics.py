# SPDX-License-Identifier: Apache-2.0
"""What is counted over clips: accuracy with its interval, confusion, classes found and missed.

A clip's truth and its answer are sets of classes, for every head: by softmax of one class, or of
none where it was unsure. A clip is right where the two are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from generator.model.decision import NO_PATCH, UNSURE

NORMAL_QUANTILE_95 = 1.959963984540054
"""97.5 % quantile of the standard normal distribution: two-sided 95 %."""

UNDECIDED = (NO_PATCH, UNSURE)
"""Decisions that are no class, in the order of their columns in the confusion matrix."""

Outcome = tuple[Sequence[int], Sequence[int]]
"""Classes in truth, classes detected."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Share of clips decided rightly, with the 95 % Wilson interval around it."""

    correct: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """correct / total."""
        return self.correct / self.total


def wilson_interval(correct: int, total: int) -> tuple[float, float]:
    """95 % score interval of a proportion (E. B. Wilson, 1927); needs total >= 1."""
    if not 0 <= correct <= total or total < 1:
        raise ValueError(f"{correct} of {total} is no proportion")
    z2 = NORMAL_QUANTILE_95**2
    share = correct / total
    centre = share + z2 / (2 * total)
    spread = NORMAL_QUANTILE_95 * sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    scale = 1 + z2 / total
    # The bounds at the ends are exactly 0 and 1; rounding must not move them past the share.
    low = 0.0 if correct == 0 else (centre - spread) / scale
    high = 1.0 if correct == total else (centre + spread) / scale
    return low, high


def clip_accuracy(outcomes: Iterable[Outcome]) -> Accuracy | None:
    """Share of clips whose detected classes are exactly the true ones; None without clips."""
    pairs = list(outcomes)
    if not pairs:
        return None
    correct = sum(set(truth) == set(detected) for truth, detected in pairs)
    return Accuracy(correct, len(pairs), *wilson_interval(correct, len(pairs)))


def confusion_matrix(decisions: Iterable[tuple[int, int]], classes: int) -> npt.NDArray[np.int64]:
    """Counts [true class, column]; the columns are those of `UNDECIDED`, then the classes."""
    matrix = np.zeros((classes, len(UNDECIDED) + classes), np.int64)
    for truth, decided in decisions:
        column = UNDECIDED.index(decided) if decided in UNDECIDED else len(UNDECIDED) + decided
        matrix[truth, column] += 1
    return matrix


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How often one class was found, missed, or told where it was not."""

    label: str
    found: int
    missed: int
    false_alarms: int

    @property
    def precision(self) -> float | None:
        """Of the clips in which it was told, the share that holds it; None if never told."""
        told = self.found + self.false_alarms
        return self.found / told if told else None

    @property
    def recall(self) -> float | None:
        """Of the clips that hold it, the share in which it was told; None if none holds it."""
        held = self.found + self.missed
        return self.found / held if held else None


def count_classes(outcomes: Iterable[Outcome], labels: Sequence[str]) -> tuple[ClassCount, ...]:
    """Found, missed and false alarms of each class."""
    pairs = [(set(truth), set(detected)) for truth, detected in outcomes]
    return tuple(
        ClassCount(
            label,
            sum(index in truth and index in detected for truth, detected in pairs),
            sum(index in truth - detected for truth, detected in pairs),
            sum(index in detected - truth for truth, detected in pairs),
        )
        for index, label in enumerate(labels)
    )
