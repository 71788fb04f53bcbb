# SPDX-License-Identifier: Apache-2.0
"""Records on their way from a test process to the process that writes the report.

A test's records travel as plain values with its pytest report, which pytest-xdist carries between
processes. The plug-in attaches them, `RecordCollector` takes them out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from hil.boards.recovery import Retry
from hil.clips.clip_set import ClipSet, plain_names
from hil.node_ids import board_of, clip_name_of
from hil.options import Options
from hil.pytest_gates import is_limit
from hil.pytest_reruns import attempt_of, first_line, is_rerun
from hil.report.records import DivergenceRecord, RetryRecord, from_plain, to_plain
from hil.report.run import RunReport

_SUMMED_UP = (0, 1, 2)
"""Exit codes for which pytest prints what failed in the end."""


RUN_AGAIN = "run again by pytest"
"""What a repetition by pytest-rerunfailures is called among the steps of recovery."""

_RETRIES: pytest.StashKey[int] = pytest.StashKey()
"""Steps that the test needed so far, and times that it was run again."""

_STARTED: pytest.StashKey[bool] = pytest.StashKey()
_FAILED: pytest.StashKey[bool] = pytest.StashKey()


def account_retries(
    item: pytest.Item, report: pytest.TestReport, retries: Sequence[tuple[str, Retry]]
) -> list[dict[str, Any]]:
    """Records of the steps of recovery that a test needed in one phase, each with its board.

    Its last phase gets the properties `retries` and `flaky`: passed, but not without a retry. Where
    pytest-rerunfailures runs it again, that counts as one, and it failed if it did the last time.
    """
    count = item.stash.get(_RETRIES, 0) + len(retries)
    if report.when == "setup":
        count += item.stash.get(_STARTED, False)
        item.stash[_STARTED], item.stash[_FAILED] = True, False
    failed = item.stash.get(_FAILED, False) or report.failed
    item.stash[_RETRIES], item.stash[_FAILED] = count, failed
    if report.when == "teardown":
        is_flaky = bool(count) and not failed
        report.user_properties += [("retries", count), ("flaky", str(is_flaky).lower())]
    records = (
        RetryRecord(board, item.nodeid, retry.rung, retry.reason, retry.clip, retry.at)
        for board, retry in retries
    )
    return [to_plain(record) for record in records]


class RecordCollector:
    """Takes the records out of the reports, in the process that writes the report."""

    def __init__(
        self, run: RunReport, options: Options, clips: ClipSet, terminal: Any | None
    ) -> None:
        self._run = run
        self._terminal = terminal
        self._announced = False
        self._boards = frozenset(options.boards)
        self._may_be_absent = options.every_board
        names = plain_names(clips.clips)
        self._clips = dict(zip(names, (clip.name for clip in clips.clips), strict=True))
        self._diverged: defaultdict[str, dict[str, int]] = defaultdict(dict)
        """Divergences of each test in words, with the attempt that saw one first."""

    def _place(self, test: str) -> tuple[str | None, str | None]:
        """Board and clip of a test by its id, which all processes share."""
        board = board_of(test, self._boards)
        if board is None:
            return None, None
        return board, self._clips.get(clip_name_of(test, board))

    def _on_board(self, test: str) -> bool:
        return self._place(test)[0] is not None

    def _select(self, tests: Iterable[str]) -> None:
        for test in tests:
            board, clip = self._place(test)
            if board is not None:
                self._run.select(board, test, clip, self._clips.values())
                if not self._may_be_absent:
                    self._run.open_folder(board)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note the clips that will be played."""
        self._select(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Note the clips that will be played, as one of the processes collected them."""
        if self._terminal is not None and not self._announced and any(map(self._on_board, ids)):
            self._announced = True
            self._terminal.ensure_newline()
            self._terminal.write_line(
                "[board]    each process builds if need be, loads, handshakes: up to a minute"
            )
        self._select(ids)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note why the run ended: Ctrl-C, a board that failed, or -x with pytest-xdist."""
        self._run.interrupt(str(excinfo.value) or "interrupted (Ctrl-C)")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Note what made pytest stop between two tests: -x, --maxfail, --stepwise."""
        why = session.shouldfail or session.shouldstop
        if why:
            self._run.interrupt(str(why))

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the records of one test, and whether it failed; end a run without its board.

        What a test saw before it was run again counts: a wrong result stays one, whatever came
        of the repetition.
        """
        self._take_records(report)
        board, clip = self._place(report.nodeid)
        if board is not None and not is_limit(report):
            self._note_outcome(report, board, clip)
        fatal = getattr(report, "mel2metal_fatal", None)
        if fatal is not None and not is_rerun(report):
            what, exit_code = fatal
            if self._terminal is not None and exit_code not in _SUMMED_UP:
                self._terminal.write_line("")
                for line in what.splitlines():
                    self._terminal.write_line(line)
            pytest.exit(what.splitlines()[0], returncode=exit_code)

    def _note_outcome(self, report: pytest.TestReport, board: str, clip: str | None) -> None:
        if is_rerun(report):
            ended = datetime.fromtimestamp(report.stop, UTC).isoformat(timespec="seconds")
            reason = first_line(report)
            self._run.add(RetryRecord(board, report.nodeid, RUN_AGAIN, reason, clip or "", ended))
        if report.when == "teardown":
            self._run.finish(board, report.nodeid)
        if report.failed or hasattr(report, "mel2metal_wrong"):
            self._run.fail(board, report.nodeid, clip)

    def _take_records(self, report: pytest.TestReport) -> None:
        """Take them, but no divergence that an earlier attempt of the same test has brought."""
        seen, attempt = self._diverged[report.nodeid], attempt_of(report)
        for plain in getattr(report, "mel2metal_records", ()):
            record = from_plain(plain)
            is_new = True
            if isinstance(record, DivergenceRecord):
                is_new = seen.setdefault(record.text, attempt) == attempt
            if is_new:
                self._run.add(record)
