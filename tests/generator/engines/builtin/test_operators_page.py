# SPDX-License-Identifier: Apache-2.0
"""docs/operators.md is what `python -m generator.engines.builtin.operators_page` prints."""

from __future__ import annotations

from generator.engines.builtin.operators_page import page
from generator.engines.builtin.registry import builtin_operators
from generator.repository import REPO_ROOT
from generator.wire.capacity import CLASSES_LIMIT


def test_the_page_is_current() -> None:
    assert (REPO_ROOT / "docs" / "operators.md").read_text(encoding="utf-8") == page()


def test_every_operator_has_a_line_and_every_cell_is_filled() -> None:
    text = page()
    for kind in builtin_operators():
        assert f"\n| {kind} | " in text
    assert "|  |" not in text and "| . |" not in text


def test_the_number_of_classes_is_the_links() -> None:
    assert f": 1 to {CLASSES_LIMIT}," in page()
