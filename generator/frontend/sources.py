# SPDX-License-Identifier: Apache-2.0
"""The files of `firmware_templates/frontend/` that a record needs: the others stay out."""

from __future__ import annotations

from generator.frontend.record import FrontendRecord

_ALWAYS = (
    *("filterbank.c", "filterbank.h", "frontend.c", "frontend.h", "gate.c", "gate.h"),
    *("integer_log2.c", "integer_log2.h", "integer_sqrt.c", "integer_sqrt.h", "leading_zeros.h"),
    *("mel.c", "mel.h", "mel_tables.c", "mel_tables.h", "transform.c", "transform.h"),
    *("window.c", "window.h"),
)


def frontend_sources(record: FrontendRecord) -> tuple[str, ...]:
    """Return the record's files, sorted, as they are called in the project."""
    del record  # every record has the same ones so far
    return tuple(f"frontend/{name}" for name in sorted(_ALWAYS))
