# SPDX-License-Identifier: Apache-2.0
"""Which of the clips that a model is evaluated on it was trained on, by its card."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from generator.errors import Mel2metalError
from training.card import Card, read_card
from training.dataset import ESC50_CLIP, DataSet, load_dataset, sha256_of_clips


def what_was_heard(model: Path, sha256: str, data: DataSet) -> str:
    """A warning where the numbers are no accuracy, or may not be; empty where there is nothing.

    A clip of ESC-50 has its fold in its name, in whatever layout it lies; folds of other sounds are
    the card's only if the sounds still are: folders that were added to are dealt anew.
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
            "some were added or changed, which deals folds anew: it may have heard any of them. "
            "Train again to be sure."
        )
    heard = ", ".join(str(fold) for fold in sorted(folds & set(card.data.folds)))
    if not heard:
        return ""
    return (
        f"By its card, this model was trained on fold {heard}: there, these numbers check the "
        "files and are no accuracy. The card has the cross-validated one."
    )


def _has_same_sounds(card: Card, data: DataSet) -> bool:
    config = card.config
    try:
        trained_on = load_dataset(
            data.root,
            card.data.folds,
            classes=config.data.classes,
            other=config.data.other,
            several=config.head.kind == "sigmoid",
            whole=config.data.whole,
        )
        return sha256_of_clips(trained_on.clips) == card.data.sha256
    except (Mel2metalError, OSError):
        return False
