# SPDX-License-Identifier: Apache-2.0
"""The labels of a clip as classes of a model."""

from __future__ import annotations

from collections.abc import Sequence

from generator.model.decision import DecisionRule, Head


def true_classes(
    names: Sequence[str], labels: Sequence[str], rule: DecisionRule
) -> tuple[int, ...] | None:
    """The classes of `labels` that must be detected in a clip labelled `names`, ascending.

    Sigmoid: those that the model knows, none of them in a clip of other sound. Softmax: the one
    label, or the other class where the model has one and knows none of the clip's labels. None:
    the model cannot answer rightly, because it has no class for the clip or the clip has several.
    """
    known = tuple(sorted({labels.index(name) for name in names if name in labels}))
    if rule.head is Head.SIGMOID or (len(names) == 1 and known):
        return known
    if names and not known and rule.other is not None:
        return (rule.other,)
    return None
