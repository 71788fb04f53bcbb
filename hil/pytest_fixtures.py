# SPDX-License-Identifier: Apache-2.0
"""The fixtures of the plug-in, each by a name that no other plug-in has.

`m2m_board` (session: locked, loaded, verified) and `m2m_dut` (the board, reset); `m2m_tap_board`
and `m2m_tap_dut` for the image that shows every layer; `m2m_clip`, once for every clip. Without a
board named, tests that use them are skipped; a board that was named but is absent fails them.
hil/general_fixtures.py has the same ones as `board`, `dut` and so on.

Read in every pytest run of an environment where mel2metal is installed: it imports nothing heavy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from hil.pytest_options import option_names, option_value
from hil.pytest_stash import CLIPS, FATAL, OPTIONS, PENDING, RETRIES, is_controller

if TYPE_CHECKING:
    from hil.clips.clip_set import Clip, ClipSet
    from hil.report.records import Record
    from hil.session import BoardSession

NO_BOARD = "no board named: pass --board NAME (and --virtual to run without silicon)"


@pytest.fixture(scope="session")
def m2m_board_name(request: pytest.FixtureRequest) -> str:
    """A board that the user named."""
    name: str | None = getattr(request, "param", None)
    if name is None:
        reason = option_names(request.config).spell(NO_BOARD)
        if option_value(request.config, "require_board"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return name


@pytest.fixture(scope="session")
def m2m_clip_set(request: pytest.FixtureRequest) -> ClipSet:
    """All clips of this run."""
    return request.config.stash[CLIPS]


@pytest.fixture
def m2m_clip(request: pytest.FixtureRequest, m2m_board_name: str) -> Clip:
    """One clip of the run: a test that takes it runs once for every clip."""
    found: Clip = request.param
    return found


@pytest.fixture(scope="session")
def m2m_board(
    request: pytest.FixtureRequest,
    m2m_board_name: str,
    m2m_save_record: Callable[[Record], None],
) -> Iterator[BoardSession]:
    """The board with the image as users get it: locked, loaded, its identity verified."""
    for opened in _open(request, m2m_board_name, taps=False):
        m2m_save_record(opened.record(request.config.stash[CLIPS]))
        if (check := opened.check_weights()) is not None:
            m2m_save_record(check)
        yield opened
        if (check := opened.check_weights(at_end=True)) is not None:
            m2m_save_record(check)


@pytest.fixture(scope="session")
def m2m_tap_board(request: pytest.FixtureRequest, m2m_board_name: str) -> Iterator[BoardSession]:
    """The board with the image that shows every layer's output."""
    options = request.config.stash[OPTIONS]
    if options.engine != "builtin":
        pytest.skip(f"the engine {options.engine} shows no layer's output")
    if not options.virtual:
        reason = "layers are compared with --virtual only: a real board carries one image"
        pytest.skip(option_names(request.config).spell(reason))
    yield from _open(request, m2m_board_name, taps=True)


@pytest.fixture
def m2m_dut(m2m_board: BoardSession) -> BoardSession:
    """The board after a reset and a new handshake."""
    m2m_board.reset()
    return m2m_board


@pytest.fixture
def m2m_tap_dut(m2m_tap_board: BoardSession) -> BoardSession:
    """The board with taps after a reset and a new handshake."""
    m2m_tap_board.reset()
    return m2m_tap_board


@pytest.fixture(scope="session")
def m2m_save_record(request: pytest.FixtureRequest) -> Callable[[Record], None]:
    """Hand a record to the run's report, from whichever process."""
    from hil.report.records import to_plain

    pending = request.config.stash[PENDING]
    return lambda record: pending.append(to_plain(record))


@pytest.fixture
def m2m_record_property(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """Give the test a property in JUnit's file, by name and value; the last value of a name counts.

    Unlike pytest's own `record_property` it gives no warning where junit_family is xunit2, which is
    the default: pytest writes `<properties>` of a test case in that family too.
    """
    properties: list[tuple[str, object]] = request.node.user_properties

    def record(name: str, value: object) -> None:
        properties[:] = [known for known in properties if known[0] != name]
        properties.append((name, value))

    return record


def _open(request: pytest.FixtureRequest, name: str, *, taps: bool) -> Iterator[BoardSession]:
    from generator.errors import Mel2metalError
    from hil.boards.board import BoardAbsentError
    from hil.report.records import to_plain
    from hil.report.struck_records import struck_record
    from hil.session import open_session

    pending = request.config.stash[PENDING]
    options = request.config.stash[OPTIONS]
    opening = open_session(
        options,
        options.boards[name],
        taps=taps,
        on_progress=_make_printer(request.config),
        on_retry=lambda retry: request.config.stash[RETRIES].append((name, retry)),
        on_struck=lambda struck: pending.append(to_plain(struck_record(name, struck))),
    )
    try:
        opened = opening.__enter__()
    except Mel2metalError as error:
        may_be_absent = options.every_board and not options.require_board
        reason = option_names(request.config).spell(str(error))
        if isinstance(error, BoardAbsentError) and may_be_absent:
            pytest.skip(reason)
        # No test can do without the board: the run ends with the first that needed it.
        request.config.stash[FATAL].append((reason, error.exit_code))
        raise
    try:
        yield opened
    finally:
        opening.__exit__(None, None, None)


def _make_printer(config: pytest.Config) -> Callable[[str], None]:
    """Prints lines at once, past pytest's capture.

    A process of pytest-xdist has no terminal: of all lines, it only says on the error output for
    whom it waits, and where files of the user were moved to.
    """
    from generator.notices import is_notice

    terminal = config.pluginmanager.getplugin("terminalreporter")
    capture = config.pluginmanager.getplugin("capturemanager")

    def print_line(line: str) -> None:
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            if terminal is not None and is_controller(config):
                terminal.ensure_newline()
                terminal.write_line(line)
                terminal.flush()
            elif is_notice(line):
                print(f"\n{line}", file=sys.stderr, flush=True)

    return print_line
