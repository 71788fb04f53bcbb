# SPDX-License-Identifier: Apache-2.0
"""ESTIMATED instructions of a front-end's frame, from its record.

Fitted to counts on the virtual board (docs/frontends.md has those of four public front-ends).
"""

from __future__ import annotations

from generator.frontend.filter_bank import bins_between
from generator.frontend.record import FrontendRecord

PER_NEW_SAMPLE = 14.7
PER_WINDOW_SAMPLE = 13.5
PER_BUTTERFLY_POINT = 10.8
"""For each point of the complex transform and each doubling of its length."""
PER_BIN = 50.0
PER_BIN_IN_BANDS = 16.0
PER_BAND = 47.0


def frame_instructions(record: FrontendRecord) -> int:
    """An estimate for one frame, its new samples and the gate included."""
    points = record.fft_samples // 2
    bins = len(bins_between(record))
    return round(
        PER_NEW_SAMPLE * record.hop_samples
        + PER_WINDOW_SAMPLE * record.window_samples
        + PER_BUTTERFLY_POINT * points * (points.bit_length() - 1)
        + (PER_BIN + PER_BIN_IN_BANDS) * bins
        + PER_BAND * record.bands
    )
