# SPDX-License-Identifier: Apache-2.0
"""What is counted over clips: decisions, accuracy with its interval, confusion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

NORMAL_QUANTILE_95 = 1.959963984540054
"""97.5 % quantile of the standard normal distribution: two-sided 95 %."""

NO_DECISION = -1
"""Decision of a clip from which no patch came."""


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


def decide(score_sums: Sequence[int]) -> int:
    """Class of the highest sum of scores; ties go to the lower index."""
    return max(range(len(score_sums)), key=lambda index: (score_sums[index], -index))


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


def clip_accuracy(decisions: Iterable[tuple[int, int]]) -> Accuracy | None:
    """Accuracy over (true class, decided class) pairs; None when there is none.

    A clip without a decision counts as wrong.
    """
    pairs = list(decisions)
    if not pairs:
        return None
    correct = sum(truth == decided for truth, decided in pairs)
    return Accuracy(correct, len(pairs), *wilson_interval(correct, len(pairs)))


def confusion_matrix(decisions: Iterable[tuple[int, int]], classes: int) -> npt.NDArray[np.int64]:
    """Counts [true class, decided class + 1]; column 0 holds the clips without a decision."""
    matrix = np.zeros((classes, classes + 1), np.int64)
    for truth, decided in decisions:
        matrix[truth, decided + 1] += 1
    return matrix
