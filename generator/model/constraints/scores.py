# SPDX-License-Identifier: Apache-2.0
"""What the decision asks of the scores, whichever operator makes them and whatever runs it."""

from __future__ import annotations

from generator.model.graph import Tensor

SCORE_SCALE, SCORE_ZERO_POINT = 1.0 / 256.0, -128
"""An int8 score is a probability in steps of 1/256."""

MOST_SHARES = 511
"""More equal logits end the reference interpreter: it would shift by more than 31 bits."""


def score_fault(scores: Tensor) -> str | None:
    """What keeps int8 scores from being probabilities in steps of 1/256."""
    if scores.quantisation is None:
        return "they have no scale"
    scale, zero_point = scores.quantisation.scale, scores.quantisation.zero_point
    if (scale, zero_point) == (SCORE_SCALE, SCORE_ZERO_POINT):
        return None
    return f"they have {scale:.6g} and {zero_point}"
