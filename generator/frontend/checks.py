# SPDX-License-Identifier: Apache-2.0
"""What of a record cannot be computed: all faults at once, none of it silently wrong."""

from __future__ import annotations

from generator.errors import Fault
from generator.frontend.dct_tables import mfcc_faults
from generator.frontend.filter_bank import bins_between
from generator.frontend.framing import framing_faults
from generator.frontend.pcan_tables import pcan_faults
from generator.frontend.record import FrontendRecord
from generator.frontend.transform_tables import transform_faults
from generator.frontend.value_checks import value_faults
from generator.frontend.window_table import window_faults

SAMPLE_RATES_HZ = (4000, 48_000)
"""What microphones of boards deliver; any whole number between."""

MOST_BANDS = 256


def record_faults(record: FrontendRecord) -> list[Fault]:
    """A fault for each key that contradicts another, or that is not followed."""
    limits: dict[str, tuple[float, float]] = {
        "sample_rate_hz": SAMPLE_RATES_HZ,
        "bands": (1, MOST_BANDS),
    }
    faults = [
        Fault(key, f"{getattr(record, key)} is out of range", f"give {least} to {most}")
        for key, (least, most) in limits.items()
        if not least <= getattr(record, key) <= most
    ]
    faults += [*transform_faults(record), *window_faults(record), *framing_faults(record)]
    faults += [*value_faults(record), *mfcc_faults(record), *pcan_faults(record)]
    half_hz = record.sample_rate_hz / 2
    if not 0.0 <= record.low_hz < record.high_hz <= half_hz:
        what = f"bands from {record.low_hz:g} to {record.high_hz:g} Hz"
        remedy = f"give low_hz below high_hz, both within 0 to {half_hz:g}: half the sample rate"
        faults.append(Fault("high_hz", what, remedy))
    elif not faults and not bins_between(record):
        what = f"no bin of the transform is between {record.low_hz:g} and {record.high_hz:g} Hz"
        faults.append(Fault("high_hz", what, "widen the range"))
    return faults
