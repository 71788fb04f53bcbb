# SPDX-License-Identifier: Apache-2.0
"""Fine-tuning of every layer: the loop, its schedule and its random numbers.

The same seed, data and library versions give the same weights: epochs are drawn by one numpy
generator, TensorFlow runs deterministic kernels, except on a GPU. A training that was cut goes on
after its last whole epoch, to the same weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from training.augment import Values, augment, draw_window
from training.checkpoint import Checkpoint, FitState
from training.config import TrainingConfig
from training.network import HEAD_NAME, build_network, is_as_published, load_backbone
from training.patches import Frames, InputScale, Patches, cut_patches, dequantize
from training.peaks import raise_last_threshold
from training.probe import fit_head

OnEpoch = Callable[[int, float, float | None], None]
"""Is told the epochs done, the loss of the last one, and the loss on what was held back."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Whole clips: int8 frames [frames, bands] each, at least a patch long, and their truth."""

    frames: Sequence[Frames]
    targets: Values
    """float32 [clips, classes]: 1 where the class is heard."""

    @property
    def classes(self) -> int:
        """Columns of the targets."""
        return int(self.targets.shape[1])


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained network, uncompiled, and the loss of each epoch."""

    network: Any
    losses: tuple[float, ...]
    held_back: tuple[float, ...]
    """On what was held back, from the start on: one more than the epochs; empty if nothing was."""
    best_epoch: int
    """After how many epochs the network's weights were taken."""


def fit(
    examples: Examples,
    backbone: Path,
    config: TrainingConfig,
    *,
    held_back: Examples | None = None,
    checkpoint: Checkpoint | None = None,
    on_epoch: OnEpoch | None = None,
) -> Fitted:
    """Train a network on whole clips.

    First the backbone's last threshold is raised (`peak_deviations`), then the new head is solved
    alone, to its optimum; then every layer is trained. What is returned lies between that start and
    the moving average of the fine-tuned weights (`start_share`), its logits divided by
    `head_temperature`. With `held_back`, of the epoch after which it did best on those clips;
    training stops when `patience` epochs did not better it. A `checkpoint` is written after each
    epoch, and a training that was cut goes on from it. Raises what `load_backbone` raises.
    """
    training = _Training(examples, backbone, config)
    state = checkpoint.load() if checkpoint is not None else None
    if state is not None:
        training.restore(state)
    elif held_back is not None:
        training.judge(held_back)
    while training.epochs < config.fit.epochs and not training.is_past_its_best:
        training.run_epoch()
        if held_back is not None:
            training.judge(held_back)
        if checkpoint is not None:
            checkpoint.save(training.state())
        if on_epoch is not None:
            judged = training.held_back[-1] if training.held_back else None
            on_epoch(training.epochs, training.losses[-1], judged)
    return Fitted(
        training.result(), tuple(training.losses), tuple(training.held_back), training.best_epoch
    )


class _Training:
    """The network in training, its optimiser, and the generator that draws the epochs."""

    def __init__(self, examples: Examples, backbone: Path, config: TrainingConfig) -> None:
        settings = config.fit
        keras.utils.set_random_seed(config.seed)
        self._examples, self._config = examples, config

        def build(*, to_train: bool) -> Any:
            return build_network(
                config.input.frames,
                config.input.bands,
                examples.classes,
                seed=config.seed,
                dropout=settings.dropout,
                head=config.head.kind,
                to_train=to_train,
            )

        self._network, self._plain = build(to_train=True), build(to_train=False)
        load_backbone(self._network, backbone)
        if settings.peak_deviations and is_as_published(backbone):
            patches, by = np.concatenate(_head_patches(examples, config)), _scale_of(config)
            raise_last_threshold(self._network, patches, by, settings.peak_deviations)
        if settings.head_steps:
            head = _solve_head(self._network, examples, config)
            self._network.get_layer(HEAD_NAME).set_weights(head)
        self._start = [_copy_of(variable) for variable in self._network.trainable_variables]
        self._compile()
        self._rng = np.random.default_rng(config.seed)
        self.losses: list[float] = []
        self.held_back: list[float] = []
        self._best: list[Values] = []

    def _compile(self) -> None:
        settings = self._config.fit
        patches = len(self._examples.frames) * settings.patches_per_clip
        batches = math.ceil(patches / settings.batch_size)
        warmup = round(settings.warmup_epochs * batches)
        smoothing = settings.label_smoothing
        losses = {
            "softmax": keras.losses.CategoricalCrossentropy(label_smoothing=smoothing),
            "sigmoid": keras.losses.BinaryCrossentropy(label_smoothing=smoothing),
        }
        average = settings.average_momentum
        optimizer = keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(
                0.0 if warmup else settings.learning_rate,
                max(1, settings.epochs * batches - warmup),
                warmup_target=settings.learning_rate if warmup else None,
                warmup_steps=warmup,
            ),
            weight_decay=settings.weight_decay,
            use_ema=average > 0,
            ema_momentum=average or None,
        )
        self._network.compile(optimizer=optimizer, loss=losses[self._config.head.kind])
        optimizer.build(self._network.trainable_variables)

    @property
    def epochs(self) -> int:
        """How many are done."""
        return len(self.losses)

    @property
    def best_epoch(self) -> int:
        """After which the held-back clips were decided best; without any, the last."""
        return int(np.argmin(self.held_back)) if self.held_back else self.epochs

    @property
    def is_past_its_best(self) -> bool:
        """True when `patience` epochs in a row did not do better on the held-back clips."""
        waited = len(self.held_back) - 1 - self.best_epoch
        return bool(self.held_back) and waited >= self._config.fit.patience

    def run_epoch(self) -> None:
        """One pass over the clips."""
        losses = []
        for values, targets in epoch_batches(self._examples, self._config, self._rng):
            self._network.reset_metrics()
            losses.append(float(self._network.train_on_batch(values, targets)))
        self.losses.append(float(np.mean(losses)))

    def judge(self, held_back: Examples) -> None:
        """Note the loss of today's result on clips that were not trained on."""
        loss = loss_of(self._today(), held_back, self._config)
        if not self.held_back or loss < min(self.held_back):
            self._best = self._plain.get_weights()
        self.held_back.append(loss)

    def result(self) -> Any:
        """The network of the best epoch, made of Keras's own layers only."""
        if self._best:
            self._plain.set_weights(self._best)
            return self._plain
        return self._today()

    def _today(self) -> Any:
        """The result if training ended now: averaged, and part of the way back to the start."""
        variables = self._network.trainable_variables
        live = [_copy_of(variable) for variable in variables]
        if self._config.fit.average_momentum > 0 and self.epochs:
            self._network.optimizer.finalize_variable_values(variables)
        share = self._config.fit.start_share
        for variable, before in zip(variables, self._start, strict=True):
            tuned = _copy_of(variable)
            variable.assign(tuned + share * (before - tuned))
        self._plain.set_weights(self._network.get_weights())
        flatten_head(self._plain, self._config.fit.head_temperature)
        for variable, value in zip(variables, live, strict=True):
            variable.assign(value)
        return self._plain

    def _variables(self) -> list[Any]:
        return [*self._network.variables, *self._network.optimizer.variables]

    def state(self) -> FitState:
        """All that the next epoch depends on."""
        return FitState(
            losses=tuple(self.losses),
            held_back=tuple(self.held_back),
            random=self._rng.bit_generator.state,
            variables=tuple(np.array(keras.ops.convert_to_numpy(one)) for one in self._variables()),
            best=tuple(self._best),
        )

    def restore(self, state: FitState) -> None:
        """Go on from a state of the same training."""
        self.losses, self.held_back = list(state.losses), list(state.held_back)
        self._rng.bit_generator.state = dict(state.random)
        self._best = list(state.best)
        for variable, value in zip(self._variables(), state.variables, strict=True):
            variable.assign(value)


def _copy_of(variable: Any) -> Values:
    """A variable's values now; the optimiser writes into the variable's own memory."""
    return np.array(keras.ops.convert_to_numpy(variable), np.float32)


def flatten_head(network: Any, temperature: float) -> None:
    """Divide the head's logits: the mean of flatter scores decides more like a mean of logits."""
    head = network.get_layer(HEAD_NAME)
    head.set_weights([weights / np.float32(temperature) for weights in head.get_weights()])


def _scale_of(config: TrainingConfig) -> InputScale:
    return InputScale(config.input.scale, config.input.zero_point)


def _head_patches(examples: Examples, config: TrainingConfig) -> list[Patches]:
    """Each clip's patches, as the head's own fit takes them."""
    size, step = config.input.frames, config.fit.head_step_frames
    return [cut_patches(frames, size, step) for frames in examples.frames]


def _solve_head(network: Any, examples: Examples, config: TrainingConfig) -> list[Values]:
    """Kernel and bias of the best head on the backbone as it is; every clip counts the same."""
    settings = config.fit
    trunk = keras.Model(network.input, network.get_layer("average").output)
    cut = _head_patches(examples, config)
    counts = [len(patches) for patches in cut]
    embeddings = predict(trunk, np.concatenate(cut), _scale_of(config))
    targets = np.repeat(examples.targets, counts, axis=0)
    weights = np.repeat(1.0 / np.array(counts, np.float32), counts)
    solution = fit_head(
        embeddings,
        targets,
        weights,
        l2=settings.head_l2,
        steps=settings.head_steps,
        head=config.head.kind,
    )
    return list(solution)


def epoch_batches(
    examples: Examples,
    config: TrainingConfig,
    rng: np.random.Generator,
) -> Iterator[tuple[Values, Values]]:
    """The batches of one epoch: values [batch, frames, bands, 1] and targets [batch, classes]."""
    by, several = _scale_of(config), config.head.kind == "sigmoid"
    order = rng.permutation(np.repeat(np.arange(len(examples.frames)), config.fit.patches_per_clip))
    for first in range(0, len(order), config.fit.batch_size):
        chosen = order[first : first + config.fit.batch_size]
        windows = [
            draw_window(examples.frames[clip], config.input.frames, config.augment.stretch, rng)
            for clip in chosen
        ]
        truth = examples.targets[chosen]
        values, targets = augment(windows, truth, by, config.augment, rng, several=several)
        yield values[..., np.newaxis], targets


def predict(network: Any, patches: Frames, by: InputScale) -> Values:
    """A network's float32 output [patches, ...] for int8 patches [patches, frames, bands]."""
    values = dequantize(patches, by)[..., np.newaxis]
    scores = [
        np.asarray(network(values[first : first + 64], training=False))
        for first in range(0, len(values), 64)
    ]
    return np.concatenate(scores).astype(np.float32)


def loss_of(network: Any, examples: Examples, config: TrainingConfig) -> float:
    """Mean cross-entropy of the clips' mean scores, as the chip averages them."""
    by = _scale_of(config)
    size, step = config.input.frames, config.input.step_frames
    means = [
        predict(network, cut_patches(frames, size, step), by).mean(axis=0)
        for frames in examples.frames
    ]
    scores = np.clip(np.stack(means).astype(np.float64), 1e-6, 1.0 - 1e-6)
    truth = examples.targets
    if config.head.kind == "softmax":
        return float(-(truth * np.log(scores)).sum(axis=1).mean())
    return float(-(truth * np.log(scores) + (1 - truth) * np.log(1 - scores)).mean())
