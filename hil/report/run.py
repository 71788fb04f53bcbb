# SPDX-License-Identifier: Apache-2.0
"""The report of one pytest run: gathers records, writes the files, prints the summaries.

Lives in the process that pytest-xdist calls the controller, or in the only one.
"""

from __future__ import annotations

import platform
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from generator.errors import ToolError
from generator.wire import PROTOCOL_VERSION
from hil.report.figures import Report, make_details, make_report, write_json
from hil.report.records import BoardRecord, Record, RunRecords

REPORT_FILES = ("report.json", "details.json", "report.png")


class RunReport:
    """All boards of one run. Files go to `<folder>/<board>/`."""

    def __init__(self, folder: Path, started_s: float) -> None:
        self._folder = folder
        self._started_s = started_s
        self._records: defaultdict[str, RunRecords] = defaultdict(RunRecords)
        self._reports: dict[str, Report] = {}

    def remove_old(self, boards: Iterable[str]) -> None:
        """Remove reports of earlier runs: a run that fails must not leave an old one standing."""
        for board in boards:
            for name in REPORT_FILES:
                path = self._folder / board / name
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.unlink(missing_ok=True)
                except OSError as error:
                    raise ToolError(
                        f"cannot write {path}: {error.strerror or error}",
                        "make its folder writable, or name another one (--report-dir)",
                    ) from error

    def add(self, record: Record) -> None:
        """Take one record."""
        self._records[record.board].add(record)

    def select(self, board: str, clip: str) -> None:
        """Note that a test of this run takes that clip."""
        self._records[board].selected_clips.add(clip)

    def fail(self, board: str, test: str, clip: str | None) -> None:
        """Note that a test on that board failed."""
        self._records[board].failed_tests[test] = clip

    def write(self) -> None:
        """Write report.json, details.json and report.png for each board that was opened."""
        wall_seconds = time.monotonic() - self._started_s
        for board, records in sorted(self._records.items()):
            if records.board is None:
                continue
            report = make_report(records, wall_seconds)
            self._reports[board] = report
            folder = self._folder / board
            write_json(folder / "report.json", report.as_json())
            write_json(folder / "details.json", make_details(records))
            from hil.report.picture import draw_report

            draw_report(folder / "report.png", records, report)

    def print_summary(self, terminal: Any) -> None:
        """Print each board's summary to pytest's terminal reporter, then all boards together."""
        from hil.report.overview import overview_text
        from hil.report.text import clips_text, summary_text

        for board, records in sorted(self._records.items()):
            if records.board is None and records.failed_tests:
                terminal.write_sep("=", f"mel2metal on {board}")
                failed = len(records.failed_tests)
                terminal.write_line(
                    f"no report: the board was never ready; {clips_text(records)}, "
                    f"{failed} test{'s' * (failed > 1)} FAILED"
                )
        for board, report in self._reports.items():
            terminal.write_sep("=", f"mel2metal on {board}")
            text = summary_text(self._records[board], report, terminal._tw.fullwidth)
            for line in text.splitlines():
                terminal.write_line(line)
            terminal.write_line(f"written: {self._folder / board}/{{{','.join(REPORT_FILES)}}}")
        if len(self._records) > 1:
            terminal.write_sep("=", f"mel2metal on {len(self._records)} boards")
            width = terminal._tw.fullwidth
            for line in overview_text(self._records, self._reports, width).splitlines():
                terminal.write_line(line)
        flaky = sorted(test for records in self._records.values() for test in records.flaky_tests)
        if flaky:
            terminal.write_line("")
            count = f"{len(flaky)} test{'s' * (len(flaky) > 1)} needed a retry"
            terminal.write_line(f"{count}: {', '.join(flaky)}", yellow=True)

    def html_summaries(self) -> list[str]:
        """Each board's summary for pytest-html's page."""
        from html import escape

        from hil.report.text import summary_text

        return [
            f"<pre>{escape(summary_text(self._records[board], report, 120))}</pre>"
            for board, report in self._reports.items()
        ]

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


def tool_versions() -> dict[str, str]:
    """Versions of what took part, of what is installed; the compiler's is in the report."""
    versions = {"python": platform.python_version()}
    for name in ("mel2metal", "pytest", "pyocd", "unicorn"):
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions


def _flat(prefix: str, values: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value
