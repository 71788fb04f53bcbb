# SPDX-License-Identifier: Apache-2.0
"""The report as one picture: latency, RAM and flash beside ST's where they are of this model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.model.decision import Head
from hil.report.columns import charts, published_beside, published_note
from hil.report.figures import Report, confusion_of, outcomes
from hil.report.records import BoardRecord, RunRecords
from hil.report.text import accuracy_text, caveat_lines, clips_text, divergences_text
from scoring.outcomes import WITHOUT_CLASS, count_classes

_OURS = "#1b7f5c"
_OURS_LIGHT = "#8cc9b3"
_THEIRS = "#6c7a89"
_THEIRS_LIGHT = "#c3cad1"


def draw_report(path: Path, records: RunRecords, report: Report) -> None:
    """Write a PNG; needs matplotlib, and no display."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 7), dpi=110, layout="constrained")
    kind = "virtual board, cycles estimated" if report.virtual else "silicon, cycles measured"
    figure.suptitle(
        f"{report.board} ({kind}): {accuracy_text(records, report)}\n"
        + "".join(f"{line}\n" for line in (*caveat_lines(records), *_rule_lines(records)))
        + f"{clips_text(records)}; {report.patches} patches; {divergences_text(records)}",
        fontsize=12,
    )
    grid = figure.add_gridspec(len(charts()), 2, width_ratios=[1.0, 1.25])
    published = published_beside(records, report)
    names = [f"mel2metal\n{report.engine}", *(f"{row.engine} *" for row in published)]
    for place, (title, columns) in enumerate(charts().items()):
        values = [
            [column.ours(records, report) or 0.0, *(column.theirs(row) or 0.0 for row in published)]
            for column in columns
        ]
        _bars(figure.add_subplot(grid[place, 0]), title, names, *values)
    _classes(figure.add_subplot(grid[:, 1]), records, report)
    if published:
        figure.supxlabel(published_note(published), fontsize=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png", metadata={"Software": None}, bbox_inches="tight")


def _rule_lines(records: RunRecords) -> list[str]:
    board = records.board
    if board is None or not board.project.rule.has_thresholds:
        return []
    return [board.project.rule_text]


def _bars(
    axes: Any, title: str, names: list[str], first: list[float], second: list[float] | None = None
) -> None:
    second = second or [0.0] * len(first)
    rows = list(range(len(names)))[::-1]
    theirs = len(names) - 1
    axes.barh(rows, first, color=[_OURS, *[_THEIRS] * theirs])
    axes.barh(rows, second, left=first, color=[_OURS_LIGHT, *[_THEIRS_LIGHT] * theirs])
    totals = [a + b for a, b in zip(first, second, strict=True)]
    for row, total in zip(rows, totals, strict=True):
        axes.text(total, row, f" {total:.1f}" if total else " -", va="center", fontsize=9)
    axes.set_yticks(rows, names, fontsize=9)
    axes.set_xlim(0, 1.15 * max([*totals, 1.0]))
    axes.set_title(title, fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def _classes(axes: Any, records: RunRecords, report: Report) -> None:
    board = records.board
    if board is None or report.accuracy is None:
        axes.axis("off")
        axes.text(0.5, 0.5, accuracy_text(records, report), ha="center", va="center", wrap=True)
    elif board.project.rule.head is Head.SIGMOID:
        _found_and_missed(axes, records, board)
    else:
        _confusion(axes, records, board)


def _found_and_missed(axes: Any, records: RunRecords, board: BoardRecord) -> None:
    """For each class of a sigmoid head: clips in which it was found, missed, falsely detected."""
    counts = count_classes(outcomes(records), len(board.project.labels))
    rows = list(range(len(counts)))[::-1]
    found = [count.found for count in counts]
    missed = [count.missed for count in counts]
    alarms = [-count.false_alarms for count in counts]
    axes.barh(rows, found, color=_OURS, label="found")
    axes.barh(rows, missed, left=found, color=_OURS_LIGHT, label="missed")
    axes.barh(rows, alarms, color=_THEIRS, label="false alarm")
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(rows, board.project.labels, fontsize=9)
    held = [count.found + count.missed for count in counts]
    axes.set_xlim(1.1 * min([*alarms, -1]), 1.1 * max([*held, 1]))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.xaxis.set_major_formatter(lambda value, _position: f"{abs(value):g}")
    axes.set_xlabel("clips: false alarms to the left, clips that hold the class to the right")
    axes.legend(fontsize=9)
    axes.set_title("clips by class", fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def _confusion(axes: Any, records: RunRecords, board: BoardRecord) -> None:
    matrix = confusion_of(records, len(board.project.labels))
    used = [index for index in range(len(WITHOUT_CLASS)) if matrix[:, index].any()]
    columns = [*(("none", "undecided")[index] for index in used), *board.project.labels]
    counts = matrix[:, [*used, *range(len(WITHOUT_CLASS), matrix.shape[1])]]
    axes.imshow(counts, cmap="Greens")
    dark = counts.max() / 2
    for (row, column), count in ((at, counts[at]) for at in zip(*counts.nonzero(), strict=True)):
        colour = "white" if count > dark else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(len(columns)), columns, rotation=45, ha="right", fontsize=9)
    axes.set_yticks(range(len(board.project.labels)), board.project.labels, fontsize=9)
    axes.set_xlabel("decided")
    axes.set_ylabel("true")
    axes.set_title("clips by class", fontsize=10, loc="left")
