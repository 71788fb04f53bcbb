# SPDX-License-Identifier: Apache-2.0
"""The confusion matrix: rows are true classes, columns what was decided."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from hil.report.html.drawings.svg import element, picture, rect, text

_CELL = 34
_LETTER = 6.6
"""Width of a letter of a label, about."""


def draw_confusion(
    labels: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]
) -> Markup:
    """`counts[row][column]` of clips; `columns` ends with the labels, before them stand answers
    that are no class. A cell is as dark as its share of its row's clips."""
    left = 14 + _LETTER * max((len(label) for label in labels), default=0)
    top = 20 + 0.75 * _LETTER * max((len(column) for column in columns), default=0)
    width = left + _CELL * len(columns) + 0.75 * _LETTER * (len(columns[-1]) if columns else 0)
    height = top + _CELL * len(labels) + 8
    parts = [
        element(
            "text",
            column,
            class_="label",
            transform=f"translate({left + _CELL * (at + 0.55):.1f} {top - 8:.1f}) rotate(-45)",
        )
        for at, column in enumerate(columns)
    ]
    for row, label in enumerate(labels):
        y = top + _CELL * row
        parts.append(text(left - 8, y + 0.62 * _CELL, label, anchor="end"))
        total = sum(counts[row])
        for column, count in enumerate(counts[row]):
            x = left + _CELL * column
            right = columns[column] == label
            what = f"{label}, decided {columns[column]}"
            parts.append(_cell(x, y, count, total, what=what, right=right))
    diagonal = sum(
        count
        for row, label in enumerate(labels)
        for column, count in enumerate(counts[row])
        if columns[column] == label
    )
    whole = sum(map(sum, counts))
    words = (
        f"Confusion matrix of {len(labels)} classes: {diagonal} of {whole} clips on the diagonal"
    )
    return picture(width, height, words, *parts)


def _cell(x: float, y: float, count: int, total: int, *, what: str, right: bool) -> Markup:
    share = count / total if total else 0.0
    step = 0 if not count else min(5, 1 + int(5 * share))
    kind = "hit" if right else "miss"
    box = rect(
        x + 1, y + 1, _CELL - 2, _CELL - 2, class_=f"cell {kind}{step}", title=f"{what}: {count}"
    )
    if not count:
        return box
    dark = " on-dark" if step >= 4 else ""
    words = text(x + _CELL / 2, y + 0.62 * _CELL, str(count), anchor="middle", class_=f"num{dark}")
    return Markup("").join((box, words))
