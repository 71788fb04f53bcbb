# SPDX-License-Identifier: Apache-2.0
"""A clip's own labels in a model's classes, and whether that can be measured at all."""

from __future__ import annotations

from collections.abc import Sequence

from generator.model.decision import DecisionRule, Head
from hil.boards.image import Firmware
from hil.clips.clip_set import ClipSet


def true_classes(
    names: Sequence[str], labels: Sequence[str], rule: DecisionRule
) -> tuple[int, ...] | None:
    """The classes that ought to be detected in a clip with these labels; None: cannot be told.

    Sigmoid: those that the model knows, none of them in a clip of other sound. Softmax: the one
    label, or the other class where the model has one and does not know the label.
    """
    known = tuple(sorted({labels.index(name) for name in names if name in labels}))
    if rule.head is Head.SIGMOID or (len(names) == 1 and known):
        return known
    if names and not known and rule.other is not None:
        return (rule.other,)
    return None


def why_no_accuracy(firmware: Firmware, clips: ClipSet) -> str:
    """Why the clips' truth cannot be compared with the model's classes; empty when it can."""
    if clips.synthetic:
        return "the clips are synthetic and have no label; name a data set by ESC10_DIR"
    if not firmware.has_labels:
        return "the model has no labels; put them beside it as <stem>.labels.txt, or use --labels"
    foreign = sorted(set(clips.labels) - set(firmware.labels))
    if len(foreign) == len(clips.labels):
        return f"the model knows none of the data set's labels {', '.join(foreign)}"
    return "" if firmware.rule.head is Head.SIGMOID else _why_not_one(firmware, clips, foreign)


def _why_not_one(firmware: Firmware, clips: ClipSet, foreign: Sequence[str]) -> str:
    """Why not every clip has one class of a softmax head's."""
    if foreign and firmware.rule.other is None:
        return f"the model does not know the data set's label {', '.join(foreign)}"
    several = next((clip.label for clip in clips.clips if len(clip.labels) > 1), None)
    if several is not None:
        return f"a softmax head tells one class; the data set has clips of several: {several}"
    return ""
