# SPDX-License-Identifier: Apache-2.0
"""A clip's labels in a model's classes, for each kind of head."""

from __future__ import annotations

import pytest

from generator.model.decision import DecisionRule, Head
from scoring.truth import true_classes

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
