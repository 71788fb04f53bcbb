# SPDX-License-Identifier: Apache-2.0
"""What is told in the end: how much was heard, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator

from hil.live.observations import Counts, Setup


def summary_lines(setup: Setup, time_s: float, counts: Counts) -> Iterator[str]:
    """In words; one line where all went well."""
    yield f"{time_s:.2f} s of sound, at most {counts.worst_late_s:.2f} s late"
    if counts.late_pieces:
        slow = "the emulator" if setup.virtual else "board or line"
        yield f"{counts.late_pieces} pieces came late: {slow} did not keep up with the sound"
    if counts.dropped_samples:
        lost_s = counts.dropped_samples / setup.sample_rate_hz
        yield f"{lost_s:.2f} s of the microphone's sound were dropped: there was no time for it"
    if counts.overruns:
        yield f"{counts.overruns} overruns of the board's microphone: words were lost"
    if counts.board_dropped:
        yield f"{counts.board_dropped} lines were lost: the board's port had no room for them"
    if counts.resent:
        yield f"sound was resent {_times(counts.resent)} after damage on the line"
    if counts.recoveries:
        yield f"the link failed {_times(counts.recoveries)} and was taken up again"


def _times(count: int) -> str:
    return f"{count} time{'s' * (count > 1)}"
