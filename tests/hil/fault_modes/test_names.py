# SPDX-License-Identifier: Apache-2.0
"""The fault modes by name."""

from __future__ import annotations

from generator.repository import REPO_ROOT
from hil.fault_modes.names import NEED_A_VIRTUAL_BOARD, STRIKE_FROM_OUTSIDE, Boundary, FaultMode


def test_each_boundary_has_modes_and_each_name_begins_with_its_boundary() -> None:
    assert {mode.boundary for mode in FaultMode} == set(Boundary)
    assert all(mode.value.startswith(f"{mode.boundary.value}-") for mode in FaultMode)


def test_there_are_enough_of_them_with_names_and_texts_of_their_own() -> None:
    assert len(FaultMode) >= 24
    assert len({mode.text for mode in FaultMode}) == len(FaultMode)


def test_the_link_alone_can_fail_at_a_real_board() -> None:
    of_the_link = {mode for mode in FaultMode if mode.boundary is Boundary.LINK}
    assert set(FaultMode) - NEED_A_VIRTUAL_BOARD - STRIKE_FROM_OUTSIDE == of_the_link


def test_the_page_has_each_mode_with_its_text() -> None:
    page = (REPO_ROOT / "docs" / "faults.md").read_text()
    for mode in FaultMode:
        assert f"| `{mode.value}` | {mode.text} |" in page
