# SPDX-License-Identifier: Apache-2.0
"""The three tables of a profile, each as long as it was asked for and summing to the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hil.profile.record import FunctionRow, LayerRow, LineRow, ProfileRecord

Cells = tuple[str, ...]
ESTIMATED = "~ cycles are estimated by a model of the core's pipeline, without wait states"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.2f}"


def _others(rows: Sequence[LayerRow | FunctionRow | LineRow], top: int) -> tuple[int, int, int]:
    """How many rows are not shown, their instructions and their cycles."""
    rest = rows[top:]
    return len(rest), sum(row.instructions for row in rest), sum(row.cycles for row in rest)


def layer_cells(record: ProfileRecord) -> Iterator[Cells]:
    """All operators and all other work, and the whole."""
    whole = record.instructions
    for row in record.layers:
        is_network = row.index is not None or row.title == "finding rows"
        patch = f"{row.instructions / record.patches:,.0f}" if is_network else ""
        cells = (f"{row.instructions:,}", _share(row.instructions, whole), patch)
        yield (row.title, *cells, f"{row.cycles:,}")
    yield ("whole", f"{whole:,}", _share(whole, whole), "", f"{record.cycles:,}")


def function_cells(record: ProfileRecord, top: int) -> Iterator[Cells]:
    """The first functions, all others as one row, and the whole."""
    whole = record.instructions
    for row in record.functions[:top]:
        calls = "inlined" if row.calls is None else f"{row.calls:,}"
        numbers = (f"{row.instructions:,}", _share(row.instructions, whole))
        yield (row.name, *numbers, f"{row.with_callees:,}", calls, f"{row.cycles:,}")
    count, instructions, cycles = _others(record.functions, top)
    if count:
        numbers = (f"{instructions:,}", _share(instructions, whole))
        yield (f"{count} others", *numbers, "", "", f"{cycles:,}")
    yield ("whole", f"{whole:,}", _share(whole, whole), "", "", f"{record.cycles:,}")


def line_cells(record: ProfileRecord, top: int) -> Iterator[Cells]:
    """The first lines, all others as one row, and the whole."""
    whole = record.instructions
    short = short_names(row.file for row in record.lines)
    for row in record.lines[:top]:
        place = f"{short[row.file]}:{row.line}" if row.file else f"no line, in {row.function}"
        numbers = (f"{row.instructions:,}", _share(row.instructions, whole))
        yield (place, *numbers, f"{row.cycles:,}", row.text)
    count, instructions, cycles = _others(record.lines, top)
    if count:
        numbers = (f"{instructions:,}", _share(instructions, whole))
        yield (f"{count} others", *numbers, f"{cycles:,}", "")
    yield ("whole", f"{whole:,}", _share(whole, whole), f"{record.cycles:,}", "")


def short_names(files: Iterable[str]) -> dict[str, str]:
    """Each path by its file name; whole where two files have the same name."""
    paths = set(files)
    names = [PurePosixPath(path).name for path in paths]
    return {
        path: path if names.count(PurePosixPath(path).name) > 1 else PurePosixPath(path).name
        for path in paths
    }


LAYER_HEADINGS = ("layer", "instructions", "%", "a patch", "~ cycles")
FUNCTION_HEADINGS = ("function", "itself", "%", "with callees", "calls", "~ cycles")
LINE_HEADINGS = ("line", "instructions", "%", "~ cycles", "source")
TEXT = {"layer", "function", "line", "source"}
PLACE_WIDTH = 30
"""A file's name and a line's number, and more than any number has."""


def print_profile(console: Console, record: ProfileRecord, top: int) -> None:
    """All tables, and the figures that the bench has too."""
    head = f"{record.model} on virtual {record.board}, {record.patches} patches"
    print_table(console, f"By layer: {head}", LAYER_HEADINGS, layer_cells(record))
    print_table(console, "By function", FUNCTION_HEADINGS, function_cells(record, top))
    print_table(console, "By line", LINE_HEADINGS, line_cells(record, top))
    for name, cost in (
        ("network, a patch", record.network),
        ("front-end, a frame", record.frontend_frame),
        ("answer, a patch", record.answer),
    ):
        figures = f"{cost.instructions or 0:>12,} instructions {cost.pipeline_cycles or 0:>12,}"
        console.print(f"{name:20}{figures} ~ cycles", markup=False, soft_wrap=True)
    console.print(ESTIMATED, markup=False, soft_wrap=True)


def print_table(
    console: Console, title: str, headings: Sequence[str], rows: Iterable[Cells]
) -> None:
    """Where the terminal is too narrow words are shortened, numbers never."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    cells = list(rows)
    for at, heading in enumerate(headings):
        is_text = heading in TEXT
        widest = max(len(heading), *(len(row[at]) for row in cells))
        table.add_column(
            heading,
            justify="left" if is_text else "right",
            no_wrap=not is_text,
            min_width=min(widest, PLACE_WIDTH) if heading == "line" or not is_text else None,
        )
    for row in cells:
        style = "bold" if row[0] == "whole" else None
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in row), style=style)
    console.print(table)
