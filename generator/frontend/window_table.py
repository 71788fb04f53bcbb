# SPDX-License-Identifier: Apache-2.0
"""The window's samples, in real numbers."""

from __future__ import annotations

import math

from generator.frontend.record import FrontendRecord, WindowShape, ZerosAt

_COSINES = {
    WindowShape.HANN: (0.5, 0.5, 0.0),
    WindowShape.HAMMING: (0.54, 0.46, 0.0),
    WindowShape.BLACKMAN: (0.42, 0.5, 0.08),
    WindowShape.RECTANGULAR: (1.0, 0.0, 0.0),
}
"""w = a - b cos(turn) + c cos(2 turn)."""


def window_value(record: FrontendRecord, n: int) -> float:
    """Return w[n], 0 <= n < window_samples."""
    steps = record.window_samples - 1 if record.window_symmetric else record.window_samples
    if steps == 0:
        return 1.0
    level, first, second = _COSINES[record.window]
    turn = 2.0 * math.pi * n / steps
    return level - first * math.cos(turn) + second * math.cos(2.0 * turn)


def window_start(record: FrontendRecord) -> int:
    """Return the sample of a frame on which the window begins."""
    if record.zeros is ZerosAt.END:
        return 0
    return (record.fft_samples - record.window_samples) // 2
