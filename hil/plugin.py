# SPDX-License-Identifier: Apache-2.0
"""The pytest plug-in: options, fixtures and report of the hardware-in-the-loop suite.

Loaded through the entry point `pytest11`, in every pytest run of an environment where mel2metal is
installed. It therefore imports nothing heavy at module level: no numpy, no emulator, no link.

Fixtures: `board` (session: locked, loaded, verified), `dut` (function: the board, reset), and
`tap_board`, `tap_dut` for the image that shows every layer. Without `--board` tests that use them
are skipped; a board that was named but is absent fails them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import nullcontext
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hil.boards.recovery import Retry
    from hil.clips.clip_set import Clip, ClipSet
    from hil.options import Options
    from hil.report.records import Record
    from hil.report.run import RunReport
    from hil.session import BoardSession

_PACKAGE = Path(__file__).resolve().parent
_SUITE = _PACKAGE / "suite"

_OPTIONS: pytest.StashKey[Options] = pytest.StashKey()
_CLIPS: pytest.StashKey[ClipSet] = pytest.StashKey()
_RUN: pytest.StashKey[RunReport] = pytest.StashKey()
_PENDING: pytest.StashKey[list[dict[str, Any]]] = pytest.StashKey()
_FATAL: pytest.StashKey[list[tuple[str, int]]] = pytest.StashKey()
"""Why the run cannot go on, and its exit code."""
_RETRIES: pytest.StashKey[list[tuple[str, Retry]]] = pytest.StashKey()
"""Steps of recovery that no test's report has carried home yet, each with its board."""

WAITING = "[lock]"
"""How a line begins that says who has the board."""

NO_BOARD = "no board named: pass --board NAME (and --virtual to run without silicon)"


def _labgrid_has_it(pluginmanager: pytest.PytestPluginManager) -> bool:
    """Whether labgrid's own plug-in, loaded already or still to come, adds `--lg-env`."""
    if pluginmanager.hasplugin("labgrid"):
        return True
    if os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD") or pluginmanager.is_blocked("labgrid"):
        return False
    return bool(entry_points(group="pytest11", name="labgrid"))


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options of the suite in a group of their own."""
    from hil.gates.options import add_gate_options
    from hil.option_table import add_board_options

    group = parser.getgroup("mel2metal", "mel2metal: hardware in the loop")
    add = group.addoption
    add("--board", action="append", default=[], metavar="NAME", help="board of boards.yaml; or all")
    add_board_options(add, with_lg_env=not _labgrid_has_it(pluginmanager))
    add(
        "--virtual-fault",
        action="append",
        default=[],
        metavar="NAME",
        help="fault that the virtual board has, as a desk may (docs/virtual-board.md; repeatable)",
    )
    add("--require-board", action="store_true", help="fail instead of skipping without a board")
    add("--no-flash", action="store_true", help="the board carries its image already")
    add("--folds", metavar="1,2,...", help="folds of the data set (default: all there are)")
    add("--clips", type=int, metavar="N", help="at most N clips, the same number of each class")
    add(
        *("--sounds", "--esc10-dir"),
        dest="sounds",
        metavar="DIR",
        help="folder in ESC-50's layout, or with a folder a class (default: $ESC10_DIR)",
    )
    add("--report-dir", metavar="DIR", help="where reports go (default: BUILD_DIR/hil)")
    add_gate_options(add)


def pytest_configure(config: pytest.Config) -> None:
    """Check the options before anything is collected."""
    config.stash[_PENDING] = []
    config.stash[_FATAL] = []
    config.stash[_RETRIES] = []
    if not config.getoption("board"):
        return
    from generator.errors import Mel2metalError
    from generator.repository import REPO_ROOT
    from hil.boards.virtual_board import virtual_fault_names
    from hil.clips.clip_set import load_clips
    from hil.gates.limits import read_gates
    from hil.options import read_options
    from hil.report.run import RunReport
    from sounds.place import find_directory

    try:
        options = read_options(config.getoption, virtual_fault_names())
        config.stash[_OPTIONS] = options
        directory = find_directory(options.sounds, os.environ, REPO_ROOT)
        gates = read_gates(
            config.getoption, config.rootpath, options.boards, options.boards_file.name
        )
        config.stash[_CLIPS] = load_clips(
            directory, options.folds, options.clips, required=gates.require_sounds
        )
    except Mel2metalError as error:
        pytest.exit(str(error), returncode=error.exit_code)
    if not _is_controller(config):
        # A process of pytest-xdist holds locks in the name of the run that started it.
        from hil.boards.locks import JOB_VARIABLE, job_name

        arguments = config.workerinput["mainargv"]  # type: ignore[attr-defined]
        os.environ[JOB_VARIABLE] = job_name(os.environ, arguments)
    else:
        config.stash[_RUN] = RunReport(options.report_dir, options.model.stem, limits=gates.limits)


def _is_controller(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """`pytest hil/` means the suite: nothing else in the package holds tests for a board."""
    inside = _PACKAGE in collection_path.parents
    is_suite = collection_path == _SUITE or _SUITE in collection_path.parents
    return True if inside and not is_suite and collection_path.is_dir() else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each board named, and one for each clip where a test takes a clip."""
    if "board_name" not in metafunc.fixturenames:
        return
    options = metafunc.config.stash.get(_OPTIONS, None)
    names = list(options.boards) if options else [None]
    ids = names if options else ["no-board"]
    metafunc.parametrize("board_name", names, indirect=True, scope="session", ids=ids)
    if "clip" not in metafunc.fixturenames:
        return
    if options is None:
        metafunc.parametrize("clip", [None], ids=["no-clip"])
        return
    from hil.clips.clip_set import plain_names

    clips = metafunc.config.stash[_CLIPS].clips
    metafunc.parametrize("clip", clips, ids=plain_names(clips))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what needs a board."""
    call = getattr(item, "callspec", None)
    if call is not None and "board_name" in call.params:
        item.add_marker(pytest.mark.hil)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """No more processes of pytest-xdist get a board's tests than can have such a board."""
    options = config.stash.get(_OPTIONS, None)
    if options is None:
        return None
    from hil.boards.acquire import count_attachments
    from hil.xdist_schedule import BoardScheduling, share_out

    counted = count_attachments(options, options.boards.values())
    processes = share_out(counted, len(config.getoption("tx")))
    return BoardScheduling(config, log, processes) if processes is not None else None


@pytest.fixture(scope="session")
def board_name(request: pytest.FixtureRequest) -> str:
    """A board that the user named."""
    name: str | None = getattr(request, "param", None)
    if name is None:
        if request.config.getoption("require_board"):
            pytest.fail(NO_BOARD, pytrace=False)
        pytest.skip(NO_BOARD)
    return name


@pytest.fixture(scope="session")
def clip_set(request: pytest.FixtureRequest) -> ClipSet:
    """All clips of this run."""
    return request.config.stash[_CLIPS]


def _make_printer(config: pytest.Config) -> Callable[[str], None]:
    """Prints lines at once, past pytest's capture.

    A process of pytest-xdist has no terminal: of all lines, it only says on the error output for
    whom it waits.
    """
    terminal = config.pluginmanager.getplugin("terminalreporter")
    capture = config.pluginmanager.getplugin("capturemanager")

    def print_line(line: str) -> None:
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            if terminal is not None and _is_controller(config):
                terminal.ensure_newline()
                terminal.write_line(line)
                terminal.flush()
            elif line.startswith(WAITING):
                print(f"\n{line}", file=sys.stderr, flush=True)

    return print_line


def _open(request: pytest.FixtureRequest, name: str, *, taps: bool) -> Iterator[BoardSession]:
    from generator.errors import Mel2metalError
    from hil.boards.board import BoardAbsentError
    from hil.session import open_session

    options = request.config.stash[_OPTIONS]
    opening = open_session(
        options,
        options.boards[name],
        taps=taps,
        on_progress=_make_printer(request.config),
        on_retry=lambda retry: request.config.stash[_RETRIES].append((name, retry)),
    )
    try:
        opened = opening.__enter__()
    except Mel2metalError as error:
        may_be_absent = options.every_board and not options.require_board
        if isinstance(error, BoardAbsentError) and may_be_absent:
            pytest.skip(str(error))
        # No test can do without the board: the run ends with the first that needed it.
        request.config.stash[_FATAL].append((str(error), error.exit_code))
        raise
    try:
        yield opened
    finally:
        opening.__exit__(None, None, None)


@pytest.fixture(scope="session")
def board(
    request: pytest.FixtureRequest, board_name: str, save_record: Callable[[Record], None]
) -> Iterator[BoardSession]:
    """The board with the image as users get it: locked, loaded, its identity verified."""
    for opened in _open(request, board_name, taps=False):
        save_record(opened.record(request.config.stash[_CLIPS]))
        yield opened


@pytest.fixture(scope="session")
def tap_board(request: pytest.FixtureRequest, board_name: str) -> Iterator[BoardSession]:
    """The board with the image that shows every layer's output."""
    options = request.config.stash[_OPTIONS]
    if options.engine != "builtin":
        pytest.skip(f"the engine {options.engine} shows no layer's output")
    if not options.virtual:
        pytest.skip("layers are compared with --virtual only: a real board carries one image")
    yield from _open(request, board_name, taps=True)


@pytest.fixture
def dut(board: BoardSession) -> BoardSession:
    """The board after a reset and a new handshake."""
    board.reset()
    return board


@pytest.fixture
def tap_dut(tap_board: BoardSession) -> BoardSession:
    """The board with taps after a reset and a new handshake."""
    tap_board.reset()
    return tap_board


@pytest.fixture(scope="session")
def save_record(request: pytest.FixtureRequest) -> Callable[[Record], None]:
    """Hand a record to the run's report, from whichever process."""
    from hil.report.records import to_plain

    pending = request.config.stash[_PENDING]
    return lambda record: pending.append(to_plain(record))


@pytest.fixture
def clip(request: pytest.FixtureRequest) -> Clip:
    """One clip of the run."""
    found: Clip = request.param
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test's records travel with its report, which xdist carries home.

    An error with words for the user is reported without a traceback.
    """
    report = yield
    pending = item.config.stash[_PENDING]
    on_board = "board_name" in getattr(item, "fixturenames", ())
    if on_board and _OPTIONS in item.config.stash:
        from hil.pytest_records import account_retries

        retries = item.config.stash[_RETRIES]
        pending += account_retries(item, report, retries)
        retries.clear()
    if pending:
        report.mel2metal_records = pending[:]  # type: ignore[attr-defined]
        pending.clear()
    if item.config.stash[_FATAL]:
        report.mel2metal_fatal = item.config.stash[_FATAL].pop()  # type: ignore[attr-defined]
    if call.excinfo is not None and on_board:
        from generator.errors import Mel2metalError

        if isinstance(call.excinfo.value, Mel2metalError):
            report.longrepr = str(call.excinfo.value)
    return report


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start collecting records, where the report is written."""
    run = session.config.stash.get(_RUN, None)
    if run is not None:
        if session.config.option.collectonly:
            return
        stash = session.config.stash
        from generator.errors import Mel2metalError
        from hil.pytest_records import RecordCollector

        try:
            run.check_writable(stash[_OPTIONS].boards)
        except Mel2metalError as error:
            pytest.exit(str(error), returncode=error.exit_code)
        terminal = session.config.pluginmanager.getplugin("terminalreporter")
        collector = RecordCollector(run, stash[_OPTIONS], stash[_CLIPS], terminal)
        session.config.pluginmanager.register(collector, "mel2metal-collector")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the reports; add their figures to JUnit's file before it is written."""
    run = session.config.stash.get(_RUN, None)
    if run is not None:
        from generator.errors import Mel2metalError
        from hil.pytest_gates import report_gates

        try:
            run.write()
        except Mel2metalError as error:
            pytest.exit(str(error), returncode=error.exit_code)
        run.add_junit_properties(session.config)
        report_gates(session, run)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the summary of each board."""
    run = config.stash.get(_RUN, None)
    if run is not None:
        run.keep_junit(getattr(config.option, "xmlpath", None))
        run.print_summary(terminalreporter)


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_summary(prefix: list[str], session: pytest.Session) -> None:
    """Put the summary of each board on top of pytest-html's page."""
    run = session.config.stash.get(_RUN, None)
    if run is not None:
        prefix.extend(run.html_summaries())
