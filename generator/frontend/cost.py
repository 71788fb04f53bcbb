# SPDX-License-Identifier: Apache-2.0
"""ESTIMATED instructions of a front-end's frame, from its record.

Fitted to counts on the virtual board (docs/frontends.md has those of four public front-ends).
"""

from __future__ import annotations

from generator.frontend.filter_bank import bins_between
from generator.frontend.record import FrontendRecord, Spectrum
from generator.frontend.transform_tables import radix4_points

PER_NEW_SAMPLE = 2.7
PER_GATED_SAMPLE = 2.1
PER_WINDOW_SAMPLE = 5.5
PER_EMPHASISED_SAMPLE = 22.0
"""More, for each sample of a window after pre-emphasis."""
PER_BUTTERFLY_POINT = 6.0
"""For each point of the complex transform and each doubling of its length, by stages of four."""
PER_HALVED_POINT = 13.5
"""For each point where the first doubling is a stage of its own."""
PER_MAGNITUDE_PAIR = 63.5
PER_POWER_PAIR = 31.0
"""For each two bins that the split makes."""
PER_MAGNITUDE = 12.2
PER_POWER = 23.0
"""For a bin's part of the bands."""
PER_LOGARITHM = 33.0
PER_PCAN = 178.0
"""For a band."""
PER_DCT_PRODUCT = 13.8


def frame_instructions(record: FrontendRecord) -> int:
    """An estimate for one frame, its new samples and the gate included."""
    points = record.fft_samples // 2
    four = radix4_points(points)
    bins = bins_between(record)
    pairs = points // 2 - min(bins[0], points - bins[-1]) if bins else 0
    is_power = record.spectrum is Spectrum.POWER
    per_new = PER_NEW_SAMPLE + (PER_GATED_SAMPLE if record.silence_gate else 0.0)
    per_sample = PER_WINDOW_SAMPLE + (PER_EMPHASISED_SAMPLE if record.pre_emphasis else 0.0)
    products = record.mfcc.coefficients * record.bands if record.mfcc else 0
    return round(
        per_new * record.hop_samples
        + per_sample * record.window_samples
        + PER_BUTTERFLY_POINT * points * (four.bit_length() - 1)
        + (PER_HALVED_POINT * points if four != points else 0.0)
        + (PER_POWER_PAIR if is_power else PER_MAGNITUDE_PAIR) * pairs
        + (PER_POWER if is_power else PER_MAGNITUDE) * len(bins)
        + (PER_PCAN if record.pcan else PER_LOGARITHM) * record.bands
        + PER_DCT_PRODUCT * products
    )
