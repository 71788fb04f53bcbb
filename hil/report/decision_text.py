# SPDX-License-Identifier: Apache-2.0
"""The summary's lines on thresholds, clips that remained unsure, and single classes.

There are none for a softmax head without thresholds: its highest score decides, as everywhere.
"""

from __future__ import annotations

from generator.model.decision import Head
from hil.report.figures import count_unsure
from hil.report.records import RunRecords
from scoring.accuracy import clip_accuracy
from scoring.outcomes import ClassCount, count_classes


def decision_lines(records: RunRecords) -> list[str]:
    """How the image decides, and what came of it."""
    board = records.board
    if board is None or not board.project.rule.has_thresholds:
        return []
    lines = [f"decision     {board.project.rule_text}"]
    measured = not board.accuracy_unmeasured and bool(records.outcomes)
    if board.project.rule.head is Head.SIGMOID:
        return [*lines, *(_class_lines(records) if measured else [])]
    if board.project.rule.other is None:
        lines.append(f"unsure       {_unsure_text(records, measured=measured)}")
    return lines


def _unsure_text(records: RunRecords, *, measured: bool) -> str:
    """`3 of 40 clips, counted wrong; of those decided 97.30 % right`."""
    unsure = count_unsure(records)
    text = f"{unsure} of {len(records.clips)} clips"
    sure = clip_accuracy(one for one in records.outcomes if one.detected)
    if not measured or not unsure or sure is None:
        return text
    return f"{text}, counted wrong; of those decided {100 * sure.value:.2f} % right"


def _class_lines(records: RunRecords) -> list[str]:
    """One line a class: `dog  precision 95.0 % (19/20), recall 90.5 % (19/21)`."""
    assert records.board is not None
    labels = records.board.project.labels
    counts = count_classes(records.outcomes, len(labels))
    width = max(map(len, labels))
    return [
        f"{'' if index else 'classes':13}{label:{width}}  {class_text(count)}"
        for index, (label, count) in enumerate(zip(labels, counts, strict=True))
    ]


def class_text(count: ClassCount) -> str:
    """Precision and recall with what they are shares of."""
    return (
        f"precision {_share(count.precision, count.found, count.found + count.false_alarms)}, "
        f"recall {_share(count.recall, count.found, count.found + count.missed)}"
    )


def _share(value: float | None, part: int, whole: int) -> str:
    return "- (never)" if value is None else f"{100 * value:.1f} % ({part}/{whole})"
