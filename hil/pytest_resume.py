# SPDX-License-Identifier: Apache-2.0
"""`--resume` in pytest: tests are journalled as they are judged, and those in a journal not run.

The process that writes the report keeps the journals (`JournalKeeper`). Whichever process a test
falls to hands its stored reports on in its place (`Replay`), so that records, JUnit's file and exit
code are those of a run that was never interrupted.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from generator.errors import Mel2metalError
from hil.clips.clip_set import ClipSet
from hil.node_ids import board_of
from hil.options import Options
from hil.pytest_gates import is_limit
from hil.pytest_options import option_names
from hil.pytest_reruns import is_rerun
from hil.report.journal import JOURNAL_FILE, Journal, Line, StoredJournal, read_journal
from hil.report.run import RunReport
from hil.report.run_folder import utc_text
from hil.report.unfinished import (
    describe_run,
    find_unfinished,
    refuse_other_image,
    refuse_other_tests,
)

WORKER_INPUT = "mel2metal_resumed"
"""Where a process of pytest-xdist finds the journals' paths."""

_OF_XDIST = ("node", "item_index", "worker_id", "testrun_uid")
"""What pytest-xdist adds to a report of another process."""


def find_resumed(options: Options, clips: ClipSet) -> dict[str, StoredJournal]:
    """The run to go on with, of each board that has one; InputError where it is about another."""
    found = {
        board: find_unfinished(options.report_dir / board, describe_run(options, board, clips))
        for board in options.boards
    }
    return {board: journal for board, journal in found.items() if journal is not None}


def read_resumed(paths: Iterable[str]) -> list[StoredJournal]:
    """The same journals in a process of pytest-xdist."""
    found = (read_journal(Path(path)) for path in paths)
    return [journal for journal in found if journal is not None]


class Replay:
    """In every process: the stored reports of a test that was judged already, in its place."""

    def __init__(self, journals: Iterable[StoredJournal]) -> None:
        self._judged = {test: lines for one in journals for test, lines in one.judged.items()}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool | None:
        """Hand on the reports; the test itself does not run."""
        stored = self._judged.get(item.nodeid)
        if stored is None:
            return None
        hook = item.ihook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for line in stored:
            data = {**line, "location": tuple(line["location"])}
            report = item.config.hook.pytest_report_from_serializable(config=item.config, data=data)
            report.mel2metal_replayed = True
            hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        # What the test before has left standing for this one, the next may not need.
        item.session._setupstate.teardown_exact(nextitem)
        return True


class JournalKeeper:
    """In the process that writes the report: one line for each test that was judged."""

    def __init__(
        self,
        config: pytest.Config,
        run: RunReport,
        options: Options,
        clips: ClipSet,
        resumed: Mapping[str, StoredJournal],
    ) -> None:
        self._config = config
        self._run = run
        self._given = {board: describe_run(options, board, clips) for board in options.boards}
        self._boards = frozenset(options.boards)
        self._may_be_absent = options.every_board
        self._asked = options.resume
        self._resumed = resumed
        self._tests: defaultdict[str, set[str]] = defaultdict(set)
        self._judged: set[str] = set()
        self._pending: defaultdict[str, list[Line]] = defaultdict(list)
        self._journals: dict[str, Journal] = {}

    def pytest_report_header(self) -> list[str]:
        """Say what `--resume` came to."""
        if not self._asked:
            return []
        lines = []
        for board in sorted(self._boards):
            journal = self._resumed.get(board)
            if journal is None:
                lines.append(f"mel2metal: {board}: no unfinished run to resume; a new run begins")
                continue
            count = f"{len(journal.judged)} of {len(journal.tests)} tests are done"
            lines.append(f"mel2metal: {board}: resumes {journal.folder}: {count}")
        return lines

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what will be journalled."""
        self._select(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Note it as one of the processes collected it."""
        self._select(ids)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a process of pytest-xdist which journals are meant."""
        paths = [str(journal.path) for journal in self._resumed.values()]
        node.workerinput[WORKER_INPUT] = paths

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write the line of a test with its last report."""
        board = board_of(report.nodeid, self._boards)
        if board is None or is_limit(report):
            return
        if hasattr(report, "mel2metal_replayed"):
            self._judged.add(report.nodeid)
            return
        self._refuse_other_image(board, report)
        pending = self._pending[report.nodeid]
        pending.append(self._plain(report))
        if report.when == "teardown" and not is_rerun(report):
            self._keep(board, report.nodeid, self._pending.pop(report.nodeid))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Behind the reports: the run is over where every test was judged."""
        selected = {test for tests in self._tests.values() for test in tests}
        for journal in self._journals.values():
            if selected <= self._judged and self._run.is_written:
                self._or_end(journal.end)
            journal.close()

    def _select(self, tests: Iterable[str]) -> None:
        for test in tests:
            board = board_of(test, self._boards)
            if board is not None:
                self._tests[board].add(test)
        for board, journal in self._resumed.items():
            if board not in self._journals:
                self._or_end(partial(self._resume, board, journal))

    def _resume(self, board: str, journal: StoredJournal) -> None:
        refuse_other_tests(journal, self._tests[board])
        self._journals[board] = Journal(journal.path, journal.good_bytes)
        at = utc_text(datetime.now(UTC))
        self._journals[board].resume(at)
        self._run.resume(board, journal, at)

    def _keep(self, board: str, test: str, reports: list[Line]) -> None:
        brought = any(line.get("mel2metal_records") for line in reports)
        if self._may_be_absent and board not in self._journals and not brought:
            return  # of a board that is not here nothing is kept
        reasons = [why for line in reports if (why := line.get("mel2metal_unjudged")) is not None]
        self._or_end(partial(self._write, board, test, reports, reasons))

    def _write(self, board: str, test: str, reports: list[Line], reasons: list[str]) -> None:
        if board not in self._journals:
            path = self._run.open_folder(board) / JOURNAL_FILE
            given, tests = self._given[board], sorted(self._tests[board])
            self._journals[board] = Journal.begin(path, self._run.started_at, given, tests)
        journal, seconds = self._journals[board], self._run.wall_seconds(board)
        if reasons:
            journal.repeat(test, reasons[0], reports, seconds)
        else:
            journal.judge(test, reports, seconds)
            self._judged.add(test)

    def _refuse_other_image(self, board: str, report: pytest.TestReport) -> None:
        journal = self._resumed.get(board)
        if journal is None:
            return
        for record in getattr(report, "mel2metal_records", ()):
            if record["kind"] == "BoardRecord":
                sha256 = record["identity"]["firmware_sha256"]
                self._or_end(partial(refuse_other_image, journal, sha256))

    def _or_end(self, action: Callable[[], None]) -> None:
        """Do it; end the run in the user's words where that fails."""
        try:
            action()
        except Mel2metalError as error:
            if error.exit_code == 2:
                self._run.refuse()
            spelled = option_names(self._config).spell(str(error))
            pytest.exit(spelled, returncode=error.exit_code)

    def _plain(self, report: pytest.TestReport) -> Line:
        bare = copy.copy(report)
        for name in _OF_XDIST:
            bare.__dict__.pop(name, None)
        plain: Line = self._config.hook.pytest_report_to_serializable(
            config=self._config, report=bare
        )
        return plain
