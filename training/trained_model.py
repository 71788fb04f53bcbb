# SPDX-License-Identifier: Apache-2.0
"""Training of one model: from clips to a Keras network and its int8 flatbuffer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress

from generator.errors import Fault, InputError
from generator.model.decision import SHARE_STEPS, ZERO_SHARE_STEP, DecisionRule
from training.checkpoint import Checkpoint
from training.config import TrainingConfig
from training.dataset import targets_of
from training.features import ClipFrames
from training.fit import Examples, OnEpoch, fit, predict
from training.patches import Patches, cut_patches, fill_patch
from training.prepare import input_scale
from training.quantise import quantise
from training.scores import Curves, DecidedClip, decide_clip
from training.start_tensorflow import silence_stderr
from training.validation_split import split_validation


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A trained network, its int8 `.tflite` and its losses."""

    network: Any
    tflite: bytes
    curves: Curves


def train_model(
    clips: Sequence[ClipFrames],
    classes: int,
    backbone: Path,
    config: TrainingConfig,
    *,
    progress: Progress,
    title: str,
    checkpoint: Checkpoint | None = None,
    on_epoch: OnEpoch | None = None,
) -> TrainedModel:
    """Fine-tune on `clips`, then quantise, calibrated on patches of the same clips.

    Silent clips (the gate drops every frame) are left out. With `fit.validation_share`, some
    recordings are used for validation, to stop early. `title`: the text beside the progress bar.
    Raises InputError if a class has no clip left.
    """
    audible = [one for one in clips if len(one.frames)]
    counts = targets_of([one.clip for one in audible], classes).sum(axis=0)
    empty = [index for index in range(classes) if counts[index] == 0]
    if empty:
        what = "every clip of the class is silent: nothing passes the gate"
        raise InputError([Fault(f"{title}, class {i}", what, "record it louder") for i in empty])
    training: tuple[ClipFrames, ...] = tuple(audible)
    validation: tuple[ClipFrames, ...] = ()
    if config.fit.validation_share:
        training, validation = split_validation(audible, config.fit.validation_share, config.seed)
        if not validation:
            progress.console.print(
                f"note: {title}: too few recordings for a validation set: all epochs on all of them"
            )
    task = progress.add_task(title, total=config.fit.epochs)

    def report(epoch: int, loss: float, validation_loss: float | None) -> None:
        validated = "" if validation_loss is None else f", validation {validation_loss:.3f}"
        text = f"{title}, loss {loss:.3f}{validated}"
        progress.update(task, completed=epoch, description=text)
        if on_epoch is not None:
            on_epoch(epoch, loss, validation_loss)

    fitted = fit(
        _examples(training, classes, config),
        backbone,
        config,
        validation=_examples(validation, classes, config) if validation else None,
        checkpoint=checkpoint,
        on_epoch=report,
    )
    text = f"{title}: {_epochs(len(fitted.losses))}"
    if validation:
        text += f", best after {fitted.best_epoch}"
    progress.update(task, completed=config.fit.epochs, description=text)
    patches = representative_patches(training, config)
    curves = Curves(
        losses=fitted.losses,
        validation_losses=fitted.validation_losses,
        best_epoch=fitted.best_epoch,
    )
    with silence_stderr():
        tflite = quantise(
            fitted.network, patches, input_scale(config), equalise=config.quantize.equalise
        )
    return TrainedModel(fitted.network, tflite, curves)


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


def _examples(clips: Sequence[ClipFrames], classes: int, config: TrainingConfig) -> Examples:
    filled = [fill_patch(one.frames, config.patches) for one in clips]
    frames = [one for one in filled if one is not None]
    return Examples(frames, targets_of([one.clip for one in clips], classes))


def representative_patches(clips: Sequence[ClipFrames], config: TrainingConfig) -> Patches:
    """Random patches of `clips` for calibration, chosen with the configuration's seed, int8."""
    patches = np.concatenate([cut_patches(one.frames, config.patches) for one in clips])
    count = min(config.quantize.representative_patches, len(patches))
    chosen = np.random.default_rng(config.seed).choice(len(patches), count, replace=False)
    return np.asarray(patches[np.sort(chosen)], dtype=np.int8)


def decide_by_network(
    network: Any, clips: Sequence[ClipFrames], config: TrainingConfig, rule: DecisionRule
) -> tuple[DecidedClip, ...]:
    """Decisions of the float network, with the decision rule of the chip."""
    decisions = []
    for one in clips:
        patches = cut_patches(one.frames, config.patches)
        sums = np.zeros(0)
        if len(patches):
            scores = predict(network, patches, input_scale(config)).astype(np.float64)
            sums = (scores * SHARE_STEPS + ZERO_SHARE_STEP).sum(axis=0)
        decisions.append(decide_clip(one.clip, sums.tolist(), len(patches), rule))
    return tuple(decisions)
