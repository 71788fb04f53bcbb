# SPDX-License-Identifier: Apache-2.0
"""The report as one picture: latency, RAM and flash beside ST's where they are of this model."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from generator.pictures import with_plain_text
from hil.report.columns import charts, published_beside, published_note
from hil.report.details import ClassFigures, Details
from hil.report.model import Report
from hil.report.text import accuracy_text
from scoring.outcomes import WITHOUT_CLASS

_TITLE_LETTERS = 110
"""Of a line of the title, about as wide as the picture."""

_OURS = "#1b7f5c"
_OURS_LIGHT = "#8cc9b3"
_THEIRS = "#6c7a89"
_THEIRS_LIGHT = "#c3cad1"


@with_plain_text
def draw_report(path: Path, report: Report, details: Details) -> None:
    """Write a PNG of what the run's files say; needs matplotlib, and no display."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 7), dpi=110, layout="constrained")
    kind = "virtual board, cycles estimated" if report.virtual else "silicon, cycles measured"
    figure.suptitle(
        "\n".join(
            [
                f"{report.board} ({kind}): {accuracy_text(report)}",
                *_notes(report),
                f"{details.clips_selected} clips selected, {report.clips} played, "
                f"{len(details.clips_failed)} FAILED; {report.patches} patches; "
                f"divergences: {_count(report.divergences)}",
            ]
        ),
        fontsize=12,
    )
    grid = figure.add_gridspec(len(charts()), 2, width_ratios=[1.0, 1.25])
    published = published_beside(report, details.clips)
    names = [f"mel2metal\n{report.engine}", *(f"{row.engine} *" for row in published)]
    for place, chart in enumerate(charts()):
        parts = [
            [column.ours(report) or 0.0, *(column.theirs(row) or 0.0 for row in published)]
            for column in chart.parts
        ]
        whole = [chart.whole.ours(report), *(chart.whole.theirs(row) for row in published)]
        _bars(figure.add_subplot(grid[place, 0]), chart.title, names, whole, parts)
    _classes(figure.add_subplot(grid[:, 1]), report, details)
    if published:
        figure.supxlabel(published_note(published), fontsize=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png", metadata={"Software": None}, bbox_inches="tight")


def _notes(report: Report) -> list[str]:
    """What to know of the accuracy: clips heard in training, thresholds, a partial run."""
    notes = []
    if report.trained_on.clips_played_in_training and report.accuracy is not None:
        notes.append(f"NO MEASURE OF ACCURACY: {report.trained_on.text}")
    if report.decision.thresholds is not None:
        notes.append(report.decision.text)
    if not report.complete:
        notes.append("PARTIAL RUN: " + "; ".join(report.incomplete_because))
    return ["\n".join(textwrap.wrap(note, _TITLE_LETTERS)) for note in notes]


def _count(number: int | None) -> str:
    return "unknown" if number is None else str(number)


def _bars(
    axes: Any, title: str, names: list[str], whole: list[float | None], parts: list[list[float]]
) -> None:
    """A bar for each name, of one part or two, labelled with the whole."""
    first, second = parts[0], parts[1] if len(parts) > 1 else [0.0] * len(names)
    rows = list(range(len(names)))[::-1]
    theirs = len(names) - 1
    axes.barh(rows, first, color=[_OURS, *[_THEIRS] * theirs])
    axes.barh(rows, second, left=first, color=[_OURS_LIGHT, *[_THEIRS_LIGHT] * theirs])
    ends = [a + b for a, b in zip(first, second, strict=True)]
    for row, end, value in zip(rows, ends, whole, strict=True):
        text = " -" if value is None else f" {value:.1f}"
        axes.text(end, row, text, va="center", fontsize=9)
    axes.set_yticks(rows, names, fontsize=9)
    axes.set_xlim(0, 1.15 * max([*ends, 1.0]))
    axes.set_title(title, fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def _classes(axes: Any, report: Report, details: Details) -> None:
    if report.accuracy is None or details.classes is None:
        axes.axis("off")
        axes.text(0.5, 0.5, accuracy_text(report), ha="center", va="center", wrap=True)
    elif details.confusion is None:
        _found_and_missed(axes, details.classes)
    else:
        _confusion(axes, details.labels, np.array(details.confusion.counts))


def _found_and_missed(axes: Any, classes: Sequence[ClassFigures]) -> None:
    """For each class of a sigmoid head: clips in which it was found, missed, falsely detected."""
    rows = list(range(len(classes)))[::-1]
    found = [one.found for one in classes]
    missed = [one.missed for one in classes]
    alarms = [-one.false_alarms for one in classes]
    axes.barh(rows, found, color=_OURS, label="found")
    axes.barh(rows, missed, left=found, color=_OURS_LIGHT, label="missed")
    axes.barh(rows, alarms, color=_THEIRS, label="false alarm")
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(rows, [one.label for one in classes], fontsize=9)
    held = [one.found + one.missed for one in classes]
    axes.set_xlim(1.1 * min([*alarms, -1]), 1.1 * max([*held, 1]))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.xaxis.set_major_formatter(lambda value, _position: f"{abs(value):g}")
    axes.set_xlabel("clips: false alarms to the left, clips that hold the class to the right")
    axes.legend(fontsize=9)
    axes.set_title("clips by class", fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def _confusion(axes: Any, labels: Sequence[str], matrix: npt.NDArray[np.int64]) -> None:
    used = [index for index in range(len(WITHOUT_CLASS)) if matrix[:, index].any()]
    columns = [*(("none", "undecided")[index] for index in used), *labels]
    counts = matrix[:, [*used, *range(len(WITHOUT_CLASS), matrix.shape[1])]]
    axes.imshow(counts, cmap="Greens")
    dark = counts.max() / 2
    for (row, column), count in ((at, counts[at]) for at in zip(*counts.nonzero(), strict=True)):
        colour = "white" if count > dark else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(len(columns)), columns, rotation=45, ha="right", fontsize=9)
    axes.set_yticks(range(len(labels)), labels, fontsize=9)
    axes.set_xlabel("decided")
    axes.set_ylabel("true")
    axes.set_title("clips by class", fontsize=10, loc="left")
