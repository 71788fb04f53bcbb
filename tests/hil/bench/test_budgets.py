# SPDX-License-Identifier: Apache-2.0
"""Budgets that are exceeded are named, with number, limit, and by how much."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import InputError
from hil.bench.budgets import overruns, read_budgets
from hil.bench.record import Cost
from tests.hil.bench.records import RECORD, with_network


def test_what_is_within_its_budget_is_not_named() -> None:
    budgets = {"u585": {"net": {"network_instructions": 1000, "answer_ms": 0.003}}}
    assert not overruns(RECORD, budgets)


def test_an_overrun_is_told_in_numbers() -> None:
    found = overruns(RECORD, {"u585": {"net": {"network_instructions": 800, "image_ram_bytes": 1}}})
    assert [one.figure for one in found] == ["network_instructions", "image_ram_bytes"]
    text = "net: network_instructions 1,000 exceeds 800 by 200 (25.0 %)"
    assert found[0].text == text


def test_budgets_of_others_do_not_count() -> None:
    limits = {"network_instructions": 1}
    assert not overruns(RECORD, {"l475": {"net": limits}, "u585": {"another": limits}})


def test_what_a_board_cannot_count_has_no_overrun() -> None:
    silicon = with_network(Cost(measured_cycles=5000))
    limits = {"network_instructions": 1, "network_measured_cycles": 4000}
    found = overruns(silicon, {"u585": {"net": limits}})
    assert [one.figure for one in found] == ["network_measured_cycles"]


def test_the_budgets_of_the_project_can_be_read() -> None:
    budgets = read_budgets()
    assert set(budgets) == {"u585", "l475", "h743"}
    shipped = budgets["u585"]["yamnet_256_esc10"]
    assert shipped == budgets["u585"]["yamnet_256_64x96_tl_int8"]
    assert shipped["network_instructions"] == 22_200_000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("u585: {net: {network_speed: 3}}", "no figure 'network_speed'"),
        ("u585: 3", "cannot be read"),
        ("u585: {", "is not YAML"),
    ],
)
def test_other_budgets_are_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "budgets.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_budgets(path)
