# SPDX-License-Identifier: Apache-2.0
"""`dut` is ours where no other plug-in has a fixture of that name, and `m2m_dut` always."""

from __future__ import annotations

from types import ModuleType

import pytest

from hil import general_fixtures
from hil.general_fixtures import free_fixtures


def names(plugins: list[object]) -> set[str]:
    return {name for name in vars(free_fixtures(plugins)) if not name.startswith("__")}


EVERY = names([])


def plugin(name: str, **fixtures: object) -> ModuleType:
    module = ModuleType("theirs", "Another plug-in.")
    module.__file__ = name
    vars(module).update(fixtures)
    return module


@pytest.fixture
def dut() -> None:
    """Another plug-in's."""


@pytest.fixture(name="board")
def a_board() -> None:
    """Another plug-in's, by another name."""


class Theirs:
    @pytest.fixture
    def clip(self) -> None:
        """Another plug-in's, which is an object."""


def test_all_are_ours_where_nobody_else_has_them() -> None:
    assert {"board", "dut", "clip", "clip_set", "tap_board", "tap_dut", "save_record"} <= EVERY
    assert names([plugin("theirs.py", dut="no fixture"), object()]) == EVERY
    assert all(hasattr(general_fixtures, name) for name in EVERY)


def test_another_plugins_fixture_is_left_alone() -> None:
    assert names([plugin("theirs.py", dut=dut, any=a_board)]) == EVERY - {"board", "dut"}
    assert names([Theirs()]) == EVERY - {"clip"}


def test_a_conftest_replaces_ours_in_its_folder_alone() -> None:
    assert names([plugin("a/conftest.py", dut=dut)]) == EVERY
