# SPDX-License-Identifier: Apache-2.0
"""Pictures of a run: the loss over the epochs, the confusion matrix."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure


def draw_losses(losses: Mapping[str, Sequence[float]]) -> bytes:
    """One curve a training run, as PNG."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for name, values in losses.items():
        axes.plot(range(1, len(values) + 1), values, label=name)
    axes.set_xlabel("epoch")
    axes.set_ylabel("training loss")
    axes.legend()
    axes.grid(alpha=0.3)
    return _png(figure)


def draw_confusion(matrix: npt.NDArray[np.int64], labels: Sequence[str], title: str) -> bytes:
    """Counts [label, decided], the last column for clips without a decision, as PNG."""
    figure = Figure(figsize=(8, 7), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(matrix, cmap="Blues")
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            shade = "white" if count > matrix.max() / 2 else "black"
            axes.text(column, row, str(count), ha="center", va="center", color=shade)
    axes.set_xticks(range(matrix.shape[1]), [*labels, "no sound"], rotation=60, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("decided")
    axes.set_ylabel("truth")
    axes.set_title(title)
    return _png(figure)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()
