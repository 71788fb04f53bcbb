# SPDX-License-Identifier: Apache-2.0
"""What of a record cannot be computed: all faults at once, none of it silently wrong."""

from __future__ import annotations

from generator.errors import Fault
from generator.frontend.dct_tables import mfcc_faults
from generator.frontend.filter_bank import bins_between
from generator.frontend.framing import framing_faults
from generator.frontend.pcan_tables import pcan_faults
from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord
from generator.frontend.transform_tables import transform_faults
from generator.frontend.value_checks import value_faults
from generator.frontend.window_table import window_faults

FIXED_KEYS = ("sample_rate_hz",)
"""Keys that the front-end's C, and the readers of sounds, have one value for."""


MOST_BANDS = 256


def record_faults(record: FrontendRecord) -> list[Fault]:
    """A fault for each key that contradicts another, or that is not followed."""
    faults = [
        Fault(key, f"{_shown(getattr(record, key))} is not computed", f"only {_shown(only)} is")
        for key in FIXED_KEYS
        if getattr(record, key) != (only := getattr(YAMNET, key))
    ]
    faults += [*transform_faults(record), *window_faults(record), *framing_faults(record)]
    if not 1 <= record.bands <= MOST_BANDS:
        what = f"{record.bands} is out of range"
        faults.append(Fault("bands", what, f"give 1 to {MOST_BANDS}"))
    faults += [*value_faults(record), *mfcc_faults(record), *pcan_faults(record)]
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
