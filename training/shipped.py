# SPDX-License-Identifier: Apache-2.0
"""Protection of the shipped models: only models of ESC-10 and of their folds overwrite them."""

from __future__ import annotations

from pathlib import Path

from generator.errors import Fault, InputError
from generator.repository import DEFAULT_MODEL
from training.config import TrainingConfig, load_config
from training.configs import SHIPPED_CONFIGS
from training.dataset import DataSet
from training.paths import MODELS

ESC10_CLIPS_A_FOLD = 80

REMEDY = (
    "train with a configuration of your own (make train CONFIG=mine.yaml, from "
    'training/own_sounds.yaml), or into another folder (TRAIN_ARGS="--out FOLDER")'
)


def check_folds_of_shipped(out: Path, config: TrainingConfig) -> None:
    """Raise InputError if a model of other folds would overwrite a shipped model.

    `out`: the output folder. Reads no sound.
    """
    shipped = _shipped(out, config)
    if shipped and set(config.folds) != set(shipped.folds):
        asked, own = (", ".join(map(str, sorted(one.folds))) for one in (config, shipped))
        raise _refusal(shipped, f"is of folds {own}; a model of folds {asked} would overwrite it")


def check_sounds_of_shipped(out: Path, config: TrainingConfig, data: DataSet) -> None:
    """Raise InputError if a model of other sounds than ESC-10 would overwrite a shipped one."""
    shipped = _shipped(out, config)
    if shipped is None:
        return
    labels = DEFAULT_MODEL.with_suffix(".labels.txt").read_text(encoding="utf-8").split()
    clips, wanted = len(data.clips), ESC10_CLIPS_A_FOLD * len(set(config.folds))
    if not data.is_esc50 or not data.has_table or list(data.labels) != labels:
        raise _refusal(shipped, f"is of ESC-10; a model of {data.root} would overwrite it")
    if clips != wanted:
        what = f"is of all of ESC-10; a model of {clips} of its {wanted} clips would overwrite it"
        raise _refusal(shipped, what)


def _shipped(out: Path, config: TrainingConfig) -> TrainingConfig | None:
    """The configuration of the shipped model that the output would overwrite; None: of none."""
    target = out.resolve() / f"{config.name}.tflite"
    if target.parent != MODELS or not target.is_file():
        return None
    return next((one for one in map(load_config, SHIPPED_CONFIGS) if one.name == config.name), None)


def _refusal(shipped: TrainingConfig, what: str) -> InputError:
    return InputError([Fault(f"models/{shipped.name}.tflite", what, REMEDY)])
