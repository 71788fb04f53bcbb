# SPDX-License-Identifier: Apache-2.0
"""What of a record's logarithm and normalisation cannot be followed, whatever the model."""

from __future__ import annotations

from generator.errors import Fault
from generator.frontend.feature_scale import normalisation_faults
from generator.frontend.record import FrontendRecord, LogKind

LIMITS: dict[str, tuple[float, float]] = {
    "sample_full_scale": (1e-6, 1e9),
    "log_offset": (0.0, 1e30),
    "log_floor": (0.0, 1e30),
    "log_reference": (1e-30, 1e30),
}
"""Numbers that integers of 64 bits and doubles hold; what a transform resolves is asked later."""

MOST_FEATURES = 256
"""More are told by the key that says so, and have no list of that length."""

OF_A_LOGARITHM: dict[str, float | None] = {
    "log_offset": 0.0,
    "log_floor": 0.0,
    "log_reference": 1.0,
    "lowest_log": None,
}
"""Keys that mean nothing without one, and their defaults."""


def value_faults(record: FrontendRecord) -> list[Fault]:
    """A fault for each key of the logarithm, the samples' scale, mean and deviation."""
    faults = [
        Fault(key, f"{getattr(record, key):g} is out of range", f"give {least:g} to {most:g}")
        for key, (least, most) in LIMITS.items()
        if not least <= getattr(record, key) <= most
    ]
    if record.log is LogKind.NONE and record.pcan is None:
        faults += [
            Fault(key, f"{value:g}, and log: none takes no logarithm", "give log, or leave it out")
            for key, default in OF_A_LOGARITHM.items()
            if (value := getattr(record, key)) != default
        ]
    if 1 <= record.features <= MOST_FEATURES:
        faults += normalisation_faults(record)
    return faults
