# SPDX-License-Identifier: Apache-2.0
"""The training configuration: one YAML file; every key is typed, unknown keys are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from generator.errors import Fault, InputError
from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord
from generator.model.patches import PatchRule, patch_rule
from generator.yaml_lines import read_mapping
from sounds.sound import BOTH

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
Count = Annotated[int, Field(ge=1)]
TimePadding = Literal["same", "causal"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class InputConfig(_Strict):
    """The network's input: patches of int8 log-mel cells."""

    scale: Positive = 0.054722581058740616
    """Nepers per step of an int8 cell."""
    zero_point: Annotated[int, Field(ge=-128, le=127)] = 40
    """The cell that means 0 nepers."""
    frames: Count = 96
    """Frames per patch, 10 ms each."""
    bands: Literal[64] = 64
    """Mel bands per frame."""
    step_frames: Count = 72
    """Frames from the start of one patch to the start of the next, as on the chip."""


class DataConfig(_Strict):
    """The data set and its labels."""

    folder: str | None = None
    """The folder of sounds, in ESC-50's layout or with one subfolder per class; relative to this
    file. Default: ESC10_DIR, else data/ESC-50. `--data` overrides it."""
    title: str | None = None
    """The data set's name in the model card. Default: the folder's name."""
    classes: tuple[str, ...] = ()
    """The classes to learn. Default: all. With head.kind sigmoid a single class is allowed: a
    detector of that class, with all other sounds as negative examples."""
    other: str | None = None
    """The class of background sounds, which belong to none of `classes`. With softmax it is a label
    of the model, and classes not listed in `classes` are mapped to it. With sigmoid its sounds are
    negative examples: they have no label."""
    whole: bool = False
    """Use all of ESC-50's table, not only the clips of ESC-10."""


class NetworkConfig(_Strict):
    """The backbone's layers."""

    time_padding: TimePadding = "same"
    """Where the convolutions' zeros lie along the time axis. same: before and after the rows, as in
    the published backbone. causal: all before, so that a row needs no later frame, and little is
    left to compute after the last frame of a patch (docs/training.md)."""


class HeadConfig(_Strict):
    """The network's output layer."""

    kind: Literal["softmax", "sigmoid"] = "softmax"
    """softmax: exactly one class per clip. sigmoid: any number of classes per clip, or none
    (multi-label); sounds with several classes are in folders named like dog+rain."""


class DecisionConfig(_Strict):
    """The decision thresholds, which the firmware applies to the mean scores of a clip."""

    threshold: Annotated[float, Field(ge=0.004, le=0.996)] | Literal["auto"] | None = None
    """The mean score, 0.004 to 0.996, that a class must reach. auto: chosen on the held-out folds
    of the cross-validation (docs/train-your-own.md). Default: none with softmax, 0.5 with
    sigmoid."""
    precision: Annotated[float, Field(gt=0.0, le=1.0)] = 0.95
    """For auto with softmax and without `other`: the required precision of the answers."""


class AugmentConfig(_Strict):
    """Data augmentation of each crop, in the magnitude domain of the mel bands."""

    gain_db_low: float = -3.0
    gain_db_high: float = 3.0
    """Each patch is scaled by a gain drawn uniformly between the two."""
    equaliser_db: Annotated[float, Field(ge=0.0, le=30.0)] = 0.0
    """Each patch's spectrum is multiplied by a smooth random curve within +/- this: it simulates
    different rooms and microphones."""
    mix_probability: Probability = 0.0
    """Probability of mixing in a second patch (mixup). Softmax: the target is the weighted mean of
    both targets. Sigmoid: the target is the union of both, whatever the weights."""
    mix_alpha: Positive = 1.0
    """The weight of the second patch is drawn from Beta(alpha, alpha)."""
    noise_probability: Probability = 0.0
    """Probability of adding stationary noise with a random spectral slope."""
    noise_db_low: float = -60.0
    noise_db_high: float = -20.0
    """Level of the noise relative to the patch's loudest cell."""
    stretch: Annotated[float, Field(ge=0.0, le=0.5)] = 0.03
    """Time stretch: faster or slower by up to this fraction."""
    band_shift: Annotated[float, Field(ge=0.0, le=8.0)] = 0.3
    """Frequency shift: up or down by up to this many mel bands."""
    mask_frames: Annotated[int, Field(ge=0)] = 12
    """SpecAugment: largest number of frames to mask."""
    mask_bands: Annotated[int, Field(ge=0)] = 8
    """SpecAugment: largest number of bands to mask."""
    mask_probability: Probability = 0.0
    """Probability of each of the two masks."""


class FitConfig(_Strict):
    """Initial head, fine-tuning and early stopping."""

    peak_deviations: Annotated[float, Field(ge=0.0, le=4.0)] = 1.4
    """Before training, the threshold of the backbone's last ReLU is raised by this many standard
    deviations of its input, so that the average over a patch emphasises peaks
    (training/relu_threshold.py). Applied to the published backbone only: a .keras of
    `make train` already has it."""
    head_temperature: Positive = 1.0
    """The final head's logits are divided by this temperature. A clip is decided by the mean of its
    patches' scores: with flatter scores, a single confident patch outweighs the others less."""
    head_l2: Positive = 1e-3
    """L2 penalty of the initial head, which is fitted alone before all layers are fine-tuned."""
    head_steps: Annotated[int, Field(ge=0)] = 300
    """Optimiser steps of that fit; 0 keeps the random initialisation."""
    head_step_frames: Count = 48
    """Frames from the start of one patch to the start of the next in that fit."""
    epochs: Annotated[int, Field(ge=0)] = 4
    """Epochs of fine-tuning, in which every layer is trained."""
    patches_per_clip: Count = 4
    """Random crops per clip and epoch."""
    batch_size: Count = 32
    learning_rate: Positive = 3e-5
    """Peak rate, after a linear warm-up and before a cosine decay to zero."""
    warmup_epochs: Annotated[float, Field(ge=0.0)] = 1.0
    """Length of the warm-up; less than `epochs`."""
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.01
    label_smoothing: Fraction = 0.0
    dropout: Fraction = 0.0
    """Dropout rate before the dense head."""
    average_momentum: Fraction = 0.99
    """Momentum of the exponential moving average of the weights, which is the result."""
    start_share: Fraction = 0.0
    """The final weights are interpolated between the fine-tuned (0) and the initial ones (1)."""
    validation_share: Annotated[float, Field(ge=0.0, le=0.5)] = 0.0
    """Fraction of each class's recordings in the training folds that is used for validation, to
    stop early; 0: no validation, all epochs on all clips."""
    patience: Count = 3
    """With validation_share: training stops after this many epochs without a lower validation loss;
    the weights of the best epoch are restored."""


class QuantiseConfig(_Strict):
    """Post-training quantisation."""

    representative_patches: Count = 200
    """Number of training patches with which the converter calibrates the ranges of all layers."""
    equalise: bool = True
    """Cross-layer equalisation of the last convolution and the head before quantisation: the float
    network is unchanged, the quantisation error is smaller (training/layer_equalisation.py)."""


class TrainingConfig(_Strict):
    """All settings of a run."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")] = "yamnet_256_esc10"
    """Stem of the output files' names."""
    folds: Annotated[tuple[int, ...], Field(min_length=1)] = (1, 2, 3, 4)
    """Folds that this run may use; files of other folds are never opened. Sounds in class folders
    are assigned to five folds, by recording (docs/train-your-own.md)."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    data: DataConfig = DataConfig()
    network: NetworkConfig = NetworkConfig()
    head: HeadConfig = HeadConfig()
    decision: DecisionConfig = DecisionConfig()
    input: InputConfig = InputConfig()
    augment: AugmentConfig = AugmentConfig()
    fit: FitConfig = FitConfig()
    quantize: QuantiseConfig = QuantiseConfig()

    @property
    def patches(self) -> PatchRule:
        """How a clip's frames become patches, as on the chip."""
        return patch_rule(self.input.frames)

    @property
    def frontend(self) -> FrontendRecord:
        """The front-end whose features are learned: the one of the backbone, at its sample rate."""
        return YAMNET

    @model_validator(mode="after")
    def _agree(self) -> TrainingConfig:
        faults = []
        if self.data.other is not None and self.data.other in self.data.classes:
            faults.append("data.other must not be one of data.classes")
        if BOTH in (self.data.other or "") or any(BOTH in name for name in self.data.classes):
            faults.append(f"data.classes and data.other name single classes, without {BOTH}")
        if len(set(self.data.classes)) < len(self.data.classes):
            faults.append("data.classes names a class twice")
        known = len(self.data.classes) + (self.data.other is not None)
        if self.head.kind == "softmax" and self.data.classes and known < 2:
            faults.append(
                "head.kind softmax needs two classes or more; use sigmoid for a single one"
            )
        faults += [
            f"augment.{name}_low is above augment.{name}_high"
            for name in ("gain_db", "noise_db")
            if getattr(self.augment, f"{name}_low") > getattr(self.augment, f"{name}_high")
        ]
        if self.input.step_frames != self.patches.step:
            faults.append(
                "input.step_frames must be that of the firmware: three quarters of input.frames"
            )
        if 0 < self.fit.epochs <= self.fit.warmup_epochs:
            faults.append(
                f"fit.warmup_epochs {self.fit.warmup_epochs:g} is not below fit.epochs "
                f"{self.fit.epochs}: the rate would never reach its peak"
            )
        for name in ("frames", "bands"):
            widest = getattr(self.augment, f"mask_{name}")
            if widest > getattr(self.input, name):
                faults.append(f"augment.mask_{name} is wider than the patch")
        if faults:
            raise ValueError("; ".join(faults))
        return self


def load_config(path: Path) -> TrainingConfig:
    """Read a configuration; raises InputError with every fault and its line."""
    remedy = "set at least name, or copy training/own_sounds.yaml"
    document, lines = read_mapping(path, "holds no setting", remedy)
    faults = list(lines.duplicates)
    try:
        config = TrainingConfig.model_validate(dict(document))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place = [part for part in detail["loc"] if part not in UNION_PARTS]
            message = detail["msg"].removeprefix("Value error, ")
            if detail["type"] == "extra_forbidden":
                message = "unknown key"
            where = lines.where(*place) if place else path.name
            faults.append(Fault(where, message, "training/config.py lists the allowed values"))
        raise InputError(faults) from error
    if faults:
        raise InputError(faults)
    return config


UNION_PARTS = {"constrained-float", "literal['auto']"}
"""Parts that pydantic adds to the location of a value of a union type."""
