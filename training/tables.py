# SPDX-License-Identifier: Apache-2.0
"""An evaluation as tables on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from generator.model.decision import Head
from training.engine_names import ENGINES
from training.evaluate import Evaluation
from training.scores import accuracy_of, by_fold, confusion, detections


def print_evaluation(result: Evaluation, console: Console) -> None:
    """Accuracy over all clips, by fold and by class."""
    title = f"{result.model.name}, int8, by {ENGINES[result.engine]}"
    table = Table(title=title, title_justify="left")
    table.add_column("clips")
    table.add_column("right", justify="right")
    table.add_column("of", justify="right")
    table.add_column("accuracy", justify="right")
    table.add_column("95 % interval", justify="right")
    shares = {f"fold {fold}": share for fold, share in by_fold(result.decisions).items()}
    shares["all"] = accuracy_of(result.decisions)
    for name, share in shares.items():
        table.add_row(
            name,
            str(share.correct),
            str(share.total),
            f"{100 * share.value:.2f} %",
            f"{100 * share.low:.1f} to {100 * share.high:.1f} %",
            end_section=name == list(shares)[-2],
        )
    console.print(table)
    console.print(f"decision: {result.rule}")
    for note in result.threshold_notes:
        console.print(note, markup=False)
    if result.head is Head.SIGMOID:
        console.print(_detection_table(result))
        console.print("right: the detected classes are exactly the labels (possibly none)")
    else:
        console.print(_class_table(result))


def _class_table(result: Evaluation) -> Table:
    matrix = confusion(result.decisions, len(result.labels))
    table = Table(title="by class", title_justify="left")
    table.add_column("class")
    table.add_column("right", justify="right")
    table.add_column("taken for")
    names = [*result.labels, "undecided", "no sound"]
    for index, label in enumerate(result.labels):
        row = matrix[index].tolist()
        wrong = [f"{names[to]} {n}" for to, n in enumerate(row) if n and to != index]
        table.add_row(label, f"{row[index]}/{sum(row)}", ", ".join(wrong))
    return table


def _detection_table(result: Evaluation) -> Table:
    table = Table(title="by class", title_justify="left")
    table.add_column("class")
    for name in ("threshold", "found", "of", "false alarms", "in"):
        table.add_column(name, justify="right")
    counted = detections(result.decisions, len(result.labels))
    for label, threshold, one in zip(result.labels, result.thresholds, counted, strict=True):
        table.add_row(
            label,
            f"{threshold:.3f}",
            *(str(one.found), str(one.found + one.missed)),
            *(str(one.false_alarms), str(one.false_alarms + one.rightly_not)),
        )
    return table
