# SPDX-License-Identifier: Apache-2.0
"""The content of `details.json`: what a report was made from, clip by clip.

`docs/schema/details-1.schema.json` is made from these classes (`python -m hil.report.schema`).
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from generator.model.decision import Head
from hil.report.figures import confusion_of, count_undecided
from hil.report.records import BoardRecord, ClipRecord, MemoryRecord, RetryRecord, RunRecords
from hil.report.section import Section
from hil.report.struck_records import FaultsRecord
from hil.report.trained_on import trained_folds_played
from scoring.outcomes import count_classes

DETAILS_SCHEMA: Final = "mel2metal-details/1"


class Confusion(Section):
    """The confusion matrix of a head that gives one class a clip: softmax or logits."""

    rows: str
    columns: str
    counts: tuple[tuple[int, ...], ...]


class ClassFigures(Section):
    """How one class was detected."""

    label: str
    found: int
    missed: int
    false_alarms: int
    precision: float | None
    """Null: it was never detected."""

    recall: float | None
    """Null: no clip holds it."""


class Details(Section):
    """Every clip, confusion, first divergences, memory."""

    schema_id: Annotated[Literal["mel2metal-details/1"], Field(alias="schema")]
    """Name and version of this format."""

    source: str
    """Where the clips come from."""

    clips_selected: int
    clips_played: int
    clips_failed: tuple[str, ...]
    tests_failed: tuple[str, ...]
    layer_inputs_compared: int
    """Patches whose layers were compared."""

    accuracy_unmeasured: str
    folds_trained_on: tuple[int, ...]
    """Folds among those played that trained the model."""

    cross_validated: str
    labels: tuple[str, ...]
    head: str
    decision: str
    undecided: int | None
    """Clips that remained undecided; null for a sigmoid head."""

    confusion: Confusion | None
    classes: tuple[ClassFigures, ...] | None
    retries: tuple[RetryRecord, ...]
    """Every step of recovery."""

    faults: tuple[FaultsRecord, ...]
    """Of each clip, in a run that faults were asked for."""

    flaky_tests: tuple[str, ...]
    divergences: tuple[str, ...]
    """The first differences, in words."""

    memory: MemoryRecord | None
    """Stack and rings, the highest value of each."""

    clips: tuple[ClipRecord, ...]
    """By name. Lists of cycles and instructions have one entry for each patch."""

    def as_json(self) -> dict[str, Any]:
        """The content of details.json."""
        return self.model_dump(mode="json")


def make_details(records: RunRecords) -> Details:
    """What the report of a run was made from."""
    board = records.board
    labels = board.project.labels if board else ()
    head = board.project.rule.head if board else None
    measured = board is not None and not board.accuracy_unmeasured
    return Details(
        schema_id=DETAILS_SCHEMA,
        source=board.source if board else "",
        clips_selected=len(records.selected_clips),
        clips_played=len(records.clips),
        clips_failed=tuple(records.failed_clips),
        tests_failed=tuple(sorted(records.failed_tests)),
        layer_inputs_compared=len(records.layer_inputs),
        accuracy_unmeasured=board.accuracy_unmeasured if board else "",
        folds_trained_on=tuple(trained_folds_played(records)),
        cross_validated=board.cross_validated if board else "",
        labels=labels,
        head=head.value if head else "",
        decision=board.project.rule_text if board else "",
        undecided=None if head is Head.SIGMOID else count_undecided(records),
        confusion=_confusion(records, board) if measured and head is not Head.SIGMOID else None,
        classes=_classes(records, labels) if measured else None,
        retries=tuple(records.retries),
        faults=tuple(records.faults),
        flaky_tests=tuple(records.flaky_tests),
        divergences=tuple(divergence.text for divergence in records.divergences),
        memory=records.memory,
        clips=tuple(records.clips_in_order),
    )


def _confusion(records: RunRecords, board: BoardRecord | None) -> Confusion:
    assert board is not None
    return Confusion(
        rows="true class",
        columns="no patch, undecided, then decided class",
        counts=tuple(map(tuple, confusion_of(records, len(board.project.labels)).tolist())),
    )


def _classes(records: RunRecords, labels: tuple[str, ...]) -> tuple[ClassFigures, ...]:
    counts = count_classes(records.outcomes, len(labels))
    return tuple(
        ClassFigures(
            label=label,
            found=count.found,
            missed=count.missed,
            false_alarms=count.false_alarms,
            precision=count.precision,
            recall=count.recall,
        )
        for label, count in zip(labels, counts, strict=True)
    )
