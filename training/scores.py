# SPDX-License-Identifier: Apache-2.0
"""Decisions over clips, counted: accuracy with its interval, per fold and per class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

NO_DECISION = -1
"""Decision of a clip from which no patch came."""

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


@dataclass(frozen=True, slots=True)
class Decision:
    """One clip's outcome."""

    clip: str
    fold: int
    label: int
    decided: int
    patches: int


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
    """Accuracy of decisions; a clip without a decision counts as wrong."""
    rights = [decision.decided == decision.label for decision in decisions]
    return wilson(sum(rights), len(rights))


def by_fold(decisions: Sequence[Decision]) -> dict[int, Share]:
    """Accuracy of each fold, folds ascending."""
    return {
        fold: share_of(one for one in decisions if one.fold == fold)
        for fold in sorted({one.fold for one in decisions})
    }


def confusion(decisions: Iterable[Decision], classes: int) -> npt.NDArray[np.int64]:
    """Counts [label, decided]; a last column holds the clips without a decision."""
    matrix = np.zeros((classes, classes + 1), np.int64)
    for one in decisions:
        matrix[one.label, one.decided] += 1
    return matrix


def decide(score_sums: npt.NDArray[np.integer]) -> int:
    """Class of the highest sum of scores; ties go to the lower index."""
    return int(np.argmax(score_sums))
