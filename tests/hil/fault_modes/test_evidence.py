# SPDX-License-Identifier: Apache-2.0
"""What shows which fault."""

from __future__ import annotations

import pytest

from hil.fault_modes.evidence import Evidence, shows
from hil.fault_modes.names import STRIKE_FROM_OUTSIDE, FaultMode


@pytest.mark.parametrize("mode", sorted(set(FaultMode) - STRIKE_FROM_OUTSIDE, key=str))
def test_each_mode_is_shown_by_something_and_not_by_anything(mode: FaultMode) -> None:
    shown_by = [evidence for evidence in Evidence if shows([evidence], mode)]
    assert shown_by
    assert len(shown_by) < len(Evidence) / 2
    assert not shows([], mode)


@pytest.mark.parametrize(
    ("mode", "evidence"),
    [
        (FaultMode.WEIGHTS_FLIP, Evidence.REFUSAL),
        (FaultMode.PROBE_UNPLUGGED, Evidence.SILENCE),
        (FaultMode.CABLE_CUT, Evidence.RESTART),
        (FaultMode.RESET_LINE, Evidence.PORT),
    ],
)
def test_what_another_fault_shows_itself_by_is_no_evidence(
    mode: FaultMode, evidence: Evidence
) -> None:
    assert not shows([evidence], mode)
