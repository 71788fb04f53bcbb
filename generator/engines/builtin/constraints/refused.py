# SPDX-License-Identifier: Apache-2.0
"""Why some operators are left out on purpose, and what to do instead."""

from __future__ import annotations

REASONS = {
    "SUM": "TensorFlow Lite's reference kernel reads its int8 input as unsigned bytes, so no "
    "answer could be checked; use a mean and scale the layer behind it",
    "TRANSPOSE_CONV": "it makes more rows than it takes; upsampling has no place in a classifier",
    "MIRROR_PAD": "pad with zeros instead",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "build the layer with unroll=True: it becomes dense layers",
    "WHILE": "a recurrent layer loops; build it with unroll=True: it becomes dense layers",
}
"""By the kind; what follows its name in the refusal."""


def reason_text(kind: str) -> str:
    """The end of the refusal of an operator that is left out; empty where nothing is to say."""
    return f" ({REASONS[kind]})" if kind in REASONS else ""
