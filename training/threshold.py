# SPDX-License-Identifier: Apache-2.0
"""Choice of the decision thresholds on the held-out folds of a cross-validation.

Every threshold that the chip can represent (in 256ths) is tried, with the chip's decision rule.

- sigmoid: per class, the threshold with the highest F1 score.
- softmax with a class for other sounds: the threshold with the highest mean recall of the classes.
- softmax without one: the lowest threshold at which the answers reach the required precision; if
  there is none, the threshold with the highest precision.

Among equally good thresholds, the middle of the longest run is taken: it has the largest margin.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from generator.model.decision import SHARE_STEPS, ZERO_SHARE_STEP, DecisionRule, Head, step_of
from training.scores import DecidedClip

Qualities = npt.NDArray[np.float64]

TRIED = range(1, SHARE_STEPS)
"""In 256ths."""


class Threshold(BaseModel):
    """A threshold and its figure of merit on the held-out clips."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float
    """The mean score to reach, 0 to 1."""
    measure: str
    """The name of the figure of merit: F1, mean recall or precision."""
    value: float
    """Its value at this threshold."""
    answered: float
    """The fraction of clips with an answer, or in which the class is detected."""


def choose_thresholds(
    decisions: Sequence[DecidedClip], rule: DecisionRule, precision: float
) -> tuple[Threshold, ...]:
    """One threshold per class for a sigmoid head, one for all classes for a softmax head.

    `decisions`: of held-out clips, with their score sums; `rule`: head and `other`; `precision`:
    the required one. Raises ValueError if all clips are silent.
    """
    audible = [one for one in decisions if one.patches]
    if not audible:
        raise ValueError("no held-out clip with sound")
    means = np.array([np.array(one.score_sums) / one.patches for one in audible])
    shares = (means - ZERO_SHARE_STEP) / SHARE_STEPS
    tried = np.array(TRIED) / SHARE_STEPS
    if rule.head is Head.SIGMOID:
        return tuple(
            _best_f1(np.array([index in one.labels for one in audible]), shares[:, index], tried)
            for index in range(shares.shape[1])
        )
    truth = np.array([one.labels[0] for one in audible])
    top = shares.argmax(axis=1)
    reached = shares.max(axis=1)[:, np.newaxis] >= tried
    if rule.other is not None:
        return (_best_recall(truth, np.where(reached, top[:, np.newaxis], rule.other), tried),)
    return (_precise(top == truth, reached, tried, precision),)


def with_thresholds(rule: DecisionRule, shares: Sequence[float]) -> DecisionRule:
    """The rule with these thresholds, 0 to 1: one per class, or one for all."""
    steps = [step_of(share) for share in shares]
    if len(steps) == 1:
        steps *= len(rule.thresholds)
    return DecisionRule(rule.head, tuple(steps), rule.other)


def _best_f1(positive: npt.NDArray[np.bool_], shares: Qualities, tried: Qualities) -> Threshold:
    found = shares[:, np.newaxis] >= tried
    right = (found & positive[:, np.newaxis]).sum(axis=0)
    f1 = 2 * right / np.maximum(found.sum(axis=0) + positive.sum(), 1)
    at = _middle_of_longest(f1 >= f1.max() - 1e-12)
    return _threshold(tried, at, "F1", f1, found.mean(axis=0))


def _best_recall(
    truth: npt.NDArray[np.intp], answers: npt.NDArray[np.intp], tried: Qualities
) -> Threshold:
    recalls = [
        (answers[truth == label] == label).mean(axis=0) for label in np.unique(truth).tolist()
    ]
    mean = np.mean(recalls, axis=0)
    at = _middle_of_longest(mean >= mean.max() - 1e-12)
    return _threshold(tried, at, "mean recall", mean, np.ones(len(tried)))


def _precise(
    right: npt.NDArray[np.bool_], reached: npt.NDArray[np.bool_], tried: Qualities, wanted: float
) -> Threshold:
    answers = reached.sum(axis=0)
    precision = (reached & right[:, np.newaxis]).sum(axis=0) / np.maximum(answers, 1)
    good = (precision >= wanted) & (answers > 0)
    if good.any():
        at = int(good.argmax())
    else:
        at = _middle_of_longest((precision >= precision.max() - 1e-12) & (answers > 0))
    return _threshold(tried, at, "precision", precision, reached.mean(axis=0))


def _threshold(
    tried: Qualities, at: int, measure: str, values: Qualities, answered: Qualities
) -> Threshold:
    return Threshold(
        share=float(tried[at]),
        measure=measure,
        value=float(values[at]),
        answered=float(answered[at]),
    )


def _middle_of_longest(good: npt.NDArray[np.bool_]) -> int:
    """The middle of the longest run of True; the first of equally long runs."""
    best, best_length, start = 0, 0, 0
    for index, is_good in enumerate([*good.tolist(), False]):
        if is_good:
            continue
        if index - start > best_length:
            best, best_length = (start + index - 1) // 2, index - start
        start = index + 1
    return best
