# SPDX-License-Identifier: Apache-2.0
"""Features for a training of your own, as the chip computes them (docs/bring-your-own-model.md).

The firmware's front-end is compiled for this machine, so that a network can be trained on the very
values that it will get on the board, whatever library they were designed with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt

from generator.errors import Fault, InputError
from generator.frontend.presets import PRESETS
from generator.frontend.record import FrontendRecord
from generator.frontend.record_file import read_record
from generator.host.frontend_twin import build_frontend_twin
from generator.model.patches import patch_rule
from sounds.decode import read_samples
from training.patches import Frames, InputScale, cut_patches, dequantise

Samples = npt.NDArray[np.int16]
Sound = str | PathLike[str] | Samples
"""A sound file, or int16 [n] at the record's sample rate."""

FIRST_RANGE = (-16.0, 16.0)
WIDENED = 3.0
"""How much wider the range becomes where features lie beyond it."""
MOST_PASSES = 16
WELL_FILLED = 0.9
"""Of the range: then it is not made narrower."""


class ChipFeatures:
    """The front-end of a record with the quantisation of a model's input.

    `frontend`: a record, its file, or the name of one (`yamnet`). `frames`: of a patch, the rows of
    the network's input. `scale`: what a step of the input's int8 stands for; `fit` finds it. Raises
    InputError for a record that the firmware cannot compute, ToolError without a C compiler.
    """

    def __init__(
        self, frontend: FrontendRecord | str | PathLike[str], frames: int, scale: InputScale
    ) -> None:
        self.record = record_of(frontend)
        self.scale = scale
        self._rule = patch_rule(frames, self.record.patch_overlap_frames)
        self._twin = build_frontend_twin(self.record, scale.scale, scale.zero_point)

    @classmethod
    def fit(
        cls,
        frontend: FrontendRecord | str | PathLike[str],
        sounds: Iterable[Sound],
        frames: int,
        on_message: Callable[[str], None] = print,
    ) -> ChipFeatures:
        """With the range of the features of these sounds: those of the training.

        `on_message` receives a line for each step; a step takes some seconds the first time.

        Raises as the constructor, and InputError with every sound that cannot be read, and where
        the features have no end within reason.
        """
        record = record_of(frontend)
        return cls(record, frames, _fit_range(record, _read_all(sounds, record), on_message))

    def cells(self, sound: Sound) -> Frames:
        """The frames of a sound as the network gets them: int8 [n, bands], without silence where
        the record has a gate."""
        return self._twin.features(_samples(sound, self.record))

    def patches(self, sound: Sound) -> npt.NDArray[np.float32]:
        """The patches of a sound, cut as on the chip: float32 [patches, frames, bands].

        They are the real values that the cells stand for, in the record's own unit. A sound that is
        shorter than a patch gives one, a silent one none.
        """
        return dequantise(cut_patches(self.cells(sound), self._rule), self.scale)


def record_of(frontend: FrontendRecord | str | PathLike[str]) -> FrontendRecord:
    """The record itself, of its name or of its file. Raises InputError with every fault of it."""
    if isinstance(frontend, FrontendRecord):
        return frontend
    preset = PRESETS.get(str(frontend))
    return preset if preset is not None else read_record(Path(frontend))


def input_scale_of(low: float, high: float) -> InputScale:
    """The int8 scale and zero point of a range of real values, which is widened to hold 0."""
    low, high = min(low, 0.0), max(high, 0.0)
    if not low < high:
        raise ValueError(f"no range: {low} to {high}")
    scale = (high - low) / 255.0
    return InputScale(scale, int(np.clip(round(-128 - low / scale), -128, 127)))


def _samples(sound: Sound, record: FrontendRecord) -> Samples:
    if isinstance(sound, np.ndarray):
        return np.ascontiguousarray(sound, dtype=np.int16)
    return read_samples(Path(sound), record.sample_rate_hz)


def _read_all(sounds: Iterable[Sound], record: FrontendRecord) -> list[Samples]:
    faults: list[Fault] = []
    read = []
    for sound in sounds:
        try:
            read.append(_samples(sound, record))
        except InputError as error:
            faults += error.faults
    if not read and not faults:
        faults.append(Fault("sounds", "there are none", "give the sounds of the training"))
    if faults:
        raise InputError(faults)
    return read


def _fit_range(
    record: FrontendRecord, sounds: Sequence[Samples], on_message: Callable[[str], None]
) -> InputScale:
    """The range that the features of these sounds fill."""
    low, high = FIRST_RANGE
    for _ in range(MOST_PASSES):
        scale = input_scale_of(low, high)
        on_message(f"[features] {len(sounds)} sounds, values from {low:.4g} to {high:.4g}?")
        twin = build_frontend_twin(record, scale.scale, scale.zero_point)
        cells = np.concatenate([twin.features(sound) for sound in sounds])
        if not cells.size:
            what = "no frame of them passes the silence gate of the record, or they are too short"
            raise InputError([Fault("sounds", what, "give louder or longer ones")])
        least, most = int(cells.min()), int(cells.max())
        span = high - low
        if least > -128 and most < 127:
            first, last = ((cell - scale.zero_point) * scale.scale for cell in (least, most))
            narrow = input_scale_of(first - scale.scale / 2, last + scale.scale / 2)
            if narrow.scale >= WELL_FILLED * scale.scale:
                return scale
            low, high = first - scale.scale, last + scale.scale
            continue
        low -= WIDENED * span if least == -128 else 0.0
        high += WIDENED * span if most == 127 else 0.0
    what = f"its features have no end: some lie beyond {low:.3g} to {high:.3g}"
    remedy = "state log_offset, log_floor or lowest_log: the logarithm of silence has no end"
    raise InputError([Fault(record.name or "front-end", what, remedy)])
