# SPDX-License-Identifier: Apache-2.0
"""Tables of the integer square root and logarithm."""

from __future__ import annotations

import math

from generator.frontend.rounding import round_half_away

LOG2_BITS = 24
LOG2_TABLE_BITS = 7
SQRT_STEPS = 64
"""Of the table between 1 and 2; it goes on to 4."""


def sqrt_table_q30() -> tuple[int, ...]:
    """Return sqrt of 1 ... 4 in 192 steps of 1/64."""
    roots = (math.sqrt(1.0 + i / SQRT_STEPS) for i in range(3 * SQRT_STEPS + 1))
    return tuple(round_half_away(root * 2**30) for root in roots)


def log2_table_q24() -> tuple[int, ...]:
    """Return log2 of 1 ... 2 in 128 steps."""
    steps = 2**LOG2_TABLE_BITS
    logs = (math.log2(1.0 + i / steps) for i in range(steps + 1))
    return tuple(round_half_away(log * 2**LOG2_BITS) for log in logs)
