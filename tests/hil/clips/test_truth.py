# SPDX-License-Identifier: Apache-2.0
"""Where accuracy can be measured, and the reason where it cannot."""

from __future__ import annotations

from generator.model.decision import DecisionRule, Head
from generator.project.manifest import ProjectInfo
from hil.clips.clip_set import Clip, ClipSet
from hil.clips.truth import why_no_accuracy
from tests.support.frontends import frontend_info

LABELS = ("dog", "rain", "other")
PLAIN = DecisionRule(Head.SOFTMAX, (-128,) * 3)
OTHER = DecisionRule(Head.SOFTMAX, (26,) * 3, other=2)
SIGMOID = DecisionRule(Head.SIGMOID, (0,) * 3)


def why(rule: DecisionRule, *categories: str, has_labels: bool = True) -> str:
    project = ProjectInfo("u585", "u585", "model", "", LABELS, rule, False, "0", frontend_info())
    clips = tuple(Clip(category, 1, category) for category in categories)
    known = sorted({label for clip in clips for label in clip.labels})
    return why_no_accuracy(project, ClipSet(clips, tuple(known), "test"), has_labels=has_labels)


def test_accuracy_is_measured_where_every_clip_has_its_truth() -> None:
    assert why(PLAIN, "dog", "rain") == ""
    assert why(OTHER, "dog", "whale") == ""
    assert why(SIGMOID, "dog+rain", "whale", "other") == ""


def test_what_cannot_be_measured_is_told() -> None:
    assert "does not know the data set's label whale" in why(PLAIN, "dog", "whale")
    assert "clips of several: dog+rain" in why(PLAIN, "dog", "dog+rain")
    assert "clips of several: dog+rain" in why(OTHER, "dog", "dog+rain")
    assert "none of the data set's labels frog, whale" in why(SIGMOID, "whale", "frog")
    assert "none of the data set's labels whale" in why(OTHER, "whale")
    assert "no labels" in why(SIGMOID, "dog", has_labels=False)
    assert "synthetic" in why(SIGMOID)
