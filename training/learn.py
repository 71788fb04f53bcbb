# SPDX-License-Identifier: Apache-2.0
"""One training: clips in, a Keras network and its int8 flatbuffer out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress

from generator.errors import Fault, InputError
from training.config import TrainingConfig
from training.features import ClipFrames
from training.fit import Examples, fit, predict
from training.patches import InputScale, Patches, cut_patches, fill_patch
from training.quantize import quantize
from training.scores import NO_DECISION, Decision


@dataclass(frozen=True, slots=True)
class Learnt:
    """A trained network, its quantised form and the mean loss of each epoch."""

    network: Any
    tflite: bytes
    losses: tuple[float, ...]


def input_scale(config: TrainingConfig) -> InputScale:
    """The meaning of an int8 cell in this configuration."""
    return InputScale(config.input.scale, config.input.zero_point)


def learn(
    clips: Sequence[ClipFrames],
    classes: int,
    backbone: Path,
    config: TrainingConfig,
    *,
    progress: Progress,
    title: str,
) -> Learnt:
    """Fine-tune on `clips`, then quantise with patches of the same clips.

    Clips from which the gate let nothing through are left out. Raises InputError when a class has
    no clip left.
    """
    frames, labels = [], []
    for one in clips:
        filled = fill_patch(one.frames, config.input.frames)
        if filled is not None:
            frames.append(filled)
            labels.append(one.clip.label)
    bare = sorted(set(range(classes)) - set(labels))
    if bare:
        raise InputError([Fault(title, f"no sound of class {index} to train on") for index in bare])
    losses: list[float] = []
    task = progress.add_task(title, total=config.fit.epochs)

    def tell(epoch: int, loss: float) -> None:
        losses.append(loss)
        progress.update(task, completed=epoch, description=f"{title}, loss {loss:.3f}")

    network = fit(Examples(frames, labels, classes), backbone, config, tell)
    patches = representative_patches(clips, config)
    return Learnt(network, quantize(network, patches, input_scale(config)), tuple(losses))


def representative_patches(clips: Sequence[ClipFrames], config: TrainingConfig) -> Patches:
    """A seeded choice of the patches that the listener would cut from `clips`."""
    cut = [cut_patches(one.frames, config.input.frames, config.input.step_frames) for one in clips]
    patches = np.concatenate(cut)
    count = min(config.quantize.representative_patches, len(patches))
    chosen = np.random.default_rng(config.seed).choice(len(patches), count, replace=False)
    return np.asarray(patches[np.sort(chosen)], dtype=np.int8)


def decide_by_network(
    network: Any, clips: Sequence[ClipFrames], config: TrainingConfig
) -> tuple[Decision, ...]:
    """The float network's decisions: the class of the highest mean score."""
    decisions = []
    for one in clips:
        patches = cut_patches(one.frames, config.input.frames, config.input.step_frames)
        decided = NO_DECISION
        if len(patches):
            decided = int(predict(network, patches, input_scale(config)).mean(axis=0).argmax())
        decisions.append(
            Decision(one.clip.name, one.clip.fold, one.clip.label, decided, len(patches))
        )
    return tuple(decisions)
