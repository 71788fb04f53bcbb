# SPDX-License-Identifier: Apache-2.0
"""ESTIMATED instructions of a front-end's frame, from its record.

Fitted to counts on the virtual board (docs/frontends.md has those of four public front-ends).
"""

from __future__ import annotations

from generator.frontend.filter_bank import bins_between
from generator.frontend.record import FrontendRecord, Spectrum

PER_NEW_SAMPLE = 14.7
PER_WINDOW_SAMPLE = 13.5
PER_EMPHASISED_SAMPLE = 22.0
"""More, for each sample of a window behind pre-emphasis."""
PER_BUTTERFLY_POINT = 10.8
"""For each point of the complex transform and each doubling of its length."""
PER_MAGNITUDE = 66.0
PER_POWER = 53.7
"""For a bin, its part of the bands included."""
PER_LOGARITHM = 47.0
PER_PCAN = 34.0
"""For a band."""
PER_DCT_PRODUCT = 17.0


def frame_instructions(record: FrontendRecord) -> int:
    """An estimate for one frame, its new samples and the gate included."""
    points = record.fft_samples // 2
    per_sample = PER_WINDOW_SAMPLE + (PER_EMPHASISED_SAMPLE if record.pre_emphasis else 0.0)
    per_bin = PER_POWER if record.spectrum is Spectrum.POWER else PER_MAGNITUDE
    products = record.mfcc.coefficients * record.bands if record.mfcc else 0
    return round(
        PER_NEW_SAMPLE * record.hop_samples
        + per_sample * record.window_samples
        + PER_BUTTERFLY_POINT * points * (points.bit_length() - 1)
        + per_bin * len(bins_between(record))
        + (PER_PCAN if record.pcan else PER_LOGARITHM) * record.bands
        + PER_DCT_PRODUCT * products
    )
