# SPDX-License-Identifier: Apache-2.0
"""A table that fits its terminal: words are shortened with an ellipsis, numbers never.

Where the numbers alone are too wide, the table goes on below, with its key columns once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

GAP, NARROW_GAP = 2, 1
"""Blanks between two columns; the narrow one where that spares a word from being shortened."""

LEAST_WORDS = 8
"""So many characters of a column of words stay, at least."""

LEAST_HEADING = 12
"""So many characters of each word of a heading stay, at least."""

PART_OF_NUMBER = re.compile(r"[\d.,]")
LAST_NUMBER = re.compile(r"[~+-]?\d[\d.,]*$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column; a heading may break between its words."""

    heading: str
    is_number: bool


def words(heading: str) -> Column:
    """A column that may be shortened."""
    return Column(heading, is_number=False)


def number(heading: str) -> Column:
    """A column whose cells are always shown whole: numbers, with their signs, marks and units."""
    return Column(heading, is_number=True)


def numbers(*headings: str) -> tuple[Column, ...]:
    """Several of them."""
    return tuple(map(number, headings))


class FittedTable:
    """Rows of text under columns, for `console.print`; no cell is read as markup."""

    def __init__(self, *columns: Column, title: str = "", keys: int = 1) -> None:
        """`keys`: so many columns stand in front of every part, should there be several."""
        self._columns = columns
        self._title = title
        self._keys = keys
        self._rows: list[tuple[Sequence[str], str]] = []

    def add_row(self, *cells: str, style: str = "") -> None:
        """A cell for each column."""
        if len(cells) != len(self._columns):
            raise ValueError(f"{len(cells)} cells for {len(self._columns)} columns")
        self._rows.append((cells, style))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self._title:
            yield Text(self._title, style="table.title")
        for place, part in enumerate(self._parts(options.max_width)):
            if place:
                yield Text()
            yield self._table(part, options.max_width)

    def _parts(self, width: int) -> Iterator[list[int]]:
        """The columns of each part, by their indices: as many as fit."""
        keys = list(range(self._keys))
        part = keys.copy()
        for index in range(self._keys, len(self._columns)):
            least = _total(map(self._least, [*part, index]), NARROW_GAP)
            if len(part) > len(keys) and least > width:
                yield part
                part = keys.copy()
            part.append(index)
        yield part

    def _table(self, part: Sequence[int], width: int) -> Table:
        is_roomy = _total(map(self._whole, part), GAP) <= width
        gap = GAP if is_roomy else NARROW_GAP
        widths = self._widths(part, width, gap)
        total = _total(widths.values(), gap)
        table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), width=total)
        for index in part:
            column = self._columns[index]
            table.add_column(
                Text(" ".join(shortened(one, widths[index]) for one in column.heading.split(" "))),
                justify="right" if column.is_number else "left",
                no_wrap=not column.is_number,
                overflow="fold" if column.is_number else "ellipsis",
                width=widths[index],
            )
        for cells, style in self._rows:
            shown = (
                cells[index]
                if self._columns[index].is_number
                else shortened(cells[index], widths[index])
                for index in part
            )
            table.add_row(*map(Text, shown), style=style or None)
        return table

    def _widths(self, part: Sequence[int], width: int, gap: int) -> dict[int, int]:
        """The least that each column takes; what is left goes to words, then to headings."""
        widths = {index: self._least(index) for index in part}
        spare = max(width - _total(widths.values(), gap), 0)
        for is_number in (False, True):
            alike = [index for index in part if self._columns[index].is_number is is_number]
            while spare and (short := [one for one in alike if widths[one] < self._whole(one)]):
                for index in short[:spare]:  # a character for each, in turn
                    widths[index] += 1
                spare -= len(short[:spare])
        return widths

    def _whole(self, index: int) -> int:
        """Width of a column with nothing shortened or broken."""
        return max(self._cells(index), cell_len(self._columns[index].heading), 1)

    def _least(self, index: int) -> int:
        column = self._columns[index]
        longest = max(map(cell_len, column.heading.split()), default=1)
        heading = min(longest, LEAST_HEADING)
        if column.is_number:
            return max(self._cells(index), heading)
        return min(self._whole(index), max(LEAST_WORDS, heading))

    def _cells(self, index: int) -> int:
        lines = chain.from_iterable(cells[index].split("\n") for cells, _ in self._rows)
        return max(map(cell_len, lines), default=1)


def shortened(text: str, width: int) -> str:
    """`text` in so many columns: its end gives way to an ellipsis, and no number is halved."""
    if cell_len(text) <= width:
        return text
    start = set_cell_size(text, width - 1).rstrip()
    if PART_OF_NUMBER.match(text[len(start) :]):
        start = LAST_NUMBER.sub("", start).rstrip()
    return f"{start}…"


def _total(widths: Iterable[int], gap: int) -> int:
    each = list(widths)
    return sum(each) + gap * (len(each) - 1)
