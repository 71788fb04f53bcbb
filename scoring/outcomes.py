# SPDX-License-Identifier: Apache-2.0
"""One decided clip beside its truth, and what is counted over such clips."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from generator.model.decision import NO_PATCH, UNDECIDED

WITHOUT_CLASS = (NO_PATCH, UNDECIDED)
"""Decisions that are no class, in the order of their columns in the confusion matrix."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The truth of a clip and the answer to it."""

    truth: tuple[int, ...]
    """The classes that occur in the clip, ascending."""

    decision: int
    """The class answered, NO_PATCH or UNDECIDED."""

    detected: tuple[int, ...]
    """All classes answered, ascending: at most one unless the head is a sigmoid."""

    @property
    def right(self) -> bool:
        """True where exactly the true classes were detected, which may be none."""
        return set(self.truth) == set(self.detected)


def confusion_matrix(outcomes: Iterable[Outcome], classes: int) -> npt.NDArray[np.int64]:
    """Counts [true class, column] of clips with one class each, by their first.

    The columns are those of `WITHOUT_CLASS`, then the classes. Clips without a class are left out.
    """
    matrix = np.zeros((classes, len(WITHOUT_CLASS) + classes), np.int64)
    for outcome in outcomes:
        decision = outcome.decision
        no_class = decision in WITHOUT_CLASS
        column = WITHOUT_CLASS.index(decision) if no_class else len(WITHOUT_CLASS) + decision
        if outcome.truth:
            matrix[outcome.truth[0], column] += 1
    return matrix


@dataclass(frozen=True, slots=True)
class ClassCount:
    """Clips with and without one class, by whether it was detected."""

    found: int
    """True positives."""

    missed: int
    """False negatives."""

    false_alarms: int
    """False positives."""

    rightly_not: int
    """True negatives."""

    @property
    def precision(self) -> float | None:
        """Of the clips in which the class was detected, the share with it; None if never."""
        detected = self.found + self.false_alarms
        return self.found / detected if detected else None

    @property
    def recall(self) -> float | None:
        """Of the clips with the class, the share in which it was detected; None without any."""
        present = self.found + self.missed
        return self.found / present if present else None


def count_classes(outcomes: Iterable[Outcome], classes: int) -> tuple[ClassCount, ...]:
    """Found, missed, false alarms and true negatives of each class, by its index."""
    pairs = [(set(outcome.truth), set(outcome.detected)) for outcome in outcomes]
    counts = []
    for index in range(classes):
        cases = [(index in truth, index in detected) for truth, detected in pairs]
        counts.append(
            ClassCount(
                found=cases.count((True, True)),
                missed=cases.count((True, False)),
                false_alarms=cases.count((False, True)),
                rightly_not=cases.count((False, False)),
            )
        )
    return tuple(counts)
