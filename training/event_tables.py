# SPDX-License-Identifier: Apache-2.0
"""The running decision on recordings, as a table on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scoring.event_match import SECONDS_AN_HOUR, EventCount
from training.event_evaluation import EventEvaluation
from training.event_search import total


def print_events(result: EventEvaluation, console: Console) -> None:
    """Misses and false alarms by class, with the settings beside the model and with the chosen."""
    minutes = result.seconds / 60
    console.print(f"recordings: {minutes:.1f} minutes, {result.origin}", markup=False)
    title = Text(f"{result.model.name}: events", style="table.title")
    table = Table(title=title, title_justify="left")
    table.add_column("class")
    table.add_column("sounds", justify="right")
    for name in ("now", "chosen"):
        table.add_column(f"missed\n{name}", justify="right")
        table.add_column(f"false alarms\nan hour, {name}", justify="right")
    rows = list(zip(result.labels, result.own, result.best, strict=True))
    for index, (label, own, best) in enumerate(rows):
        table.add_row(Text(label), *_cells(own, best), end_section=index == len(rows) - 1)
    table.add_row("all", *_cells(total(result.own), total(result.best)))
    console.print(table)
    console.print(f"now:    {result.own_text}", markup=False)
    console.print(f"chosen: {result.best_text}", markup=False)
    finest = SECONDS_AN_HOUR / result.seconds
    if finest > result.allowed_an_hour > 0:
        console.print(
            f"note: one false alarm in {minutes:.0f} minutes is {finest:.1f} an hour: to tell "
            f"{result.allowed_an_hour:g} an hour, give {60 / result.allowed_an_hour:.0f} minutes "
            "or more"
        )
    if not result.choice.is_allowed:
        console.print(
            f"note: no combination has {result.allowed_an_hour:g} false alarms an hour or fewer: "
            "this is the quietest"
        )


def _cells(own: EventCount, best: EventCount) -> Sequence[str]:
    return (
        str(own.sounds),
        *(str(own.missed), f"{own.false_alarms_an_hour:.1f}"),
        *(str(best.missed), f"{best.false_alarms_an_hour:.1f}"),
    )
