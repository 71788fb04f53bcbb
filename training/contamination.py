# SPDX-License-Identifier: Apache-2.0
"""Train/test contamination: were the evaluated clips in the model's training set, by its card?"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from generator.errors import Mel2metalError
from training.card import Card, read_card
from training.dataset import ESC50_CLIP, DataSet, load_dataset, sha256_of_clips


def contamination_warning(model: Path, sha256: str, data: DataSet) -> str:
    """A warning if evaluated clips are, or may be, training clips; empty if not.

    `model`: its card is read from the .json beside it. `sha256`: of the evaluated .tflite. An
    ESC-50 clip has its fold in its file name, whatever the folder layout. For other sounds the
    folds are comparable only while the set of sounds is unchanged: adding a file changes the
    assignment.
    """
    try:
        card = read_card(model.with_suffix(".json"))
    except (OSError, ValidationError):
        return ""
    if sha256 not in card.files.tflite.values():
        return ""
    if card.data.folds_of_esc50:
        folds = {int(clip.path.stem[0]) for clip in data.clips if ESC50_CLIP.match(clip.path.stem)}
    elif _has_same_sounds(card, data):
        folds = set(data.folds)
    else:
        return (
            "By its card, this model was trained on other sounds than these, or on these before "
            "some were added or changed, which changes the folds: any of them may be a training "
            "clip. Train again to be sure."
        )
    trained_on = ", ".join(str(fold) for fold in sorted(folds & set(card.data.folds)))
    if not trained_on:
        return ""
    return (
        f"By its card, this model was trained on fold {trained_on}: for these clips the numbers "
        "check the files and are not an accuracy. The card has the cross-validated accuracy."
    )


def _has_same_sounds(card: Card, data: DataSet) -> bool:
    config = card.config
    try:
        training_set = load_dataset(
            data.root,
            card.data.folds,
            classes=config.data.classes,
            other=config.data.other,
            multi_label=config.head.kind == "sigmoid",
            whole=config.data.whole,
        )
        return sha256_of_clips(training_set.clips) == card.data.sha256
    except (Mel2metalError, OSError):
        return False
