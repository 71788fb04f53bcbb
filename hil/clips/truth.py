# SPDX-License-Identifier: Apache-2.0
"""Whether the clips' own labels can be compared with a model's classes, and why not."""

from __future__ import annotations

from collections.abc import Sequence

from generator.model.decision import Head
from generator.project.manifest import ProjectInfo
from hil.clips.clip_set import ClipSet


def why_no_accuracy(project: ProjectInfo, clips: ClipSet, *, has_labels: bool) -> str:
    """Why the clips' truth cannot be compared with the model's classes; empty when it can.

    `has_labels` is False where the labels of the project are invented.
    """
    if clips.synthetic:
        return "the clips are synthetic and have no label; name a data set by ESC10_DIR"
    if not has_labels:
        return "the model has no labels; put them beside it as <stem>.labels.txt, or use --labels"
    foreign = sorted(set(clips.labels) - set(project.labels))
    if len(foreign) == len(clips.labels):
        return f"the model knows none of the data set's labels {', '.join(foreign)}"
    return "" if project.rule.head is Head.SIGMOID else _why_not_one(project, clips, foreign)


def _why_not_one(project: ProjectInfo, clips: ClipSet, foreign: Sequence[str]) -> str:
    """Why not every clip has one class of a softmax head's."""
    if foreign and project.rule.other is None:
        return f"the model does not know the data set's label {', '.join(foreign)}"
    several = next((clip.label for clip in clips.clips if len(clip.labels) > 1), None)
    if several is not None:
        return f"a softmax head gives one class; the data set has clips of several: {several}"
    return ""
