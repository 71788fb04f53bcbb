# SPDX-License-Identifier: Apache-2.0
"""Counts of what became of faults."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.fault_modes.names import FaultMode
from hil.fault_modes.tally import End, FaultCounts, FaultTally, sum_tallies

EXAMPLES = 30

FAULTS = st.tuples(
    st.sampled_from(FaultMode),
    st.sampled_from(
        [
            (End.HARMLESS, False),
            (End.RECOVERED, True),
            (End.LOST, True),
            (End.LOST, False),
            (End.WRONG, True),
            (End.WRONG, False),
        ]
    ),
)


def tally_of(faults: list[tuple[FaultMode, tuple[End, bool]]]) -> FaultTally:
    tally = FaultTally()
    for mode, (end, detected) in faults:
        tally.count(mode, end, detected=detected)
    return tally


@settings(max_examples=EXAMPLES)
@given(st.lists(FAULTS))
def test_each_fault_ends_in_one_way(faults: list[tuple[FaultMode, tuple[End, bool]]]) -> None:
    tally = tally_of(faults)
    assert tally.total.injected == len(faults)
    for mode in tally.modes:
        counts = tally.of(mode)
        ends = (counts.harmless, counts.recovered, counts.lost, counts.wrong)
        assert sum(ends) == counts.injected
        assert counts.recovered <= counts.detected <= counts.injected - counts.harmless


@settings(max_examples=EXAMPLES)
@given(st.lists(FAULTS), st.lists(FAULTS))
def test_sums_and_json_lose_nothing(
    first: list[tuple[FaultMode, tuple[End, bool]]],
    second: list[tuple[FaultMode, tuple[End, bool]]],
) -> None:
    both = sum_tallies([tally_of(first), tally_of(second)])
    assert both == tally_of(first + second)
    assert FaultTally.from_plain(json.loads(json.dumps(both.to_plain()))) == both


@pytest.mark.parametrize("end", [End.LOST, End.WRONG])
def test_one_lost_or_wrong_answer_spoils_it(end: End) -> None:
    tally = FaultTally({FaultMode.CABLE_CUT: FaultCounts(9, 9, 0, 9, 0, 0)})
    assert tally.is_good
    tally.count(FaultMode.RESET_LINE, end, detected=True)
    assert not tally.is_good


def test_a_run_without_faults_shows_nothing() -> None:
    assert not FaultTally().is_good


@pytest.mark.parametrize(("end", "detected"), [(End.HARMLESS, True), (End.RECOVERED, False)])
def test_contradictions_are_refused(end: End, *, detected: bool) -> None:
    with pytest.raises(ValueError, match="link-cut"):
        FaultTally().count(FaultMode.CABLE_CUT, end, detected=detected)
