# SPDX-License-Identifier: Apache-2.0
"""What of a record cannot be computed: all faults at once, none of it silently wrong."""

from __future__ import annotations

from generator.errors import Fault
from generator.frontend.filter_bank import bins_between
from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord

FIXED_KEYS = (
    *(
        "sample_full_scale",
        "pre_emphasis",
        "fft_samples",
        "window",
        "window_symmetric",
    ),
    *(
        "zeros",
        "centred",
        "spectrum",
        "mel_norm",
        "log",
        "log_floor",
        "log_reference",
        "lowest_log",
    ),
    *("pcan", "mfcc", "mean", "deviation"),
)
"""Keys that the front-end's C has one value for."""

SAMPLE_RATES_HZ = (4000, 48_000)
"""What microphones of boards deliver; any whole number between."""

MOST_BANDS = 256

SHORTEST_SAMPLES = 16
"""Of a window and of a hop: the gate's RMS over less says nothing of a sound's level."""

LOG_OFFSETS = (1e-6, 1.2e-4)
"""A smaller one is below what the transform resolves; a larger one, shifted by the 30 bits of a
frame of zeros, leaves 64 bits (docs/frontend.md, Headroom)."""


def record_faults(record: FrontendRecord) -> list[Fault]:
    """A fault for each key that contradicts another, or that is not followed."""
    faults = [
        Fault(key, f"{_shown(getattr(record, key))} is not computed", f"only {_shown(only)} is")
        for key in FIXED_KEYS
        if getattr(record, key) != (only := getattr(YAMNET, key))
    ]
    limits: dict[str, tuple[float, float]] = {
        "sample_rate_hz": SAMPLE_RATES_HZ,
        "window_samples": (SHORTEST_SAMPLES, record.fft_samples),
        "hop_samples": (SHORTEST_SAMPLES, record.fft_samples - 1),
        "bands": (1, MOST_BANDS),
        "log_offset": LOG_OFFSETS,
    }
    faults += [
        Fault(key, f"{getattr(record, key)} is out of range", f"give {least} to {most}")
        for key, (least, most) in limits.items()
        if not least <= getattr(record, key) <= most
    ]
    if record.window_samples % 2:
        what = f"{record.window_samples} is odd: the window's middle would be between two samples"
        faults.append(Fault("window_samples", what, f"give {record.window_samples + 1}"))
    half_hz = record.sample_rate_hz / 2
    if not 0.0 <= record.low_hz < record.high_hz <= half_hz:
        what = f"bands from {record.low_hz:g} to {record.high_hz:g} Hz"
        remedy = f"give low_hz below high_hz, both within 0 to {half_hz:g}: half the sample rate"
        faults.append(Fault("high_hz", what, remedy))
    elif not faults and not bins_between(record):
        what = f"no bin of the transform lies between {record.low_hz:g} and {record.high_hz:g} Hz"
        faults.append(Fault("high_hz", what, "widen the range"))
    return faults


def _shown(value: object) -> str:
    return "null" if value is None else str(value)
