# SPDX-License-Identifier: Apache-2.0
"""Words of 32 bits in int64: what every section of docs/frontend.md is on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1


def leading_zeros(value: Integers, width: int) -> Integers:
    """Zero bits above the highest one of a non-negative number in a word of `width` bits."""
    length = np.zeros(np.shape(value), dtype=np.int64)
    rest = np.array(value, dtype=np.int64)
    for step in (32, 16, 8, 4, 2, 1):
        large = rest >= (1 << step)
        length += np.where(large, step, 0)
        rest = np.where(large, rest >> step, rest)
    return width - (length + (rest > 0))


def int32(value: Integers) -> Integers:
    """The same, where every value fits into 32 bits."""
    assert value.min(initial=0) >= INT32_MIN and value.max(initial=0) <= INT32_MAX
    return value
