# SPDX-License-Identifier: Apache-2.0
"""Whether the clips that were played also trained the model: then accuracy is no measure."""

from __future__ import annotations

from collections.abc import Iterable

from hil.report.model import TrainedOn
from hil.report.records import RunRecords
from scoring.accuracy import Accuracy, clip_accuracy


def trained_folds_played(records: RunRecords) -> list[int]:
    """Folds of the clips played that also trained the model: no measure of its accuracy."""
    if records.board is None or records.board.accuracy_unmeasured:
        return []
    played = {clip.fold for clip in records.clips.values() if clip.truth is not None}
    return sorted(played & set(records.board.trained_folds))


def measure_untrained(records: RunRecords) -> Accuracy | None:
    """Accuracy on the clips of folds that did not train the model; None if there are none."""
    trained = trained_folds_played(records)
    played = (clip for clip in records.clips_in_order if clip.fold not in trained)
    return clip_accuracy(clip.outcome for clip in played if clip.outcome is not None)


def judge_trained_on(records: RunRecords) -> TrainedOn:
    """Folds played and folds that trained the model, in numbers and in words."""
    board = records.board
    trained = board.trained_folds if board else ()
    played = tuple(sorted({clip.fold for clip in records.clips.values() if clip.truth is not None}))
    both = tuple(trained_folds_played(records))
    clips = sum(clip.fold in both for clip in records.clips.values() if clip.truth is not None)
    return TrainedOn(
        known=bool(trained),
        folds=tuple(sorted(trained)),
        folds_played=played,
        folds_played_in_training=both,
        clips_played_in_training=clips,
        cross_validated=board.cross_validated if board else "",
        text=_text(tuple(sorted(trained)), played, both, clips),
    )


def _text(
    trained: tuple[int, ...], played: tuple[int, ...], both: tuple[int, ...], clips: int
) -> str:
    if not played:
        return "no clip with a label of this model was played"
    if not trained:
        return (
            f"clips of {folds_text(played)} were played; which clips trained the model is unknown"
        )
    text = f"the model was trained on {folds_text(trained)}; clips of {folds_text(played)} were "
    if not both:
        return f"{text}played: none of them trained it"
    return (
        f"{text}played, {clips} of them of {folds_text(both)}: "
        "on those the accuracy is no measure of the model"
    )


def folds_text(folds: Iterable[int]) -> str:
    """`fold 5`, `folds 1, 2, 3`."""
    numbers = list(folds)
    return f"fold{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"
