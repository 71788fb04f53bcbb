# SPDX-License-Identifier: Apache-2.0
"""The faults by name."""

from __future__ import annotations

import pytest

from generator.repository import REPO_ROOT
from hil.virtual.faults.line import LINE_FAULTS
from hil.virtual.faults.making import _MAKERS
from hil.virtual.faults.names import VirtualFault, parse_faults


def test_each_fault_is_made_somewhere() -> None:
    assert set(_MAKERS) | LINE_FAULTS == set(VirtualFault)
    assert not set(_MAKERS) & LINE_FAULTS


def test_names_are_parsed_once_each_in_order() -> None:
    assert parse_faults(["noise", "lsi-fast", "noise"]) == (
        VirtualFault.NOISE,
        VirtualFault.LSI_FAST,
    )


def test_unknown_names_are_refused_with_the_list() -> None:
    with pytest.raises(ValueError, match=r"no fault 'rain', 'fire'; faults: framing-errors, "):
        parse_faults(["rain", "noise", "fire"])


def test_the_page_has_each_fault_with_its_text() -> None:
    page = (REPO_ROOT / "docs" / "virtual-board.md").read_text()
    for fault in VirtualFault:
        assert f"| `{fault.value}` | {fault.text} |" in page
