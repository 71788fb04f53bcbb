# SPDX-License-Identifier: Apache-2.0
"""The files of `firmware_templates/frontend/` that a record needs: the others stay out."""

from __future__ import annotations

from generator.frontend.record import FrontendRecord, LogKind, Spectrum

_ALWAYS = (
    *("complex_transform.c", "complex_transform.h", "dsp_words.h", "filterbank.h"),
    *("frame_sample.h", "frontend.c", "frontend.h", "gate.c", "gate.h", "leading_zeros.h"),
    *("mel.c", "mel.h", "mel_tables.c", "mel_tables.h", "output.h"),
    *("transform.c", "transform.h", "window.c", "window.h"),
)

_OUTPUT_TABLES = ("output_tables.c", "output_tables.h")
_LOG2 = ("integer_log2.c", "integer_log2.h")
_BAND_LOG = ("band_log2.h", *_LOG2, *_OUTPUT_TABLES)
_FEATURE_SCALE = ("feature_scale.h", "feature_tables.c", "feature_tables.h")
_MFCC = (
    *("mfcc_output.c", "dct.c", "dct.h", "dct_tables.c", "dct_tables.h"),
    *("band_log2.c", *_BAND_LOG, *_FEATURE_SCALE),
)
_PCAN = (
    *("pcan_output.c", "noise_reduction.c", "noise_reduction.h", "pcan.h", "pcan_tables.h"),
    *(*_LOG2, "integer_sqrt.c", "integer_sqrt.h", *_FEATURE_SCALE),
)
_GAIN = ("pcan.c", "pcan_tables.c", "integer_exp2.c", "integer_exp2.h")


def frontend_sources(record: FrontendRecord) -> tuple[str, ...]:
    """Return the record's files, sorted, as they are called in the project."""
    names = {*_ALWAYS, *_spectrum(record), *_output(record)}
    return tuple(f"frontend/{name}" for name in sorted(names))


def _spectrum(record: FrontendRecord) -> tuple[str, ...]:
    """The bank's one file, and the root of a bin's power."""
    if record.spectrum is Spectrum.POWER:
        return ("filterbank_power.c",)
    return ("filterbank.c", "integer_sqrt.c", "integer_sqrt.h")


def _output(record: FrontendRecord) -> tuple[str, ...]:
    """From the bands' sums to int8: the one file that defines output.h, and what it calls."""
    if record.pcan is not None:
        return (*_PCAN, *(_GAIN if record.pcan.enabled else ()))
    if record.mfcc is not None:
        return _MFCC
    if record.log is LogKind.NONE:
        return ("linear_output.c", *_OUTPUT_TABLES)
    return ("log_output.c", *_BAND_LOG)
