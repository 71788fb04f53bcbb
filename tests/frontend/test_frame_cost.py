# SPDX-License-Identifier: Apache-2.0
"""The estimate of a frame's instructions is near what docs/frontends.md has from the board."""

from __future__ import annotations

import re

import pytest

from generator.frontend.cost import frame_instructions
from generator.frontend.record_file import read_record
from generator.repository import REPO_ROOT
from tests.frontend.cost_table import FOLDER, SHAPES


@pytest.mark.parametrize("name", SHAPES)
def test_the_estimate_is_near_the_count(name: str) -> None:
    page = (REPO_ROOT / "docs" / "frontends.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{name}` \|.*\| ([\d,]+) \| \d+ \|$", page, re.MULTILINE)
    assert row, f"docs/frontends.md has no row of {name}"
    counted = int(row[1].replace(",", ""))
    told = frame_instructions(read_record(FOLDER / f"{name}.frontend.yaml"))
    assert told == pytest.approx(counted, rel=0.05)
