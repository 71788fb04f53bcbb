# SPDX-License-Identifier: Apache-2.0
"""3x3 filters with scaled taps: one shift for all channels, two rounding steps in one.

The derivation is in firmware_templates/network/kernels/scaled_3x3.h. It holds for a channel
whose shift n is below 12, whose scaled taps fit in 16 bits, and whose scaled sums fit in 32.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.constant_tables import packed
from generator.engines.builtin.c_tables import Table, int32_literal
from generator.engines.builtin.channels import Channel, FoldedConvolution, accumulator_span

SHIFT = 12
"""SCALED_SHIFT in scaled_3x3.h."""

CHANNEL_BYTES = 28
LARGEST_TAP = (1 << 15) - 1
LARGEST_SUM = (1 << 31) - 1


def _scaled(taps: NDArray[np.int64], channel: Channel) -> tuple[str, bytes] | None:
    """Initialiser and bytes of a channel's struct scaled_3x3; None where it does not fit."""
    up = SHIFT - channel.shift
    if up < 1:
        return None
    factor = 1 << (up + 1)
    scaled, start = taps * factor, channel.bias * factor
    least, most = accumulator_span(scaled, start)
    fits = scaled.min() >= -LARGEST_TAP - 1 and scaled.max() <= LARGEST_TAP
    if not fits or least < -LARGEST_SUM or most > LARGEST_SUM:
        return None
    addend = (1 << (up - 1)) + (1 << (SHIFT - 1) if channel.shift else 0)
    numbers = [*map(str, scaled), str(addend), int32_literal(start), str(channel.mantissa)]
    (l0, m0, r0), (l1, m1, r1), (l2, m2, r2) = scaled.reshape(3, 3)
    halves = packed("int16_t", (l0, m0, l1, m1, l2, m2, r1, r0, addend, r2))
    rest = packed("int32_t", (start, channel.mantissa))
    return f"SCALED_3X3({', '.join(numbers)}),", halves + rest


def scaled_table(name: str, folded: FoldedConvolution) -> Table | None:
    """The filters of a convolution with one input channel each; None where one does not fit.

    The output must be clamped by a plain RELU.
    """
    if not folded.range.is_plain_relu or folded.weights.shape[1:] != (3, 3, 1):
        return None
    kept = folded.kept_weights().astype(np.int64).reshape(-1, 9)
    made = [_scaled(taps, channel) for taps, channel in zip(kept, folded.channels, strict=True)]
    fitting = [one for one in made if one is not None]
    if len(fitting) < len(made):
        return None
    lines = tuple(line for line, _ in fitting)
    content = b"".join(part for _, part in fitting)
    return Table(name, "struct scaled_3x3", len(lines), CHANNEL_BYTES * len(lines), lines, content)
