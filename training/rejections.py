# SPDX-License-Identifier: Apache-2.0
"""What a threshold does to clips: how many it rejects, or that it rejects nothing, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from generator.model.decision import UNDECIDED, DecisionRule, Head
from training.scores import DecidedClip, decide_again


class Rejections(BaseModel):
    """How many answers the thresholds of a rule reject, over clips with sound.

    Softmax: an answer is a clip's best class. Sigmoid: an answer is one class in one clip.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answers: int
    rejected: int
    """Those whose mean score is below the threshold."""


def count_rejections(clips: Iterable[DecidedClip], rule: DecisionRule) -> Rejections | None:
    """What the rule's thresholds reject; None for a rule without thresholds."""
    if not rule.has_thresholds:
        return None
    audible = [one for one in clips if one.patches]
    classes = len(rule.thresholds)
    if rule.head is Head.SIGMOID:
        detected = sum(len(one.detected) for one in decide_again(audible, rule))
        total = classes * len(audible)
        return Rejections(answers=total, rejected=total - detected)
    plain = decide_again(audible, replace(rule, other=None))
    rejected = sum(one.decided == UNDECIDED for one in plain)
    return Rejections(answers=len(audible), rejected=rejected)


def describe_rejections(counted: Rejections, rule: DecisionRule, labels: Sequence[str]) -> str:
    """One sentence for the user, which says so where nothing is rejected."""
    if rule.head is Head.SIGMOID:
        if counted.rejected:
            pairs = f"{counted.answers} pairs of clip and class"
            return f"below their thresholds: {counted.rejected} of {pairs}"
        return "the thresholds reject nothing: every class is detected in every clip"
    fate = "undecided" if rule.other is None else f"decided as {labels[rule.other]}"
    clips = f"{counted.answers} clips with sound"
    if counted.rejected:
        return f"the threshold rejects {counted.rejected} of {clips}: they are {fate}"
    return (
        f"the threshold rejects nothing: the best class of each of {clips} reaches it, and none "
        f"is {fate} because of it"
    )


def count_changed(before: Sequence[DecidedClip], after: Sequence[DecidedClip]) -> int:
    """How many of the same clips are decided otherwise."""
    pairs = zip(before, after, strict=True)
    return sum((a.decided, a.detected) != (b.decided, b.detected) for a, b in pairs)
