# SPDX-License-Identifier: Apache-2.0
"""Protection of the shipped model: only a model of ESC-10 and of its folds overwrites it."""

from __future__ import annotations

from pathlib import Path

from generator.errors import Fault, InputError
from generator.repository import DEFAULT_MODEL
from training.config import TrainingConfig, load_config
from training.dataset import DataSet
from training.paths import DEFAULT_CONFIG

ESC10_CLIPS_A_FOLD = 80

REMEDY = (
    "train with a configuration of your own (make train CONFIG=mine.yaml, from "
    'training/own_sounds.yaml), or into another folder (TRAIN_ARGS="--out FOLDER")'
)


def check_folds_of_shipped(out: Path, config: TrainingConfig) -> None:
    """Raise InputError if a model of other folds would overwrite the shipped model.

    `out`: the output folder. Reads no sound.
    """
    own = load_config(DEFAULT_CONFIG).folds
    if _is_shipped(out, config) and set(config.folds) != set(own):
        asked, wanted = (", ".join(map(str, sorted(folds))) for folds in (config.folds, own))
        raise _refusal(f"is of folds {wanted}; a model of folds {asked} would overwrite it")


def check_sounds_of_shipped(out: Path, config: TrainingConfig, data: DataSet) -> None:
    """Raise InputError if a model of other sounds than ESC-10 would overwrite the shipped one."""
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
    """True if the output would overwrite the shipped model."""
    target = out.resolve() / f"{config.name}.tflite"
    return target == DEFAULT_MODEL and DEFAULT_MODEL.is_file()


def _refusal(what: str) -> InputError:
    return InputError([Fault(f"models/{DEFAULT_MODEL.name}", what, REMEDY)])
