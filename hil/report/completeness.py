# SPDX-License-Identifier: Apache-2.0
"""Whether a run is whole: all that was selected ran, and every clip of the set was played."""

from __future__ import annotations

from collections.abc import Sequence

from hil.report.records import RunRecords

PARTIAL_FILE = "PARTIAL.txt"
"""Stands in the folder of a run that is not whole, and says why."""

NOT_ENDED = "the run has not ended, or was killed before it could write its report"


def why_incomplete(records: RunRecords) -> tuple[str, ...]:
    """Each reason in words; none for a run that is whole."""
    reasons = list(dict.fromkeys(records.interruptions))
    left = records.selected_tests - records.finished_tests
    if left:
        reasons.append(f"{len(left)} of {len(records.selected_tests)} tests did not run")
    unselected = records.offered_clips - records.selected_clips
    if unselected:
        what = f"{len(unselected)} of {len(records.offered_clips)} clips were not selected"
        reasons.append(f"{what} (by -k, -m, --lf or the names of tests)")
    unplayed = records.selected_clips - set(records.clips)
    if unplayed:
        reasons.append(f"{len(unplayed)} of {len(records.selected_clips)} clips were not played")
    return tuple(reasons)


def partial_lines(reasons: Sequence[str]) -> list[str]:
    """The summary's lines; none for a run that is whole."""
    return [f"{'' if number else 'PARTIAL RUN':13}{why}" for number, why in enumerate(reasons)]
