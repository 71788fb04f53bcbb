# SPDX-License-Identifier: Apache-2.0
"""A word on records that are computed, but whose silence is near the transform's noise.

Beside a tone of full scale that repeats exactly within a window, a band without any sound of its
own holds the transform's noise. Where the record's least level is far above it nothing is seen of
it; near it such a cell can be some steps off (docs/frontend.md, What is refused).
"""

from __future__ import annotations

from generator.frontend.filter_bank import make_filter_bank
from generator.frontend.log_tables import levels
from generator.frontend.record import FrontendRecord, LogKind, Spectrum
from generator.frontend.rounding import shown_up
from generator.frontend.sum_levels import band_gains, least_resolved

CLEAR_OF_NOISE = {Spectrum.MAGNITUDE: 120.0, Spectrum.POWER: 20.0}
"""Times the least level: from there on every hard signal of the tests is within a step."""


def noise_note(record: FrontendRecord) -> str:
    """The sentence; empty where the record's least level is clear of the noise.

    The record is one that can be computed.
    """
    if record.log is LogKind.NONE:
        return ""
    bank = make_filter_bank(record)
    gains = band_gains(record, bank)
    held = [max(pair) for pair in zip(*levels(record, gains), strict=True)]
    clear = CLEAR_OF_NOISE[record.spectrum] * least_resolved(record)
    if min(held) >= clear:
        return ""
    needed = shown_up(clear * max(gains))
    return (
        f"the record's silence is near the noise of a transform of {record.fft_samples}: beside "
        "steady tones of full scale, cells without sound of their own may be some steps off; from "
        f"a log_offset or log_floor of {needed} on none is (docs/frontend.md)"
    )
