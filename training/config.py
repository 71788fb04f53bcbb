# SPDX-License-Identifier: Apache-2.0
"""The training configuration: one YAML file, every key typed, unknown keys refused."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generator.errors import Fault, InputError, ToolError

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
Count = Annotated[int, Field(ge=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputConfig(_Strict):
    """What the chip's network is given: patches of int8 log-mel cells."""

    scale: Positive = 0.054722581058740616
    """Nepers a step of an int8 cell."""
    zero_point: Annotated[int, Field(ge=-128, le=127)] = 40
    """The cell that means 0 nepers."""
    frames: Count = 96
    """Frames a patch, 10 ms each."""
    bands: Count = 64
    """Mel bands a frame."""
    step_frames: Count = 72
    """Frames from one patch to the next, as the listener on the chip cuts them."""


class AugmentConfig(_Strict):
    """How a patch is varied each time it is seen. All in the magnitude domain of the mel bands."""

    gain_db_low: float = -6.0
    gain_db_high: float = 6.0
    """Each patch is made louder or quieter by a gain drawn evenly between the two."""
    equaliser_db: Annotated[float, Field(ge=0.0, le=30.0)] = 0.0
    """Each patch's spectrum is coloured by a smooth curve of up to this, up or down: rooms and
    microphones differ."""
    mix_probability: Probability = 0.3
    """How often a second patch is added, its label with it."""
    mix_alpha: Positive = 1.0
    """The share of the second patch is drawn from Beta(alpha, alpha)."""
    noise_probability: Probability = 0.0
    """How often stationary noise of a random slope is added."""
    noise_db_low: float = -60.0
    noise_db_high: float = -20.0
    """The noise's level against the patch's loudest cell."""
    stretch: Annotated[float, Field(ge=0.0, le=0.5)] = 0.05
    """Time runs faster or slower by up to this fraction."""
    band_shift: Annotated[float, Field(ge=0.0, le=8.0)] = 0.7
    """The spectrum moves up or down by up to this many bands."""
    mask_frames: Annotated[int, Field(ge=0)] = 12
    """The longest stretch of frames that is blanked."""
    mask_bands: Annotated[int, Field(ge=0)] = 8
    """The widest group of bands that is blanked."""
    mask_probability: Probability = 0.3
    """How often each of the two masks is applied."""


class FitConfig(_Strict):
    """The optimiser and its schedule."""

    head_l2: Positive = 3e-3
    """Penalty on the new head's weights while it alone is fitted, before all layers are trained."""
    head_steps: Annotated[int, Field(ge=0)] = 300
    """Steps of that fit; 0 leaves the head random."""
    head_step_frames: Count = 48
    """Frames from one patch to the next in that fit."""
    epochs: Annotated[int, Field(ge=0)] = 8
    """Epochs in which every layer is trained."""
    patches_per_clip: Count = 4
    """Random windows that each clip contributes to an epoch."""
    batch_size: Count = 32
    learning_rate: Positive = 2e-4
    """The peak: a linear warm-up leads to it, a cosine down to zero from it."""
    warmup_epochs: Annotated[float, Field(ge=0.0)] = 1.0
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.01
    label_smoothing: Fraction = 0.05
    dropout: Fraction = 0.2
    """Before the dense head."""
    average_momentum: Fraction = 0.99
    """The fine-tuned weights are a moving average of all steps' weights with this memory."""
    start_share: Fraction = 0.5
    """The final weights lie between the fine-tuned ones (0) and those at the start (1)."""


class QuantizeConfig(_Strict):
    """Post-training quantisation."""

    representative_patches: Count = 200
    """Training patches from which the converter takes the ranges of all layers."""


class TrainingConfig(_Strict):
    """Everything a run depends on, besides the data and the versions of the libraries."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")] = "yamnet_256_esc10"
    """Stem of the files that are written."""
    folds: Annotated[tuple[int, ...], Field(min_length=1)] = (1, 2, 3, 4)
    """Folds of the data set that this run may touch; any other fold is never opened."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    input: InputConfig = InputConfig()
    augment: AugmentConfig = AugmentConfig()
    fit: FitConfig = FitConfig()
    quantize: QuantizeConfig = QuantizeConfig()


def load_config(path: Path) -> TrainingConfig:
    """Read a configuration; raises InputError with every fault, ToolError when there is no file."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ToolError(f"no training configuration at {path}: {error.strerror}") from error
    try:
        values = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise InputError([Fault(str(path), f"is no YAML: {error}")]) from error
    try:
        return TrainingConfig.model_validate(values)
    except ValidationError as error:
        raise InputError(
            Fault(f"{path}, {'.'.join(str(part) for part in fault['loc'])}", fault["msg"])
            for fault in error.errors()
        ) from error
