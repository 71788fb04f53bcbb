# SPDX-License-Identifier: Apache-2.0
"""The pytest plug-in of the hardware-in-the-loop suite: what it does in a run.

Loaded through the entry point `pytest11`, in every pytest run of an environment where mel2metal is
installed. It therefore imports nothing heavy at module level: no numpy, no emulator, no link.

Its other parts: hil/pytest_options.py (the names of its options), hil/pytest_fixtures.py and
hil/general_fixtures.py (the fixtures), hil/pytest_records.py and hil/pytest_reruns.py (what travels
to the report), hil/xdist_schedule.py (several processes).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hil.general_fixtures import free_fixtures
from hil.option_table import add_options
from hil.pytest_options import PLUGIN_NAME, OptionNames, option_names
from hil.pytest_reruns import is_judgement, is_wrong_result, keep_wrong_results
from hil.pytest_stash import (
    CLIPS,
    FATAL,
    OPTIONS,
    PENDING,
    RESUMED,
    RETRIES,
    RUN,
    is_controller,
)

pytest_plugins = ("hil.pytest_fixtures",)

_PACKAGE = Path(__file__).resolve().parent
_SUITE = _PACKAGE / "suite"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options of the suite in a group of their own, by both of their names."""
    names = OptionNames(parser)
    add_options(names.add)
    pluginmanager.register(names, PLUGIN_NAME)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Read what the options name, before the session begins: its faults are one message, no more.

    What cannot be run ends here, with the exit code of its error.
    """
    if not option_names(config).value_of(config, "board") or config.option.help:
        return None
    from generator.errors import Mel2metalError

    try:
        _read_inputs(config)
    except Mel2metalError as error:
        print(f"mel2metal: {option_names(config).spell(str(error))}", file=sys.stderr)
        return error.exit_code
    return None


def _read_inputs(config: pytest.Config) -> None:
    """Keep options, clips and, in the process that writes it, the report of a run to come.

    Raises InputError or ToolError.
    """
    from generator.repository import WORK_DIR
    from hil.boards.virtual_board import virtual_fault_names
    from hil.clips.clip_set import load_clips
    from hil.gates.limits import read_gates
    from hil.options import read_options
    from hil.report.run import RunReport
    from sounds.place import find_directory

    value_of = partial(option_names(config).value_of, config)
    options = read_options(value_of, virtual_fault_names())
    config.stash[OPTIONS] = options
    directory = find_directory(options.sounds, os.environ, WORK_DIR)
    gates = read_gates(value_of, config.rootpath, options.boards, options.boards_file.name)
    config.stash[CLIPS] = load_clips(
        directory, options.folds, options.clips, required=gates.require_sounds
    )
    if options.resume:
        _prepare_resumption(config)
    if is_controller(config):
        config.stash[RUN] = RunReport(options.report_dir, options.model.stem, limits=gates.limits)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Say what this plug-in brings, and register its parts for a run on boards."""
    config.addinivalue_line("markers", "hil: runs on a board, real or virtual")
    fixtures = free_fixtures(config.pluginmanager.get_plugins())
    config.pluginmanager.register(fixtures, "mel2metal-general-fixtures")
    keep_wrong_results(config)
    config.stash[PENDING] = []
    config.stash[FATAL] = []
    config.stash[RETRIES] = []
    options = config.stash.get(OPTIONS, None)
    if options is None:
        return
    if not is_controller(config):
        # A process of pytest-xdist holds locks in the name of the run that started it.
        from hil.boards.locks import JOB_VARIABLE, job_name

        arguments = config.workerinput["mainargv"]  # type: ignore[attr-defined]
        os.environ[JOB_VARIABLE] = job_name(os.environ, arguments)
    elif not config.option.collectonly:
        from hil.pytest_resume import JournalKeeper

        resumed = config.stash.get(RESUMED, {})
        keeper = JournalKeeper(config, config.stash[RUN], options, config.stash[CLIPS], resumed)
        config.pluginmanager.register(keeper, "mel2metal-journal")


def _prepare_resumption(config: pytest.Config) -> None:
    """Find the runs to go on with; have their tests replayed in this process."""
    from hil.pytest_resume import WORKER_INPUT, Replay, find_resumed, read_resumed

    if is_controller(config):
        resumed = find_resumed(config.stash[OPTIONS], config.stash[CLIPS])
        config.stash[RESUMED] = resumed
        journals = list(resumed.values())
    else:
        workerinput = config.workerinput  # type: ignore[attr-defined]
        journals = read_resumed(workerinput[WORKER_INPUT])
    config.pluginmanager.register(Replay(journals), "mel2metal-replay")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """`pytest hil/` means the suite: nothing else in the package holds tests for a board."""
    inside = _PACKAGE in collection_path.parents
    is_suite = collection_path == _SUITE or _SUITE in collection_path.parents
    return True if inside and not is_suite and collection_path.is_dir() else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each board named, and one for each clip where a test takes a clip."""
    if "m2m_board_name" not in metafunc.fixturenames:
        return
    options = metafunc.config.stash.get(OPTIONS, None)
    names = list(options.boards) if options else [None]
    ids = names if options else ["no-board"]
    metafunc.parametrize("m2m_board_name", names, indirect=True, scope="session", ids=ids)
    if "m2m_clip" not in metafunc.fixturenames:
        return
    if options is None:
        metafunc.parametrize("m2m_clip", [None], indirect=True, ids=["no-clip"])
        return
    from hil.clips.clip_set import plain_names

    clips = metafunc.config.stash[CLIPS].clips
    metafunc.parametrize("m2m_clip", clips, indirect=True, ids=plain_names(clips))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what needs a board."""
    call = getattr(item, "callspec", None)
    if call is not None and "m2m_board_name" in call.params:
        item.add_marker(pytest.mark.hil)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """No more processes of pytest-xdist get a board's tests than can have such a board."""
    options = config.stash.get(OPTIONS, None)
    if options is None:
        return None
    from hil.boards.acquire import count_attachments
    from hil.xdist_schedule import BoardScheduling, share_out

    counted = count_attachments(options, options.boards.values())
    processes = share_out(counted, len(config.getoption("tx")))
    return BoardScheduling(config, log, processes) if processes is not None else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test's records travel with its report, which xdist carries home.

    An error with words for the user is reported without a traceback.
    """
    report = yield
    pending = item.config.stash[PENDING]
    on_board = "m2m_board_name" in getattr(item, "fixturenames", ())
    if on_board and OPTIONS in item.config.stash:
        from hil.pytest_records import account_retries

        retries = item.config.stash[RETRIES]
        pending += account_retries(item, report, retries)
        retries.clear()
    if pending:
        report.mel2metal_records = pending[:]  # type: ignore[attr-defined]
        pending.clear()
    if item.config.stash[FATAL]:
        report.mel2metal_fatal = item.config.stash[FATAL].pop()  # type: ignore[attr-defined]
    if call.excinfo is not None and on_board:
        from generator.errors import Mel2metalError

        if isinstance(call.excinfo.value, Mel2metalError):
            report.longrepr = option_names(item.config).spell(str(call.excinfo.value))
        if is_wrong_result(call.excinfo.value):
            report.mel2metal_wrong = True  # type: ignore[attr-defined]
        if not is_judgement(call.excinfo.value):
            first = str(call.excinfo.value).partition("\n")[0]
            report.mel2metal_unjudged = first or call.excinfo.typename  # type: ignore[attr-defined]
    return report


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start collecting records, where the report is written."""
    run = session.config.stash.get(RUN, None)
    if run is not None:
        if session.config.option.collectonly:
            return
        stash = session.config.stash
        from generator.errors import Mel2metalError
        from hil.pytest_records import RecordCollector

        try:
            run.check_writable(stash[OPTIONS].boards)
        except Mel2metalError as error:
            pytest.exit(option_names(session.config).spell(str(error)), returncode=error.exit_code)
        terminal = session.config.pluginmanager.getplugin("terminalreporter")
        collector = RecordCollector(run, stash[OPTIONS], stash[CLIPS], terminal)
        session.config.pluginmanager.register(collector, "mel2metal-collector")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the reports; add their figures to JUnit's file before it is written."""
    run = session.config.stash.get(RUN, None)
    if run is not None:
        from generator.errors import Mel2metalError
        from hil.pytest_gates import report_gates

        try:
            run.write()
        except Mel2metalError as error:  # the summary still tells all figures
            run.warn(option_names(session.config).spell(str(error)))
            session.exitstatus = error.exit_code
        run.add_junit_properties(session.config)
        report_gates(session, run)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the summary of each board."""
    run = config.stash.get(RUN, None)
    if run is not None:
        run.keep_junit(getattr(config.option, "xmlpath", None))
        run.print_summary(terminalreporter)


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_summary(prefix: list[str], session: pytest.Session) -> None:
    """Put the summary of each board on top of pytest-html's page."""
    run = session.config.stash.get(RUN, None)
    if run is not None:
        prefix.extend(run.html_summaries())
