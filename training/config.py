# SPDX-License-Identifier: Apache-2.0
"""The training configuration: one YAML file, every key typed, unknown keys refused."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from generator.errors import Fault, InputError
from generator.model.patches import patch_step
from generator.yaml_lines import read_mapping
from sounds.sound import BOTH

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
Count = Annotated[int, Field(ge=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class InputConfig(_Strict):
    """What the chip's network is given: patches of int8 log-mel cells."""

    scale: Positive = 0.054722581058740616
    """Nepers a step of an int8 cell."""
    zero_point: Annotated[int, Field(ge=-128, le=127)] = 40
    """The cell that means 0 nepers."""
    frames: Count = 96
    """Frames a patch, 10 ms each."""
    bands: Literal[64] = 64
    """Mel bands a frame."""
    step_frames: Count = 72
    """Frames from one patch to the next, as the listener on the chip cuts them."""


class DataConfig(_Strict):
    """Which sounds, and what is heard in them."""

    folder: str | None = None
    """Where the sounds are, in ESC-50's layout or a folder a class; relative to this file. Not
    given: ESC10_DIR, else data/ESC-50. `--data` goes before."""
    title: str | None = None
    """What the card calls them; not given: the folder's name."""
    classes: tuple[str, ...] = ()
    """The classes to tell apart; not given: all there are. With head.kind sigmoid, one class alone
    makes a detector of it, and everything else is what it must not be taken for."""
    other: str | None = None
    """The class that is none: sounds of no interest. With softmax it is a label of the model, and
    classes that are not wanted count as it; with sigmoid its sounds have no label."""
    whole: bool = False
    """Of ESC-50's table: also the clips that are not of ESC-10."""


class HeadConfig(_Strict):
    """What the network answers."""

    kind: Literal["softmax", "sigmoid"] = "softmax"
    """softmax: one class at a time. sigmoid: any number of classes at once, or none; sounds of
    several lie in folders named dog+rain."""


class DecisionConfig(_Strict):
    """When a score is high enough for an answer; goes into the firmware beside the model."""

    threshold: Annotated[float, Field(ge=0.004, le=0.996)] | Literal["auto"] | None = None
    """The mean score, 0.004 to 0.996, that a class must reach. auto: chosen on the held-out folds
    of the cross-validation (docs/train-your-own.md). Not given: none with softmax, 0.5 with
    sigmoid."""
    precision: Annotated[float, Field(gt=0.0, le=1.0)] = 0.95
    """auto with softmax and without `other`: the share of answers that must be right."""


class AugmentConfig(_Strict):
    """How a patch is varied each time it is seen. All in the magnitude domain of the mel bands."""

    gain_db_low: float = -3.0
    gain_db_high: float = 3.0
    """Each patch is made louder or quieter by a gain drawn evenly between the two."""
    equaliser_db: Annotated[float, Field(ge=0.0, le=30.0)] = 0.0
    """Each patch's spectrum is coloured by a smooth curve of up to this, up or down: rooms and
    microphones differ."""
    mix_probability: Probability = 0.0
    """How often a second patch is added, its label with it: with softmax the labels have the shares
    of their patches, with sigmoid all labels of both are heard, whatever the shares."""
    mix_alpha: Positive = 1.0
    """The share of the second patch is drawn from Beta(alpha, alpha)."""
    noise_probability: Probability = 0.0
    """How often stationary noise of a random slope is added."""
    noise_db_low: float = -60.0
    noise_db_high: float = -20.0
    """The noise's level against the patch's loudest cell."""
    stretch: Annotated[float, Field(ge=0.0, le=0.5)] = 0.03
    """Time runs faster or slower by up to this fraction."""
    band_shift: Annotated[float, Field(ge=0.0, le=8.0)] = 0.3
    """The spectrum moves up or down by up to this many bands."""
    mask_frames: Annotated[int, Field(ge=0)] = 12
    """The longest stretch of frames that is blanked."""
    mask_bands: Annotated[int, Field(ge=0)] = 8
    """The widest group of bands that is blanked."""
    mask_probability: Probability = 0.0
    """How often each of the two masks is applied."""


class FitConfig(_Strict):
    """The optimiser and its schedule."""

    peak_deviations: Annotated[float, Field(ge=0.0, le=4.0)] = 1.4
    """Before anything is trained the threshold of the backbone's last ReLU is raised by so many
    standard deviations of what it is given: the average over a patch then counts its peaks. Only of
    the published backbone; a .keras of ours had it raised when it was trained."""
    head_temperature: Positive = 1.0
    """The finished head's logits are divided by it. A clip is decided by the mean of its patches'
    scores; the flatter they are, the less one patch that is quite sure outvotes the others."""
    head_l2: Positive = 1e-3
    """Penalty on the new head's weights while it alone is fitted, before all layers are trained."""
    head_steps: Annotated[int, Field(ge=0)] = 300
    """Steps of that fit; 0 leaves the head random."""
    head_step_frames: Count = 48
    """Frames from one patch to the next in that fit."""
    epochs: Annotated[int, Field(ge=0)] = 4
    """Epochs in which every layer is trained."""
    patches_per_clip: Count = 4
    """Random windows that each clip contributes to an epoch."""
    batch_size: Count = 32
    learning_rate: Positive = 3e-5
    """The peak: a linear warm-up leads to it, a cosine down to zero from it."""
    warmup_epochs: Annotated[float, Field(ge=0.0)] = 1.0
    """How long the warm-up is: less than `epochs`."""
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.01
    label_smoothing: Fraction = 0.0
    dropout: Fraction = 0.0
    """Before the dense head."""
    average_momentum: Fraction = 0.99
    """The fine-tuned weights are a moving average of all steps' weights with this memory."""
    start_share: Fraction = 0.0
    """The final weights lie between the fine-tuned ones (0) and those at the start (1)."""
    validation_share: Annotated[float, Field(ge=0.0, le=0.5)] = 0.0
    """Share of each class's recordings that is held back inside the training folds, to stop
    early; 0 trains on all of them for all epochs."""
    patience: Count = 3
    """With validation_share: training stops after so many epochs without a better loss on the
    clips held back, and goes back to the epoch with the best."""


class QuantizeConfig(_Strict):
    """Post-training quantisation."""

    representative_patches: Count = 200
    """Training patches from which the converter takes the ranges of all layers."""
    equalise: bool = True
    """Bring the last layer's channels to one size first, the head by the inverse: the network is
    the same, and int8 costs it less."""


class TrainingConfig(_Strict):
    """Everything a run depends on, besides the data and the versions of the libraries."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")] = "yamnet_256_esc10"
    """Stem of the files that are written."""
    folds: Annotated[tuple[int, ...], Field(min_length=1)] = (1, 2, 3, 4)
    """Folds of the data set that this run may touch; any other fold is never opened. Sounds in
    class folders are dealt into five folds, by recording."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    data: DataConfig = DataConfig()
    head: HeadConfig = HeadConfig()
    decision: DecisionConfig = DecisionConfig()
    input: InputConfig = InputConfig()
    augment: AugmentConfig = AugmentConfig()
    fit: FitConfig = FitConfig()
    quantize: QuantizeConfig = QuantizeConfig()

    @model_validator(mode="after")
    def _agree(self) -> TrainingConfig:
        faults = []
        if self.data.other is not None and self.data.other in self.data.classes:
            faults.append("data.other is not to stand among data.classes: it is none of them")
        if BOTH in (self.data.other or "") or any(BOTH in name for name in self.data.classes):
            faults.append(f"data.classes and data.other name single classes, without {BOTH}")
        if len(set(self.data.classes)) < len(self.data.classes):
            faults.append("data.classes names a class twice")
        known = len(self.data.classes) + (self.data.other is not None)
        if self.head.kind == "softmax" and self.data.classes and known < 2:
            faults.append("head.kind softmax needs two classes or more; one alone wants sigmoid")
        faults += [
            f"augment.{name}_low is above augment.{name}_high"
            for name in ("gain_db", "noise_db")
            if getattr(self.augment, f"{name}_low") > getattr(self.augment, f"{name}_high")
        ]
        if self.input.step_frames != patch_step(self.input.frames):
            faults.append("input.step_frames is the listener's: three quarters of input.frames")
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
    remedy = "set at least name, or take training/own_sounds.yaml"
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
            faults.append(Fault(where, message, "training/config.py says what it may be"))
        raise InputError(faults) from error
    if faults:
        raise InputError(faults)
    return config


UNION_PARTS = {"constrained-float", "literal['auto']"}
"""What pydantic adds to the place of a value that may be of several kinds."""
