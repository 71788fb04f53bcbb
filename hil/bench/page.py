# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/performance.md, from the baselines (`make bench-baseline`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generator.repository import SOURCE_ROOT
from hil.bench.record import BenchRecord, read_record
from hil.bench.table import (
    LAYER_HEADINGS,
    PORTABLE_HEADINGS,
    TOTAL_HEADINGS,
    estimate_lines,
    layer_rows,
    markdown,
    portable_rows,
    total_row,
)

PAGE = SOURCE_ROOT / "docs" / "performance.md"
BEGIN = "<!-- tables: make bench-baseline -->"
CLOCK_OF_THE_BARS_HZ = 160_000_000
"""Boards at the clock of the published figures come first."""
END = "<!-- end of the tables -->"


def page_tables(folder: Path) -> str:
    """The tables of all baselines in a folder, between the marks."""
    lines = [BEGIN]
    records = [read_record(path) for path in sorted(folder.glob("baseline-*.json"))]
    for record in sorted(records, key=lambda one: one.core_clock_hz != CLOCK_OF_THE_BARS_HZ):
        lines += _of_board(record)
    return "\n".join([*lines, END])


def _of_board(record: BenchRecord) -> Iterator[str]:
    command = f"make bench BOARD={record.board}{' VIRTUAL=1' if record.virtual else ''}"
    yield ""
    yield f"### {record.board}: {record.core} at {record.core_clock_hz / 1e6:g} MHz"
    yield ""
    yield f"`{command}`, {record.toolchain}"
    yield ""
    yield from markdown(TOTAL_HEADINGS, map(total_row, record.models))
    for model in record.models[:1]:
        yield ""
        yield f"`{model.name}`, a patch of {model.frames} frames of {model.bands}:"
        yield ""
        yield from markdown(LAYER_HEADINGS, layer_rows(model))
    portable = [row for model in record.models for row in portable_rows(model)]
    if portable:
        yield ""
        yield from markdown(PORTABLE_HEADINGS, portable)
    if record.estimate is not None:
        yield ""
        for line in estimate_lines(record.estimate):
            yield f"- {line}"


def with_tables(page: str, folder: Path) -> str:
    """The page with the tables of a folder's baselines instead of its own."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{page_tables(folder)}{after}"


def write_page(folder: Path) -> None:
    """Bring the page's tables up to date."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), folder), encoding="utf-8")
