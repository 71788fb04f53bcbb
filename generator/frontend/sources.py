# SPDX-License-Identifier: Apache-2.0
"""The files of `firmware_templates/frontend/` that a record needs: the others stay out."""

from __future__ import annotations

from generator.frontend.record import FrontendRecord, Spectrum
from generator.frontend.window_table import is_half_hann

_ALWAYS = (
    *("filterbank.c", "filterbank.h", "frame_sample.h", "frontend.c", "frontend.h", "gate.c"),
    *("gate.h", "leading_zeros.h", "mel.c", "mel.h", "mel_tables.c", "mel_tables.h", "output.h"),
    *("transform.c", "transform.h", "window.h"),
)


def frontend_sources(record: FrontendRecord) -> tuple[str, ...]:
    """Return the record's files, sorted, as they are called in the project."""
    names = {*_ALWAYS, *_spectrum(record), *_output(record)}
    return tuple(f"frontend/{name}" for name in sorted(names))


def _spectrum(record: FrontendRecord) -> tuple[str, ...]:
    """The window's one file, and the root of a bin's power."""
    window = "window_hann.c" if is_half_hann(record) else "window_any.c"
    root = ("integer_sqrt.c", "integer_sqrt.h")
    return (window, *root) if record.spectrum is Spectrum.MAGNITUDE else (window,)


def _output(record: FrontendRecord) -> tuple[str, ...]:
    """From the bands' sums to int8: the one file that defines output.h, and what it calls."""
    del record  # every record that is computed has a logarithm so far
    return ("log_output.c", "band_log2.h", "integer_log2.h")
