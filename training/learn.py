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
from generator.model.decision import SHARE_STEPS, ZERO_SHARE_STEP, DecisionRule
from training.checkpoint import Checkpoint
from training.config import TrainingConfig
from training.dataset import targets_of
from training.features import ClipFrames
from training.fit import Examples, OnEpoch, fit, predict
from training.inner_split import split_inner
from training.patches import Patches, cut_patches, fill_patch
from training.prepare import input_scale
from training.quantize import quantize
from training.scores import Curves, DecidedClip, decide_clip
from training.start_tensorflow import muted


@dataclass(frozen=True, slots=True)
class Learnt:
    """A trained network, its quantised form and how it came to be."""

    network: Any
    tflite: bytes
    curves: Curves


def learn(
    clips: Sequence[ClipFrames],
    classes: int,
    backbone: Path,
    config: TrainingConfig,
    *,
    progress: Progress,
    title: str,
    checkpoint: Checkpoint | None = None,
    on_epoch: OnEpoch | None = None,
) -> Learnt:
    """Fine-tune on `clips`, then quantise with patches of the same clips.

    Clips from which the gate let nothing through are left out. With `fit.validation_share`, some of
    the clips' recordings are held back to stop early. Raises InputError when a class has no clip
    left.
    """
    heard = [one for one in clips if len(one.frames)]
    counts = targets_of([one.clip for one in heard], classes).sum(axis=0)
    bare = [index for index in range(classes) if counts[index] == 0]
    if bare:
        what = "every clip of the class is silent: nothing passes the gate"
        raise InputError([Fault(f"{title}, class {i}", what, "record it louder") for i in bare])
    kept: tuple[ClipFrames, ...] = tuple(heard)
    held: tuple[ClipFrames, ...] = ()
    if config.fit.validation_share:
        kept, held = split_inner(heard, config.fit.validation_share, config.seed)
        if not held:
            progress.console.print(
                f"note: {title}: too few recordings to hold any back: all epochs on all of them"
            )
    task = progress.add_task(title, total=config.fit.epochs)

    def tell(epoch: int, loss: float, held_back: float | None) -> None:
        judged = "" if held_back is None else f", held back {held_back:.3f}"
        text = f"{title}, loss {loss:.3f}{judged}"
        progress.update(task, completed=epoch, description=text)
        if on_epoch is not None:
            on_epoch(epoch, loss, held_back)

    fitted = fit(
        _examples(kept, classes, config),
        backbone,
        config,
        held_back=_examples(held, classes, config) if held else None,
        checkpoint=checkpoint,
        on_epoch=tell,
    )
    text = f"{title}: {_epochs(len(fitted.losses))}"
    if held:
        text += f", taken after {fitted.best_epoch}"
    progress.update(task, completed=config.fit.epochs, description=text)
    patches = representative_patches(kept, config)
    curves = Curves(losses=fitted.losses, held_back=fitted.held_back, best_epoch=fitted.best_epoch)
    with muted():
        tflite = quantize(
            fitted.network, patches, input_scale(config), equalise=config.quantize.equalise
        )
    return Learnt(fitted.network, tflite, curves)


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


def _examples(clips: Sequence[ClipFrames], classes: int, config: TrainingConfig) -> Examples:
    filled = [fill_patch(one.frames, config.input.frames) for one in clips]
    frames = [one for one in filled if one is not None]
    return Examples(frames, targets_of([one.clip for one in clips], classes))


def representative_patches(clips: Sequence[ClipFrames], config: TrainingConfig) -> Patches:
    """A seeded choice of the patches that the listener would cut from `clips`."""
    cut = [cut_patches(one.frames, config.input.frames, config.input.step_frames) for one in clips]
    patches = np.concatenate(cut)
    count = min(config.quantize.representative_patches, len(patches))
    chosen = np.random.default_rng(config.seed).choice(len(patches), count, replace=False)
    return np.asarray(patches[np.sort(chosen)], dtype=np.int8)


def decide_by_network(
    network: Any, clips: Sequence[ClipFrames], config: TrainingConfig, rule: DecisionRule
) -> tuple[DecidedClip, ...]:
    """The float network's decisions, by the rule that the chip has."""
    decisions = []
    for one in clips:
        patches = cut_patches(one.frames, config.input.frames, config.input.step_frames)
        sums = np.zeros(0)
        if len(patches):
            scores = predict(network, patches, input_scale(config)).astype(np.float64)
            sums = (scores * SHARE_STEPS + ZERO_SHARE_STEP).sum(axis=0)
        decisions.append(decide_clip(one.clip, sums.tolist(), len(patches), rule))
    return tuple(decisions)
