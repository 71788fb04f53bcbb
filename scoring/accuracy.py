# SPDX-License-Identifier: Apache-2.0
"""Clip accuracy with its 95 % Wilson score interval."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from pydantic import BaseModel, ConfigDict

from scoring.outcomes import Outcome

NORMAL_QUANTILE_95 = 1.959963984540054
"""97.5 % quantile of the standard normal distribution: two-sided 95 %."""


class Accuracy(BaseModel):
    """Clips decided correctly out of all, with the 95 % Wilson interval of that proportion."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    correct: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """correct / total, 0 to 1."""
        return self.correct / self.total

    def __str__(self) -> str:
        return (
            f"{100 * self.value:.2f} % ({self.correct}/{self.total}, "
            f"95 % {100 * self.low:.1f}-{100 * self.high:.1f})"
        )


def wilson(correct: int, total: int) -> Accuracy:
    """The proportion correct / total with its score interval (E. B. Wilson, 1927).

    Raises ValueError unless 0 <= correct <= total and total >= 1.
    """
    if total < 1 or not 0 <= correct <= total:
        raise ValueError(f"{correct} of {total} is no proportion")
    proportion, square = correct / total, NORMAL_QUANTILE_95**2
    centre = proportion + square / (2 * total)
    spread = NORMAL_QUANTILE_95 * sqrt(
        proportion * (1 - proportion) / total + square / (4 * total**2)
    )
    scale = 1 + square / total
    # The bounds at the ends are exactly 0 and 1; rounding must not move them past the proportion.
    low = 0.0 if correct == 0 else (centre - spread) / scale
    high = 1.0 if correct == total else (centre + spread) / scale
    return Accuracy(correct=correct, total=total, low=low, high=high)


def clip_accuracy(outcomes: Iterable[Outcome]) -> Accuracy | None:
    """Share of clips whose detected classes are exactly the true ones; None without clips."""
    rights = [outcome.right for outcome in outcomes]
    return wilson(sum(rights), len(rights)) if rights else None
