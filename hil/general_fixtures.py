# SPDX-License-Identifier: Apache-2.0
"""The plug-in's fixtures by their general names, for whom no other plug-in has those.

pytest-embedded has a `dut` of its own, others a `board`: theirs is taken, whichever plug-in was
loaded first, and ours goes by `m2m_dut` alone. A conftest.py may replace any, as always.

Read in every pytest run of an environment where mel2metal is installed: it imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from hil.clips.clip_set import Clip, ClipSet
    from hil.report.records import Record
    from hil.session import BoardSession


@pytest.fixture(scope="session")
def board_name(m2m_board_name: str) -> str:
    """A board that the user named."""
    return m2m_board_name


@pytest.fixture(scope="session")
def board(m2m_board: BoardSession) -> BoardSession:
    """The board with the image as users get it: locked, loaded, its identity verified."""
    return m2m_board


@pytest.fixture
def dut(m2m_dut: BoardSession) -> BoardSession:
    """The board after a reset and a new handshake."""
    return m2m_dut


@pytest.fixture(scope="session")
def tap_board(m2m_tap_board: BoardSession) -> BoardSession:
    """The board with the image that shows every layer's output."""
    return m2m_tap_board


@pytest.fixture
def tap_dut(m2m_tap_dut: BoardSession) -> BoardSession:
    """The board with taps after a reset and a new handshake."""
    return m2m_tap_dut


@pytest.fixture
def clip(m2m_clip: Clip) -> Clip:
    """One clip of the run: a test that takes it runs once for every clip."""
    return m2m_clip


@pytest.fixture(scope="session")
def clip_set(m2m_clip_set: ClipSet) -> ClipSet:
    """All clips of this run."""
    return m2m_clip_set


@pytest.fixture(scope="session")
def save_record(m2m_save_record: Callable[[Record], None]) -> Callable[[Record], None]:
    """Hand a record to the run's report, from whichever process."""
    return m2m_save_record


_FIXTURE = type(board_name)
"""What pytest makes of a function that is a fixture."""

_GENERAL = (board_name, board, dut, tap_board, tap_dut, clip, clip_set, save_record)


def free_fixtures(plugins: Iterable[object]) -> ModuleType:
    """A plug-in with those of the fixtures here whose names none of `plugins` has."""
    taken = {name for plugin in plugins for name in _fixture_names(plugin)}
    free = ModuleType("mel2metal-general-fixtures", "Fixtures with names that were free.")
    for fixture in _GENERAL:
        if fixture.name not in taken:
            setattr(free, fixture.name, fixture)
    return free


def _fixture_names(plugin: object) -> Iterator[str]:
    """Names of the fixtures of a plug-in: a module, or an object of a class."""
    if Path(getattr(plugin, "__file__", None) or "").name == "conftest.py":
        return  # a folder's own: it replaces a plug-in's there, and nowhere else
    for holder in (plugin, *type(plugin).__mro__):
        for name, value in vars(holder).items() if hasattr(holder, "__dict__") else ():
            if isinstance(value, _FIXTURE):
                yield from (name, value.name)  # the same, unless one was given to the decorator
