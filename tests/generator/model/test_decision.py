# SPDX-License-Identifier: Apache-2.0
"""The decision rule: ties, float scores, words."""

from __future__ import annotations

import pytest

from generator.model.decision import (
    NO_PATCH,
    UNDECIDED,
    Decision,
    DecisionRule,
    Head,
    describe_rule,
)

LABELS = ("dog", "rain", "other")


def test_ties_go_to_the_lower_class() -> None:
    rule = DecisionRule(Head.SOFTMAX, (-128,) * 4)
    assert rule.decide([3, 7, 7, -1], 1) == Decision(1, (1,))
    assert rule.decide([0, 0, 0, 0], 9) == Decision(0, (0,))
    assert rule.decide([0] * 4, 0) == Decision(NO_PATCH, ())


def test_float_shares_are_decided_as_sums_of_one_patch() -> None:
    rule = DecisionRule(Head.SIGMOID, (26, 26))
    assert rule.decide([256 * share - 128 for share in (0.6, 0.61)], 1) == Decision(1, (1,))
    assert rule.decide([256 * share - 128 for share in (0.6, 0.5)], 1) == Decision(UNDECIDED, ())


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (DecisionRule(Head.SOFTMAX, (-128,) * 3), "softmax, the highest mean score decides"),
        (DecisionRule(Head.SOFTMAX, (26,) * 3), "softmax, threshold 0.602; below it: undecided"),
        (
            DecisionRule(Head.SOFTMAX, (26, 64, 26), 2),
            "softmax, threshold 0.602, rain 0.750; below it: other",
        ),
        (
            DecisionRule(Head.SIGMOID, (0, 0, 64)),
            "sigmoid, threshold 0.500, other 0.750; below it: not detected",
        ),
    ],
)
def test_a_rule_in_words(rule: DecisionRule, said: str) -> None:
    assert describe_rule(rule, LABELS) == said
