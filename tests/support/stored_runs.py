# SPDX-License-Identifier: Apache-2.0
"""Runs on disk, as the harness leaves them, of made-up records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hil.report.records import ClipRecord, Record, RunRecords
from hil.report.run import RunReport

FIRST = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)


def write_run(
    report_dir: Path, *records: Record, days: int = 0, model: str = "m", why_partial: str = ""
) -> Path:
    """A run of these records that began so many days after FIRST; its folder."""
    run = RunReport(report_dir, model, FIRST + timedelta(days=days))
    for record in records:
        run.add(record)
        if isinstance(record, ClipRecord):
            run.select(record.board, f"t[{record.clip}]", record.clip, [record.clip])
            run.finish(record.board, f"t[{record.clip}]")
    if why_partial:
        run.interrupt(why_partial)
    run.write()
    (board,) = {record.board for record in records}
    return run.open_folder(board)


def records_of(*records: Record) -> RunRecords:
    """The same in memory."""
    run = RunRecords()
    for record in records:
        run.add(record)
    return run
