# SPDX-License-Identifier: Apache-2.0
"""The files of `firmware_templates/frontend/` that a record needs: the others stay out."""

from __future__ import annotations

from generator.frontend.record import FrontendRecord, Spectrum
from generator.frontend.window_table import is_half_hann

_ALWAYS = (
    *("filterbank.c", "filterbank.h", "frame_sample.h", "frontend.c", "frontend.h", "gate.c", "gate.h"),
    *("integer_log2.c", "integer_log2.h", "leading_zeros.h"),
    *("mel.c", "mel.h", "mel_tables.c", "mel_tables.h", "transform.c", "transform.h"),
    "window.h",
)


def frontend_sources(record: FrontendRecord) -> tuple[str, ...]:
    """Return the record's files, sorted, as they are called in the project."""
    names = {*_ALWAYS, "window_hann.c" if is_half_hann(record) else "window_any.c"}
    if record.spectrum is Spectrum.MAGNITUDE:
        names |= {"integer_sqrt.c", "integer_sqrt.h"}
    return tuple(f"frontend/{name}" for name in sorted(names))
