# SPDX-License-Identifier: Apache-2.0
"""Decisions over clips, counted: accuracy with its interval, per fold and per class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from generator.model.decision import NO_PATCH, DecisionRule
from scoring.accuracy import Accuracy, clip_accuracy
from scoring.outcomes import WITHOUT_CLASS, ClassCount, Outcome, confusion_matrix, count_classes
from training.dataset import Clip


class Curves(BaseModel):
    """The loss curves of a training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    losses: tuple[float, ...]
    """Training loss of each epoch."""
    validation_losses: tuple[float, ...] = ()
    """Before the first epoch and after each; empty without validation clips."""
    best_epoch: int


@dataclass(frozen=True, slots=True)
class DecidedClip:
    """One clip and the answer to it. Field names are keys of an evaluation's JSON."""

    clip: str
    fold: int
    labels: tuple[int, ...]
    """The true classes, ascending."""
    decided: int
    """The class answered; NO_PATCH, or UNDECIDED: below the threshold, or nothing detected."""
    detected: tuple[int, ...]
    """All classes answered, ascending: one at most unless the head is a sigmoid."""
    patches: int
    score_sums: tuple[float, ...]
    """Over the clip's patches, in int8 steps; empty without a patch."""

    @property
    def outcome(self) -> Outcome:
        """Truth and answer, as they are scored."""
        return Outcome(self.labels, self.decided, self.detected)

    @property
    def right(self) -> bool:
        """True when exactly the true classes were answered; of silence that may be none."""
        return self.outcome.right


def decide_clip(
    clip: Clip, score_sums: Sequence[float], patches: int, rule: DecisionRule
) -> DecidedClip:
    """What the rule answers to a clip's sums of scores."""
    if patches == 0:
        return DecidedClip(clip.name, clip.fold, clip.labels, NO_PATCH, (), 0, ())
    answer = rule.decide(score_sums, patches)
    sums = tuple(float(value) for value in score_sums)
    return DecidedClip(
        clip.name, clip.fold, clip.labels, answer.label, answer.detected, patches, sums
    )


def decide_again(clips: Iterable[DecidedClip], rule: DecisionRule) -> tuple[DecidedClip, ...]:
    """The same clips by another rule, from the sums that they carry."""
    again = []
    for one in clips:
        answer = rule.decide(one.score_sums, one.patches)
        again.append(replace(one, decided=answer.label, detected=answer.detected))
    return tuple(again)


def accuracy_of(clips: Iterable[DecidedClip]) -> Accuracy:
    """Accuracy over clips; one without a patch counts as wrong. Raises ValueError without any."""
    accuracy = clip_accuracy(one.outcome for one in clips)
    if accuracy is None:
        raise ValueError("no clip was decided")
    return accuracy


def by_fold(clips: Sequence[DecidedClip]) -> dict[int, Accuracy]:
    """Accuracy of each fold, folds ascending."""
    return {
        fold: accuracy_of(one for one in clips if one.fold == fold)
        for fold in sorted({one.fold for one in clips})
    }


def confusion(clips: Iterable[DecidedClip], classes: int) -> npt.NDArray[np.int64]:
    """Counts [true class, answer] of clips with one class each.

    The last columns: clips below the threshold, clips without a patch.
    """
    matrix = confusion_matrix((one.outcome for one in clips), classes)
    without, decided = np.split(matrix, [len(WITHOUT_CLASS)], axis=1)
    return np.hstack([decided, without[:, ::-1]])


def detections(clips: Iterable[DecidedClip], classes: int) -> tuple[ClassCount, ...]:
    """Found, missed, false alarms and true negatives, class by class."""
    return count_classes((one.outcome for one in clips), classes)
