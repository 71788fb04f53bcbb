# SPDX-License-Identifier: Apache-2.0
"""A clip's labels in a model's classes, for each kind of head."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from generator.model.decision import DecisionRule, Head
from hil.boards.image import Firmware
from hil.clips.clip_set import Clip, ClipSet
from hil.clips.truth import true_classes, why_no_accuracy

LABELS = ("dog", "rain", "other")
PLAIN = DecisionRule(Head.SOFTMAX, (-128,) * 3)
OTHER = DecisionRule(Head.SOFTMAX, (26,) * 3, other=2)
SIGMOID = DecisionRule(Head.SIGMOID, (0,) * 3)


@pytest.mark.parametrize(
    ("rule", "names", "expected"),
    [
        (PLAIN, ("rain",), (1,)),
        (PLAIN, ("whale",), None),
        (PLAIN, ("dog", "rain"), None),
        (PLAIN, (), None),
        (OTHER, ("rain",), (1,)),
        (OTHER, ("other",), (2,)),
        (OTHER, ("whale",), (2,)),
        (OTHER, ("whale", "frog"), (2,)),
        (OTHER, ("dog", "whale"), None),
        (SIGMOID, ("rain", "dog"), (0, 1)),
        (SIGMOID, ("rain", "whale"), (1,)),
        (SIGMOID, ("whale",), ()),
        (SIGMOID, (), ()),
    ],
)
def test_labels_become_classes(
    rule: DecisionRule, names: tuple[str, ...], expected: tuple[int, ...] | None
) -> None:
    assert true_classes(names, LABELS, rule) == expected


def why(rule: DecisionRule, *categories: str, has_labels: bool = True) -> str:
    firmware = cast(Any, replace(EMPTY, labels=LABELS, rule=rule, has_labels=has_labels))
    clips = tuple(Clip(category, 1, category) for category in categories)
    known = sorted({label for clip in clips for label in clip.labels})
    return why_no_accuracy(firmware, ClipSet(clips, tuple(known), "test"))


EMPTY = Firmware(**dict.fromkeys(Firmware.__dataclass_fields__, cast(Any, None)))


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
