# SPDX-License-Identifier: Apache-2.0
"""How well the clips were classified: interval, confusion matrix, classes."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from hil.report.details import Details
from hil.report.html.drawings.confusion import draw_confusion
from hil.report.html.drawings.interval import draw_interval
from hil.report.model import Report

UNDECIDED_COLUMNS = ("no patch", "undecided")
"""The first columns of details.json's matrix: answers that are no class."""


@dataclass(frozen=True, slots=True)
class AccuracySection:
    """Drawings of the section; its numbers are the files' own."""

    interval: Markup | None
    confusion: Markup | None
    caution: str
    """Why the accuracy is no measure of the model; empty where it is one."""


def make_accuracy(report: Report, details: Details) -> AccuracySection:
    """Of one run."""
    interval = None
    if (
        report.accuracy is not None
        and report.accuracy_low is not None
        and report.accuracy_high is not None
    ):
        interval = draw_interval(report.accuracy, report.accuracy_low, report.accuracy_high)
    heard = report.trained_on
    doubtful = report.accuracy is not None and (heard.clips_played_in_training or not heard.known)
    return AccuracySection(interval, _confusion(details), heard.text if doubtful else "")


def _confusion(details: Details) -> Markup | None:
    if details.confusion is None or not any(map(any, details.confusion.counts)):
        return None
    counts, first = details.confusion.counts, len(UNDECIDED_COLUMNS)
    used = [at for at in range(first) if any(row[at] for row in counts)]
    names = [*(UNDECIDED_COLUMNS[at] for at in used), *details.labels]
    rows = [[*(row[at] for at in used), *row[first:]] for row in counts]
    return draw_confusion(details.labels, names, rows)
