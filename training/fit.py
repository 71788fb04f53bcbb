# SPDX-License-Identifier: Apache-2.0
"""Fine-tuning of every layer: the loop, its schedule and its random numbers.

The same seed, data and library versions give the same weights: epochs are drawn by one numpy
generator, TensorFlow runs deterministic kernels.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from training.augment import Values, augment, draw_window
from training.config import TrainingConfig
from training.network import HEAD_NAME, build_network, load_backbone
from training.patches import Frames, InputScale, cut_patches, dequantize
from training.probe import fit_head

OnEpoch = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class Examples:
    """Whole clips: int8 frames [frames, bands], at least a patch long, and the index of a class."""

    frames: Sequence[Frames]
    labels: Sequence[int]
    classes: int


def use_threads(count: int) -> None:
    """Bound TensorFlow's threads and ask for deterministic kernels; call before anything else."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    tf.config.threading.set_intra_op_parallelism_threads(count)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


def fit(
    examples: Examples, backbone: Path, config: TrainingConfig, on_epoch: OnEpoch | None = None
) -> Any:
    """Train a network on whole clips; returns the Keras model, weights averaged, uncompiled.

    First the new head alone, on the untouched backbone, to its optimum; then every layer.
    What is returned lies half way (`start_share`) between that start and the fine-tuned weights.
    `on_epoch` is told the number of epochs done and the mean loss. Raises what `load_backbone`
    raises.
    """
    settings = config.fit
    keras.utils.set_random_seed(config.seed)
    shape = (config.input.frames, config.input.bands, examples.classes)
    network = build_network(*shape, seed=config.seed, dropout=settings.dropout, to_train=True)
    load_backbone(network, backbone)
    batches = math.ceil(len(examples.frames) * settings.patches_per_clip / settings.batch_size)
    rng = np.random.default_rng(config.seed)

    if settings.head_steps:
        network.get_layer(HEAD_NAME).set_weights(_solve_head(network, examples, config))
    start = [_copy_of(variable) for variable in network.trainable_variables]
    average = settings.average_momentum
    warmup = round(settings.warmup_epochs * batches)
    network.compile(
        optimizer=keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(
                0.0 if warmup else settings.learning_rate,
                max(1, settings.epochs * batches - warmup),
                warmup_target=settings.learning_rate if warmup else None,
                warmup_steps=warmup,
            ),
            weight_decay=settings.weight_decay,
            use_ema=average > 0,
            ema_momentum=average or None,
        ),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
    )
    for epoch in range(settings.epochs):
        network.reset_metrics()
        for values, targets in epoch_batches(examples, config, rng):
            loss = network.train_on_batch(values, targets)
        if on_epoch is not None:
            on_epoch(epoch + 1, float(loss))
    if average > 0 and settings.epochs:
        network.optimizer.finalize_variable_values(network.trainable_variables)
    for variable, before in zip(network.trainable_variables, start, strict=True):
        tuned = _copy_of(variable)
        variable.assign(tuned + settings.start_share * (before - tuned))
    plain = build_network(*shape, seed=config.seed, dropout=settings.dropout)
    plain.set_weights(network.get_weights())
    return plain


def _copy_of(variable: Any) -> Values:
    """A variable's values now; the optimiser writes into the variable's own memory."""
    return np.array(keras.ops.convert_to_numpy(variable), np.float32)


def _solve_head(network: Any, examples: Examples, config: TrainingConfig) -> list[Values]:
    """Kernel and bias of the best head on the untouched backbone; every clip counts the same."""
    settings = config.fit
    by = InputScale(config.input.scale, config.input.zero_point)
    trunk = keras.Model(network.input, network.get_layer("average").output)
    step = settings.head_step_frames
    cut = [cut_patches(frames, config.input.frames, step) for frames in examples.frames]
    counts = [len(patches) for patches in cut]
    embeddings = predict(trunk, np.concatenate(cut), by)
    targets = np.eye(examples.classes, dtype=np.float32)[np.repeat(examples.labels, counts)]
    weights = np.repeat(1.0 / np.array(counts, np.float32), counts)
    return list(fit_head(embeddings, targets, weights, settings.head_l2, settings.head_steps))


def epoch_batches(
    examples: Examples,
    config: TrainingConfig,
    rng: np.random.Generator,
) -> Iterator[tuple[Values, Values]]:
    """The batches of one epoch: values [batch, frames, bands, 1] and targets [batch, classes]."""
    by = InputScale(config.input.scale, config.input.zero_point)
    one_hot = np.eye(examples.classes, dtype=np.float32)
    order = rng.permutation(np.repeat(np.arange(len(examples.frames)), config.fit.patches_per_clip))
    for first in range(0, len(order), config.fit.batch_size):
        chosen = order[first : first + config.fit.batch_size]
        windows = [
            draw_window(examples.frames[clip], config.input.frames, config.augment.stretch, rng)
            for clip in chosen
        ]
        truth = one_hot[[examples.labels[clip] for clip in chosen]]
        values, targets = augment(windows, truth, by, config.augment, rng)
        yield values[..., np.newaxis], targets


def predict(network: Any, patches: Frames, by: InputScale) -> Values:
    """A network's float32 output [patches, ...] for int8 patches [patches, frames, bands]."""
    values = dequantize(patches, by)[..., np.newaxis]
    scores = [
        np.asarray(network(values[first : first + 64], training=False))
        for first in range(0, len(values), 64)
    ]
    return np.concatenate(scores).astype(np.float32)
