# SPDX-License-Identifier: Apache-2.0
"""What the firmware found in its own memories when it was asked (docs/self-checks.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hil.report.model import WeightsCheck


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """CHECK, as it was answered once: weights as generated."""

    board: str
    at_end: bool
    """False: at the start of a process, true: at its end."""

    crc32: int
    bytes: int


def weights_check_of(checks: Sequence[CheckRecord]) -> WeightsCheck | None:
    """Of all processes of a run; at its end: where each that had asked has asked again."""
    if not checks:
        return None
    ends = sum(one.at_end for one in checks)
    starts = len(checks) - ends
    return WeightsCheck(
        crc32=f"0x{checks[0].crc32:08x}",
        bytes=checks[0].bytes,
        at_start=starts > 0,
        at_end=0 < starts == ends,
    )
