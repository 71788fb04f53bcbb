# SPDX-License-Identifier: Apache-2.0
"""Plots of a run: loss curves and confusion matrix, as PNG."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import astuple

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from generator.model.decision import Head
from generator.pictures import with_plain_text
from training.scores import Curves, DecidedClip, confusion, detections


@with_plain_text
def plot_losses(curves: Mapping[str, Curves]) -> bytes:
    """The loss curves of each training; dashed: validation loss, with a ring at the best epoch."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for number, (name, one) in enumerate(curves.items()):
        colour = f"C{number % 10}"
        axes.plot(range(1, len(one.losses) + 1), one.losses, color=colour, label=name)
        if one.validation_losses:
            axes.plot(range(len(one.validation_losses)), one.validation_losses, "--", color=colour)
            best = one.validation_losses[one.best_epoch]
            axes.plot([one.best_epoch], [best], "o", color=colour, fillstyle="none")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss (dashed: validation)")
    if curves:
        axes.legend()
    axes.grid(alpha=0.3)
    return _png(figure)


@with_plain_text
def plot_answers(
    decisions: Sequence[DecidedClip], labels: Sequence[str], head: Head, title: str
) -> bytes:
    """The confusion matrix of a softmax head, or the detection counts of a sigmoid head."""
    if head is Head.SIGMOID:
        counts = np.array([astuple(one) for one in detections(decisions, len(labels))])
        columns = ["found", "missed", "false alarm", "rightly not"]
        return _draw_matrix(counts, labels, columns, title)
    matrix = confusion(decisions, len(labels))
    return _draw_matrix(matrix, labels, [*labels, "undecided", "no sound"], title)


def _draw_matrix(
    matrix: npt.NDArray[np.int64], rows: Sequence[str], columns: Sequence[str], title: str
) -> bytes:
    height_in = 2.5 + 0.45 * len(rows)
    figure = Figure(figsize=(max(5.0, 2.5 + 0.5 * len(columns)), height_in), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(matrix, cmap="Blues", aspect="auto")
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            shade = "white" if count > matrix.max() / 2 else "black"
            axes.text(column, row, str(count), ha="center", va="center", color=shade)
    axes.set_xticks(range(len(columns)), columns, rotation=60, ha="right")
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xlabel("answer")
    axes.set_ylabel("true class")
    axes.set_title(title)
    return _png(figure)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()
