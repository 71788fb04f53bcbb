# SPDX-License-Identifier: Apache-2.0
"""How a clip's score sums become its answer.

A score q of scale 1/256 and zero point -128 stands for the probability (q + 128) / 256. A class
reaches its threshold where the mean of its scores over the clip's patches does. The comparison is
one of integers: sum >= threshold * patches, with the threshold in the scores' own steps. The C twin
of `DecisionRule.decide` is `firmware_templates/library/decision.c`; see docs/adr/0012.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

NO_PATCH = -1
"""Answer to a clip from which no patch came."""

UNDECIDED = -2
"""Answer to a clip of which no class reached its threshold."""

SHARE_STEPS = 256
ZERO_SHARE_STEP = -128
"""The score that stands for 0: thresholds of it are reached by any clip."""


class Head(StrEnum):
    """What the scores are: probabilities that sum to 1, one probability for each class, or no
    probabilities: a value for each class, of which the highest decides."""

    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"
    LOGITS = "logits"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one clip."""

    label: int
    """The class with the highest mean of those that decide, `NO_PATCH` or `UNDECIDED`."""
    detected: tuple[int, ...]
    """The classes detected, ascending: at most one by softmax, any number by sigmoid."""


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """How one image decides."""

    head: Head
    thresholds: tuple[int, ...]
    """For each class the least mean score that counts, in the scores' int8 steps."""
    other: int | None = None
    """The class of a clip of which no class reaches its threshold; softmax only."""

    @property
    def fallback(self) -> int:
        """The answer where no class reaches its threshold: the other class, or `UNDECIDED`."""
        return UNDECIDED if self.other is None else self.other

    @property
    def has_thresholds(self) -> bool:
        """True where a clip with a patch may remain without a class of its own."""
        return any(threshold > ZERO_SHARE_STEP for threshold in self.thresholds)

    def decide(self, score_sums: Sequence[float], patches: int) -> Decision:
        """The answer to a clip with these sums of scores, one a class, over so many patches.

        The highest sum decides, ties go to the lower class; by sigmoid among those that reach
        their thresholds. A network's float shares p are decided as sums of 256 p - 128.
        """
        if not patches:
            return Decision(NO_PATCH, ())
        reached = [
            index
            for index, threshold in enumerate(self.thresholds)
            if score_sums[index] >= threshold * patches
        ]
        if self.head is Head.SIGMOID:
            best = max(reached, key=lambda index: (score_sums[index], -index), default=UNDECIDED)
            return Decision(best, tuple(reached))
        best = max(range(len(score_sums)), key=lambda index: (score_sums[index], -index))
        label = best if best in reached else self.fallback
        return Decision(label, () if label < 0 else (label,))


def describe_rule(rule: DecisionRule, labels: Sequence[str]) -> str:
    """One line for the user: `softmax, threshold 0.602; below it: other`."""
    if rule.head is Head.LOGITS:
        return f"{rule.head}, the highest mean value decides"
    if not rule.has_thresholds:
        return f"{rule.head}, the highest mean score decides"
    common = max(set(rule.thresholds), key=lambda step: (rule.thresholds.count(step), -step))
    text = f"{rule.head}, threshold {_share_text(common)}"
    for label, step in zip(labels, rule.thresholds, strict=True):
        if step != common:
            text += f", {label} {_share_text(step)}"
    if rule.head is Head.SIGMOID:
        return f"{text}; below it: not detected"
    return f"{text}; below it: {'undecided' if rule.other is None else labels[rule.other]}"


def step_of(share: float) -> int:
    """The int8 score nearest to a share, halves up: how a threshold is held."""
    return math.floor(share * SHARE_STEPS + 0.5) + ZERO_SHARE_STEP


def _share_text(step: int) -> str:
    return f"{(step - ZERO_SHARE_STEP) / SHARE_STEPS:.3f}"
