# SPDX-License-Identifier: Apache-2.0
"""Fine-tuning of all layers: training loop, learning-rate schedule, random numbers.

The same seed, data and library versions give the same weights: one numpy generator shuffles and
augments, and TensorFlow runs deterministic kernels (not on a GPU). An interrupted training resumes
from the checkpoint of its last epoch and ends with the same weights.
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
from training.linear_head import fit_head
from training.network import HEAD_NAME, build_network, is_published_backbone, load_backbone
from training.patches import Frames, InputScale, Patches, cut_patches, dequantise
from training.relu_threshold import raise_relu_threshold

OnEpoch = Callable[[int, float, float | None], None]
"""Called after each epoch with the epochs done, the training loss and the validation loss."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Clips: frames int8 [frames, bands] each, at least one patch long, with targets."""

    frames: Sequence[Frames]
    targets: Values
    """Multi-hot, float32 [clips, classes]."""

    @property
    def classes(self) -> int:
        """Number of classes."""
        return int(self.targets.shape[1])


@dataclass(frozen=True, slots=True)
class FitResult:
    """A trained network (not compiled) and its losses."""

    network: Any
    losses: tuple[float, ...]
    """Training loss of each epoch."""
    validation_losses: tuple[float, ...]
    """Before the first epoch and after each; empty without validation clips."""
    best_epoch: int
    """The epoch after which the weights were taken."""


def fit(
    examples: Examples,
    backbone: Path,
    config: TrainingConfig,
    *,
    validation: Examples | None = None,
    checkpoint: Checkpoint | None = None,
    on_epoch: OnEpoch | None = None,
) -> FitResult:
    """Fine-tune a network on clips.

    1. The threshold of the backbone's last ReLU is raised (`peak_deviations`).
    2. The new head alone is fitted to its optimum (`linear_head`).
    3. All layers are trained.
    4. The result is interpolated between the weights after step 2 and the moving average of the
       fine-tuned weights (`start_share`); its logits are divided by `head_temperature`.

    With `validation` clips, training stops after `patience` epochs without a lower validation loss
    and the weights of the best epoch are returned. With a `checkpoint`, the state is saved after
    each epoch, and an interrupted training resumes from it. Raises as `load_backbone`.
    """
    training = _Training(examples, backbone, config)
    state = checkpoint.load() if checkpoint is not None else None
    if state is not None:
        training.restore(state)
    elif validation is not None:
        training.validate(validation)
    while training.epochs < config.fit.epochs and not training.should_stop_early:
        training.run_epoch()
        if validation is not None:
            training.validate(validation)
        if checkpoint is not None:
            checkpoint.save(training.state())
        if on_epoch is not None:
            validation_loss = training.validation_losses[-1] if training.validation_losses else None
            on_epoch(training.epochs, training.losses[-1], validation_loss)
    return FitResult(
        training.result(),
        tuple(training.losses),
        tuple(training.validation_losses),
        training.best_epoch,
    )


class _Training:
    """The network in training, its optimiser and its random generator."""

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
                time_padding=config.network.time_padding,
            )

        self._network, self._exported = build(to_train=True), build(to_train=False)
        load_backbone(self._network, backbone)
        if settings.peak_deviations and is_published_backbone(backbone):
            patches = np.concatenate(_head_patches(examples, config))
            scale = _scale_of(config)
            raise_relu_threshold(self._network, patches, scale, settings.peak_deviations)
        if settings.head_steps:
            head = _fit_head(self._network, examples, config)
            self._network.get_layer(HEAD_NAME).set_weights(head)
        self._start = [_copy_of(variable) for variable in self._network.trainable_variables]
        self._compile()
        self._rng = np.random.default_rng(config.seed)
        self.losses: list[float] = []
        self.validation_losses: list[float] = []
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
        """The number of epochs done."""
        return len(self.losses)

    @property
    def best_epoch(self) -> int:
        """The epoch with the lowest validation loss; without validation clips, the last."""
        return int(np.argmin(self.validation_losses)) if self.validation_losses else self.epochs

    @property
    def should_stop_early(self) -> bool:
        """True after `patience` epochs in a row without a lower validation loss."""
        waited = len(self.validation_losses) - 1 - self.best_epoch
        return bool(self.validation_losses) and waited >= self._config.fit.patience

    def run_epoch(self) -> None:
        """Train for one epoch."""
        losses = []
        for values, targets in epoch_batches(self._examples, self._config, self._rng):
            self._network.reset_metrics()
            losses.append(float(self._network.train_on_batch(values, targets)))
        self.losses.append(float(np.mean(losses)))

    def validate(self, validation: Examples) -> None:
        """Append the validation loss of the current weights; keep them if it is the lowest."""
        loss = clip_loss(self._current_result(), validation, self._config)
        if not self.validation_losses or loss < min(self.validation_losses):
            self._best = self._exported.get_weights()
        self.validation_losses.append(loss)

    def result(self) -> Any:
        """The network of the best epoch, built of standard Keras layers only."""
        if self._best:
            self._exported.set_weights(self._best)
            return self._exported
        return self._current_result()

    def _current_result(self) -> Any:
        """The result if training ended now: averaged, interpolated, temperature applied."""
        variables = self._network.trainable_variables
        live = [_copy_of(variable) for variable in variables]
        if self._config.fit.average_momentum > 0 and self.epochs:
            self._network.optimizer.finalize_variable_values(variables)
        share = self._config.fit.start_share
        for variable, before in zip(variables, self._start, strict=True):
            tuned = _copy_of(variable)
            variable.assign(tuned + share * (before - tuned))
        self._exported.set_weights(self._network.get_weights())
        apply_temperature(self._exported, self._config.fit.head_temperature)
        for variable, value in zip(variables, live, strict=True):
            variable.assign(value)
        return self._exported

    def _variables(self) -> list[Any]:
        return [*self._network.variables, *self._network.optimizer.variables]

    def state(self) -> FitState:
        """Everything that the next epoch depends on."""
        return FitState(
            losses=tuple(self.losses),
            validation_losses=tuple(self.validation_losses),
            random=self._rng.bit_generator.state,
            variables=tuple(np.array(keras.ops.convert_to_numpy(one)) for one in self._variables()),
            best=tuple(self._best),
        )

    def restore(self, state: FitState) -> None:
        """Resume from a state of the same training."""
        self.losses = list(state.losses)
        self.validation_losses = list(state.validation_losses)
        self._rng.bit_generator.state = dict(state.random)
        self._best = list(state.best)
        for variable, value in zip(self._variables(), state.variables, strict=True):
            variable.assign(value)


def _copy_of(variable: Any) -> Values:
    """A copy of a variable's values; the optimiser updates the variable in place."""
    return np.array(keras.ops.convert_to_numpy(variable), np.float32)


def apply_temperature(network: Any, temperature: float) -> None:
    """Temperature scaling: divide the head's kernel and bias, hence its logits, in place."""
    head = network.get_layer(HEAD_NAME)
    head.set_weights([weights / np.float32(temperature) for weights in head.get_weights()])


def _scale_of(config: TrainingConfig) -> InputScale:
    return InputScale(config.input.scale, config.input.zero_point)


def _head_patches(examples: Examples, config: TrainingConfig) -> list[Patches]:
    """The patches of each clip for the fit of the initial head."""
    step = config.fit.head_step_frames
    return [cut_patches(frames, config.patches, step) for frames in examples.frames]


def _fit_head(network: Any, examples: Examples, config: TrainingConfig) -> list[Values]:
    """Kernel and bias of the optimal head on the frozen backbone; all clips weigh the same."""
    settings = config.fit
    trunk = keras.Model(network.input, network.get_layer("average").output)
    patches = _head_patches(examples, config)
    counts = [len(one) for one in patches]
    embeddings = predict(trunk, np.concatenate(patches), _scale_of(config))
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
    scale, multi_label = _scale_of(config), config.head.kind == "sigmoid"
    order = rng.permutation(np.repeat(np.arange(len(examples.frames)), config.fit.patches_per_clip))
    for first in range(0, len(order), config.fit.batch_size):
        chosen = order[first : first + config.fit.batch_size]
        windows = [
            draw_window(examples.frames[clip], config.input.frames, config.augment.stretch, rng)
            for clip in chosen
        ]
        values, targets = augment(
            windows, examples.targets[chosen], scale, config.augment, rng, multi_label=multi_label
        )
        yield values[..., np.newaxis], targets


def predict(network: Any, patches: Patches, scale: InputScale) -> Values:
    """The network's output float32 [patches, ...] for patches int8 [patches, frames, bands]."""
    values = dequantise(patches, scale)[..., np.newaxis]
    scores = [
        np.asarray(network(values[first : first + 64], training=False))
        for first in range(0, len(values), 64)
    ]
    return np.concatenate(scores).astype(np.float32)


def clip_loss(network: Any, examples: Examples, config: TrainingConfig) -> float:
    """Mean cross-entropy of the clips' mean scores over their patches, as on the chip."""
    scale = _scale_of(config)
    means = [
        predict(network, cut_patches(frames, config.patches), scale).mean(axis=0)
        for frames in examples.frames
    ]
    scores = np.clip(np.stack(means).astype(np.float64), 1e-6, 1.0 - 1e-6)
    targets = examples.targets
    if config.head.kind == "softmax":
        return float(-(targets * np.log(scores)).sum(axis=1).mean())
    return float(-(targets * np.log(scores) + (1 - targets) * np.log(1 - scores)).mean())
