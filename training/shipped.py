# SPDX-License-Identifier: Apache-2.0
"""The shipped model's files are of ESC-10 and of its configuration's folds: no others go there."""

from __future__ import annotations

from pathlib import Path

from generator.errors import Fault, InputError
from generator.repository import DEFAULT_MODEL
from training.config import TrainingConfig, load_config
from training.dataset import DataSet
from training.places import DEFAULT_CONFIG

ESC10_CLIPS_A_FOLD = 80

REMEDY = (
    "train by a configuration of your own (make train CONFIG=mine.yaml, from "
    'training/own_sounds.yaml), or into another folder (TRAIN_ARGS="--out FOLDER")'
)


def check_folds_of_shipped(out: Path, config: TrainingConfig) -> None:
    """Raise InputError if other folds than its configuration's would overwrite the shipped model.

    `out`: the folder that the finished files would go to. Needs no sound.
    """
    own = load_config(DEFAULT_CONFIG).folds
    if _is_shipped(out, config) and set(config.folds) != set(own):
        asked, wanted = (", ".join(map(str, sorted(folds))) for folds in (config.folds, own))
        raise _refusal(f"is of folds {wanted}; a model of folds {asked} would overwrite it")


def check_sounds_of_shipped(out: Path, config: TrainingConfig, data: DataSet) -> None:
    """Raise InputError if other sounds than ESC-10, whole, would overwrite the shipped model."""
    if not _is_shipped(out, config):
        return
    labels = DEFAULT_MODEL.with_suffix(".labels.txt").read_text(encoding="utf-8").split()
    clips, wanted = len(data.clips), ESC10_CLIPS_A_FOLD * len(set(config.folds))
    if not data.is_esc50 or not data.has_table or list(data.labels) != labels:
        raise _refusal(f"is of ESC-10; a model of {data.root} would overwrite it")
    if clips != wanted:
        what = f"is of all of ESC-10; a model of {clips} of its {wanted} clips would overwrite it"
        raise _refusal(what)


def _is_shipped(out: Path, config: TrainingConfig) -> bool:
    """True if the files would take the shipped model's place."""
    target = out.resolve() / f"{config.name}.tflite"
    return target == DEFAULT_MODEL and DEFAULT_MODEL.is_file()


def _refusal(what: str) -> InputError:
    return InputError([Fault(f"models/{DEFAULT_MODEL.name}", what, REMEDY)])
