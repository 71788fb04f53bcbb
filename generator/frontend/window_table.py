# SPDX-License-Identifier: Apache-2.0
"""The window: its samples in real numbers, its table, and the factor of pre-emphasis."""

from __future__ import annotations

import math

from generator.errors import Fault
from generator.frontend.record import FrontendRecord, WindowShape, ZerosAt
from generator.frontend.rounding import q31

_COSINES = {
    WindowShape.HANN: (0.5, 0.5, 0.0),
    WindowShape.HAMMING: (0.54, 0.46, 0.0),
    WindowShape.BLACKMAN: (0.42, 0.5, 0.08),
    WindowShape.RECTANGULAR: (1.0, 0.0, 0.0),
}
"""w = a - b cos(turn) + c cos(2 turn)."""

SHORTEST_WINDOW_SAMPLES = 16
"""A shorter one tells no frequencies apart."""


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


def window_mirror(record: FrontendRecord) -> int:
    """Return M with w[n] = w[M - n], wherever both are samples of the window."""
    return record.window_samples - (1 if record.window_symmetric else 0)


def window_table_q31(record: FrontendRecord) -> tuple[int, ...]:
    """Return w[0] to the window's middle."""
    middle = window_mirror(record) // 2
    return tuple(q31(max(window_value(record, n), 0.0)) for n in range(middle + 1))


def pre_emphasis_q31(record: FrontendRecord) -> int:
    """Return the factor of the sample before; 0: none."""
    return q31(record.pre_emphasis)


def window_faults(record: FrontendRecord) -> list[Fault]:
    """What of window and pre-emphasis is not computed."""
    faults = []
    longest = record.fft_samples
    if not SHORTEST_WINDOW_SAMPLES <= record.window_samples <= longest:
        what = f"{record.window_samples} is out of range"
        remedy = f"give {SHORTEST_WINDOW_SAMPLES} to {longest}, the length of the transform"
        faults.append(Fault("window_samples", what, remedy))
    if not 0.0 <= record.pre_emphasis <= 1.0:
        what = f"{record.pre_emphasis:g} is out of range"
        faults.append(Fault("pre_emphasis", what, "give 0 (none) to 1, such as 0.97"))
    return faults
