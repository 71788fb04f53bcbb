# SPDX-License-Identifier: Apache-2.0
"""Records beyond what a part can do are refused, with the limit and the numbers: every family."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.boards.boards_file import load_boards
from generator.boards.registry import known_families
from generator.errors import InputError
from tests.generator.boards.families.all_facts import FACTS
from tests.generator.record_changes import changed, faults_of

REFUSALS = [refusal for facts in FACTS.values() for refusal in facts.refusals]


@pytest.mark.parametrize(("board", "place", "value", "said"), REFUSALS)
def test_each_limit_is_named(
    tmp_path: Path, board: str, place: str, value: object, said: str
) -> None:
    faults = faults_of(tmp_path / "boards.yaml", changed(board, (place, value)))
    assert any(said in fault for fault in faults), faults
    assert all(fault.startswith("boards.yaml:") for fault in faults)


@pytest.mark.parametrize("family", FACTS)
def test_a_baud_rate_more_than_two_percent_off_is_refused(tmp_path: Path, family: str) -> None:
    board, changes, said = FACTS[family].bad_baud
    (fault,) = faults_of(tmp_path / "boards.yaml", changed(board, *changes))
    assert said in fault


@pytest.mark.parametrize("family", FACTS)
@settings(deadline=None)  # the file system takes what it takes
@given(data=st.data())
def test_an_accepted_clock_is_within_every_limit(
    *, tmp_path_factory: pytest.TempPathFactory, family: str, data: st.DataObject
) -> None:
    board_id, changes = data.draw(FACTS[family].clocks)
    path = tmp_path_factory.mktemp("boards") / "boards.yaml"
    path.write_text(yaml.safe_dump(changed(board_id, *changes)))
    try:
        board = load_boards(path)[board_id]
    except InputError:
        return
    FACTS[family].check_clock(board)


@pytest.mark.parametrize("family", FACTS)
def test_each_part_is_named_once_and_no_other_is_taken(family: str) -> None:
    facts, check = FACTS[family], known_families()[family].check
    assert len(set(facts.parts)) == len(facts.parts)
    assert [complaint for part in facts.parts for complaint in check(part, None, None)] == []
    ((place, what, remedy),) = check(facts.foreign_part, None, None)
    assert place == ("part",) and "is not supported by this port" in what
    assert all(part in remedy for part in facts.parts)
