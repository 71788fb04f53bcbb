# SPDX-License-Identifier: Apache-2.0
"""The report of one pytest run: gathers records, writes the files, prints the summaries.

Lives in the process that pytest-xdist calls the controller, or in the only one.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator.errors import ToolError
from generator.wire import PROTOCOL_VERSION
from hil.gates.limits import Limit
from hil.report.completeness import NOT_ENDED, PARTIAL_FILE, why_incomplete
from hil.report.details import make_details
from hil.report.evidence import make_evidence
from hil.report.figures import make_report
from hil.report.files import write_json, write_text
from hil.report.gates import fail_all, gate_lines, judge_gates
from hil.report.html.write import (
    DETAILS_FILE,
    EVIDENCE_FILE,
    PAGE_FILE,
    REPORT_FILE,
    RunFiles,
    write_page,
)
from hil.report.journal import StoredJournal
from hil.report.model import Gate, Report
from hil.report.records import BoardRecord, Record, RunRecords
from hil.report.run_folder import give_room, keep_room, make_run_folder, point_latest
from hil.report.tool import describe_tool, tool_versions

PICTURE_FILE = "report.png"
REPORT_FILES = (REPORT_FILE, DETAILS_FILE, EVIDENCE_FILE, PICTURE_FILE, PAGE_FILE)


class RunReport:
    """All boards of one run. Files go to `<folder>/<board>/<UTC time>-<model>/`."""

    def __init__(
        self,
        folder: Path,
        model: str,
        started_at: datetime | None = None,
        limits: Mapping[str, Sequence[Limit]] | None = None,
    ) -> None:
        self._folder = folder
        self._model = model
        self.started_at = started_at or datetime.now(UTC)
        self._started_s = time.monotonic()
        describe_tool()  # the commit is that of the start, whatever is committed meanwhile
        self._records: defaultdict[str, RunRecords] = defaultdict(
            lambda: RunRecords(started_at=self.started_at)
        )
        self._reports: dict[str, Report] = {}
        self._folders: dict[str, Path] = {}
        self._earlier_s: dict[str, float] = {}
        self._refused = False
        self.is_written = False
        """Whether all reports stand."""

        self._warnings: list[str] = []
        self._limits = limits or {}
        self.gates: dict[str, tuple[Gate, ...]] = {}
        """Of each board, once the reports are written."""

    def check_writable(self, boards: Iterable[str]) -> None:
        """Raise ToolError where a board's reports could not be written."""
        for board in boards:
            path = self._folder / board
            try:
                path.mkdir(parents=True, exist_ok=True)
                if not os.access(path, os.W_OK | os.X_OK):
                    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            except OSError as error:
                raise _cannot_write(path, error) from error

    def open_folder(self, board: str) -> Path:
        """This run's folder for a board, made when first asked for.

        From then on `latest` means it, so that a run that fails or is killed leaves no old numbers
        to be taken for its own. Raises ToolError where it cannot be made.
        """
        if board not in self._folders:
            parent = self._folder / board
            try:
                folder = make_run_folder(parent, self.started_at, self._model)
                write_text(folder / PARTIAL_FILE, f"{NOT_ENDED}\n")
                keep_room(folder)
                point_latest(parent, folder)
            except OSError as error:
                raise _cannot_write(parent, error) from error
            self._folders[board] = folder
        return self._folders[board]

    def resume(self, board: str, journal: StoredJournal, at: str) -> None:
        """Go on with an earlier run on a board, in its folder, `at` that time (ISO 8601)."""
        self._records[board] = RunRecords(
            started_at=journal.started_at, resumed_at=[*journal.resumed_at, at]
        )
        self._earlier_s[board] = journal.wall_seconds
        self._folders[board] = journal.folder
        try:
            write_text(journal.folder / PARTIAL_FILE, f"{NOT_ENDED}\n")
            keep_room(journal.folder)
            point_latest(journal.folder.parent, journal.folder)
        except OSError as error:
            raise _cannot_write(journal.folder, error) from error

    def wall_seconds(self, board: str) -> float:
        """How long the run on a board has taken so far, earlier processes included."""
        return self._earlier_s.get(board, 0.0) + time.monotonic() - self._started_s

    def refuse(self) -> None:
        """Write and print nothing: what was asked for is not what the run to resume is about."""
        self._refused = True

    def add(self, record: Record) -> None:
        """Take one record."""
        self._records[record.board].add(record)

    def select(self, board: str, test: str, clip: str | None, offered: Iterable[str]) -> None:
        """Note that this run has a test on that board, and the clip it takes of those offered."""
        records = self._records[board]
        records.selected_tests.add(test)
        records.offered_clips.update(offered)
        if clip is not None:
            records.selected_clips.add(clip)

    def finish(self, board: str, test: str) -> None:
        """Note that a test ran to its end."""
        self._records[board].finished_tests.add(test)

    def fail(self, board: str, test: str, clip: str | None) -> None:
        """Note that a test on that board failed."""
        self._records[board].failed_tests[test] = clip

    def warn(self, what: str) -> None:
        """Say this behind the summary."""
        self._warnings.append(what)

    def interrupt(self, why: str) -> None:
        """Note that the run ended before its time."""
        for records in self._records.values():
            records.interruptions.append(why)

    def write(self) -> None:
        """Write report.json, details.json and report.png for each board that was opened.

        Raises ToolError where some could not be, behind all that could.
        """
        failures: list[ToolError] = []
        for board, records in sorted(self._records.items()) if not self._refused else ():
            if records.board is None and not records.failed_tests and board not in self._folders:
                continue
            try:
                folder = self.open_folder(board)
                self._write_board(folder, board, records)
            except ToolError as error:
                failures.append(error)
            except OSError as error:
                failures.append(_cannot_write(folder, error))
        self.is_written = not (failures or self._refused)
        if failures:
            raise ToolError("\n".join(str(one) for one in failures))

    def _write_board(self, folder: Path, board: str, records: RunRecords) -> None:
        limits = self._limits.get(board, ())
        if records.board is None:
            reasons = ("no report: the board was never ready", *why_incomplete(records))
            if not records.failed_tests:
                self.gates[board] = fail_all(limits, "no test made the board ready")
        else:
            report = make_report(records, self.wall_seconds(board))
            self.gates[board] = gates = judge_gates(report, limits)
            passed = report.passed and all(gate.passed for gate in gates)
            report = report.model_copy(update={"gates": gates, "passed": passed})
            self._reports[board] = report
            reasons = report.incomplete_because
            run = RunFiles(report, make_details(records), make_evidence(records))
            self._write_numbers(folder, run)
            self._draw(folder, run)
        if reasons:
            write_text(folder / PARTIAL_FILE, "".join(f"{reason}\n" for reason in reasons))
        else:
            (folder / PARTIAL_FILE).unlink()

    @staticmethod
    def _write_numbers(folder: Path, run: RunFiles) -> None:
        """First what counts most: where one has no room, those before it stand.

        Raises OSError for the first that could not be written, when all were tried.
        """
        give_room(folder)
        failure: OSError | None = None
        for name, values in (
            (REPORT_FILE, run.report), (DETAILS_FILE, run.details), (EVIDENCE_FILE, run.evidence)
        ):  # fmt: skip
            try:
                write_json(folder / name, values.as_json())
            except OSError as error:
                failure = failure or error
        if failure is not None:
            raise failure

    def _draw(self, folder: Path, run: RunFiles) -> None:
        """Picture and page. The numbers stand already: what fails here costs a line, not them."""
        from hil.report.picture import draw_report

        drawings: dict[str, Callable[[], object]] = {
            PICTURE_FILE: lambda: draw_report(folder / PICTURE_FILE, run.report, run.details),
            PAGE_FILE: lambda: write_page(folder, run),
        }
        for name, draw in drawings.items():
            try:
                draw()
            except Exception as error:  # whatever a library for fonts, pictures or sounds raises
                first = str(error).partition("\n")[0]
                what = f"{folder / name} was not written: {type(error).__name__}: {first}"
                self._warnings.append(what)

    def print_summary(self, terminal: Any) -> None:
        """Print each board's summary to pytest's terminal reporter, then all boards together."""
        from hil.report.overview import overview_text
        from hil.report.text import summary_text

        if self._refused:
            return
        for board, records in sorted(self._records.items()):
            lines = (
                []
                if board in self._reports
                else self._lines_without_report(board, records, terminal._tw.fullwidth)
            )
            if lines:
                terminal.write_sep("=", f"mel2metal on {board}")
            for line in lines:
                terminal.write_line(line)
        for board, report in self._reports.items():
            terminal.write_sep("=", f"mel2metal on {board}")
            text = summary_text(self._records[board], report, terminal._tw.fullwidth)
            for line in text.splitlines():
                terminal.write_line(line)
            written = [name for name in REPORT_FILES if (self._folders[board] / name).is_file()]
            terminal.write_line(f"written: {self._folders[board]}/{{{','.join(written)}}}")
        if len(self._records) > 1:
            terminal.write_sep("=", f"mel2metal on {len(self._records)} boards")
            width = terminal._tw.fullwidth
            for line in overview_text(self._records, self._reports, width).splitlines():
                terminal.write_line(line)
        for warning in self._warnings:
            terminal.write_line(f"WARNING: {warning}", yellow=True)
        flaky = sorted(test for records in self._records.values() for test in records.flaky_tests)
        if flaky:
            terminal.write_line("")
            count = f"{len(flaky)} test{'s' * (len(flaky) > 1)} needed a retry"
            terminal.write_line(f"{count}: {', '.join(flaky)}", yellow=True)

    def _lines_without_report(self, board: str, records: RunRecords, width: int) -> list[str]:
        """What to say of a board that was never ready; nothing of one that was not asked for."""
        from hil.report.text import clips_text

        failed = len(records.failed_tests)
        lines = gate_lines(self.gates.get(board, ()), width)
        if failed:
            count = f"{failed} test{'s' * (failed > 1)} FAILED"
            lines = [
                f"no report: the board was never ready; {clips_text(records)}, {count}",
                *lines,
            ]
        return lines

    def html_summaries(self) -> list[str]:
        """Each board's summary for pytest-html's page."""
        from html import escape

        from hil.report.text import summary_text

        return [
            f"<pre>{escape(summary_text(self._records[board], report, 120))}</pre>"
            for board, report in self._reports.items()
        ]

    def keep_junit(self, path: str | None) -> None:
        """Copy JUnit's file, where one was asked for and is written, into each board's folder."""
        if path is None or not Path(path).is_file():
            return
        for folder in self._folders.values():
            with suppress(OSError):  # the run is over, and the file stands where it was asked for
                shutil.copyfile(path, folder / "junit.xml")

    def add_junit_properties(self, config: Any) -> None:
        """Put each board's figures into JUnit's file as properties of the test suite."""
        from _pytest.junitxml import xml_key  # the key that record_testsuite_property uses as well

        xml = config.stash.get(xml_key, None)
        if xml is None:
            return
        for board, report in self._reports.items():
            facts = report.as_json() | _facts(self._records[board].board)
            for name, value in _flat("", facts):
                xml.add_global_property(f"{board}.{name}", "" if value is None else str(value))
        for name, version in tool_versions().items() if self._reports else ():
            xml.add_global_property(f"tool.{name}", version)


def _facts(board: BoardRecord | None) -> dict[str, Any]:
    """What a reader of JUnit's file asks for beside the figures."""
    if board is None:
        return {}
    facts = {
        "core_clock_hz": board.identity.core_clock_hz,
        "protocol": PROTOCOL_VERSION,
        **{"probe": "", "port": ""},
    }
    return facts | dict(sorted(board.properties.items()))


def _cannot_write(path: Path, error: OSError) -> ToolError:
    action = (
        "make room there"
        if error.errno in (errno.ENOSPC, errno.EDQUOT)
        else "make its folder writable"
    )
    where = error.filename if isinstance(error.filename, str) else path
    return ToolError(
        f"cannot write {where}: {error.strerror or error}",
        f"{action}, or name another one (--report-dir)",
    )


def _flat(prefix: str, values: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        elif isinstance(value, list):
            if not any(isinstance(one, dict) for one in value):
                yield f"{prefix}{name}", ", ".join(map(str, value))
        else:
            yield f"{prefix}{name}", value
