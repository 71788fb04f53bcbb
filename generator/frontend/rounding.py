# SPDX-License-Identifier: Apache-2.0
"""From real numbers to the integers of a table."""

from __future__ import annotations

import math

_Q31_ONE = 1 << 31


def round_half_away(value: float) -> int:
    """Round half away from zero."""
    return math.floor(abs(value) + 0.5) * (-1 if value < 0 else 1)


def q31(value: float) -> int:
    """Return `value`, at most 1, in Q31; 1 itself becomes the largest int32."""
    return min(round_half_away(value * _Q31_ONE), _Q31_ONE - 1)


def shown_up(value: float) -> str:
    """Return a positive `value` in two digits, rounded up: the least number that a remedy names."""
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return f"{math.ceil(value / unit * (1.0 - 1e-12)) * unit:.2g}"
