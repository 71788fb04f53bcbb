# SPDX-License-Identifier: Apache-2.0
"""SUM's output for each sum, by LiteRT's usual kernel, as the sums at which it steps.

That kernel computes in float32. Its output grows with the sum, so that at most 255 sums tell all of
it. Measured with LiteRT 2.3 (docs/adr/0018).
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass

import numpy as np

from generator.engines.builtin.fixed_point import INT8_MAX, INT8_MIN
from generator.model.graph import Quantisation

MOST_ADDED = 1 << 16
"""Sums of so many int8 values are whole numbers in float32."""

LARGEST_STEP = 1 << 30
"""Outputs beyond, before the clamp, would not fit the kernel's int32."""

NEVER = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class SumSteps:
    """`lowest`, and one more for each of `least_sums` that a sum of stored values reaches."""

    lowest: int
    least_sums: tuple[int, ...]
    """Ascending, at least one."""


def largest_step(source: Quantisation, target: Quantisation, count: int) -> float:
    """The largest output, in its steps, that `count` values could give."""
    return (INT8_MAX - INT8_MIN) * count * source.scale / target.scale


def sum_steps(source: Quantisation, target: Quantisation, count: int) -> SumSteps:
    """For sums of `count` stored values; each float32 step is rounded in turn."""
    scale = np.float32(source.scale) / np.float32(target.scale)
    bias = np.float32(np.float32(-source.zero_point) * scale) * np.float32(count)

    def output(total: int) -> int:
        real = float(np.float32(np.float32(np.float32(total) * scale) + bias))
        rounded = int(math.copysign(math.floor(abs(real) + 0.5), real))
        return min(max(rounded + target.zero_point, INT8_MIN), INT8_MAX)

    totals = range(INT8_MIN * count, INT8_MAX * count + 1)
    lowest, highest = output(totals[0]), output(totals[-1])
    places = [
        bisect.bisect_left(totals, made, key=output) for made in range(lowest + 1, highest + 1)
    ]
    return SumSteps(lowest, tuple(totals[place] for place in places) or (NEVER,))
