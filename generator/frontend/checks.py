# SPDX-License-Identifier: Apache-2.0
"""What of a record cannot be computed: all faults at once, none of it silently wrong."""

from __future__ import annotations

from generator.errors import Fault
from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord

FIXED_KEYS = (
    *("sample_full_scale", "pre_emphasis", "fft_samples", "window", "window_symmetric", "zeros"),
    *("centred", "spectrum", "mel_norm", "log", "log_floor", "log_reference", "lowest_log"),
    *("pcan", "mfcc", "mean", "deviation"),
)
"""Keys that the front-end's C has one value for."""


def record_faults(record: FrontendRecord) -> list[Fault]:
    """A fault for each key of which the front-end's C does not follow the record."""
    return [
        Fault(key, f"{_shown(getattr(record, key))} is not computed", f"only {_shown(only)} is")
        for key in FIXED_KEYS
        if getattr(record, key) != (only := getattr(YAMNET, key))
    ]


def _shown(value: object) -> str:
    return "null" if value is None else str(value)
