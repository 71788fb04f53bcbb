# SPDX-License-Identifier: Apache-2.0
"""What is held against each other: one model as several things run it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from generator.host.twin import HostTwin
from generator.wire import ClipFlag
from hil.diverge.float_model import FloatModel
from hil.judges.layers import Tensor, assemble_rows
from hil.judges.oracle import Oracle
from hil.session import BoardSession
from sounds.decode import Samples

Int8 = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch of a clip."""

    first_frame: int
    scores: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a side made of a whole clip."""

    samples: int
    gated_samples: int
    features: Int8
    """[frames, features]: those that passed the gate."""
    patches: tuple[Patch, ...]
    sums: tuple[int, ...]
    decision: int


class Side(Protocol):
    """One of the two."""

    @property
    def name(self) -> str:
        """For a sentence."""

    @property
    def is_quick(self) -> bool:
        """Whether the layers of a patch come at once: a board sends them over its link."""

    def hear(self, samples: Samples) -> Heard | None:
        """A clip from its samples on; None: it has no front-end of its own."""

    def layers(self, frames: Int8, operators: Sequence[int]) -> Mapping[int, Tensor]:
        """Outputs of these operators for one patch [frames, features], in the file's shapes."""


@dataclass(frozen=True, slots=True)
class HostSide:
    """The firmware's portable C on this machine."""

    name: str
    twin: HostTwin

    @property
    def is_quick(self) -> bool:
        """It is this machine's."""
        return True

    def hear(self, samples: Samples) -> Heard:
        """By the listener."""
        outcome = self.twin.run_clip(samples)
        return Heard(
            outcome.samples,
            outcome.gated_samples,
            outcome.frames,
            tuple(
                Patch(one.first_frame, tuple(int(value) for value in one.scores))
                for one in outcome.patches
            ),
            tuple(int(value) for value in outcome.score_sums),
            outcome.decision,
        )

    def layers(self, frames: Int8, operators: Sequence[int]) -> Mapping[int, Tensor]:
        """By its taps."""
        outputs = self.twin.taps(frames)
        return {index: outputs[index] for index in operators if index in outputs}


@dataclass(frozen=True, slots=True)
class InterpreterSide:
    """The reference interpreter: the network alone, on the frames that the other side made."""

    name: str
    oracle: Oracle

    @property
    def is_quick(self) -> bool:
        """It is this machine's."""
        return True

    def hear(self, samples: Samples) -> None:
        """It has no front-end."""

    def layers(self, frames: Int8, operators: Sequence[int]) -> Mapping[int, Tensor]:
        """As it keeps them."""
        outputs = self.oracle.taps(frames)
        return {index: outputs[index] for index in operators if index in outputs}


@dataclass(frozen=True, slots=True)
class BoardSide:
    """A board, real or virtual, with the image that shows layers as well."""

    name: str
    session: BoardSession

    @property
    def is_quick(self) -> bool:
        """Half a megabyte goes over the link."""
        return False

    def hear(self, samples: Samples) -> Heard:
        """Over the link, features included."""
        run = self.session.play_clip(1, samples, ClipFlag.FEATURES)
        result = run.result
        return Heard(
            result.samples,
            result.gated_samples,
            run.features,
            tuple(Patch(one.first_frame, tuple(one.scores)) for one in run.patches),
            tuple(result.score_sums),
            result.decision,
        )

    def layers(self, frames: Int8, operators: Sequence[int]) -> Mapping[int, Tensor]:
        """By its taps."""
        run = self.session.play_patch(1, frames, list(operators))
        project = self.session.image.project.info
        like = {one.index: np.empty(one.shape, one.dtype) for one in project.operators}
        return {index: assemble_rows(run.rows.get(index, {}), like[index]) for index in operators}


@dataclass(frozen=True, slots=True)
class FloatSide:
    """The float model that was quantised, on the real values of the other side's frames."""

    name: str
    model: FloatModel

    @property
    def is_quick(self) -> bool:
        """It is this machine's."""
        return True

    def hear(self, samples: Samples) -> None:
        """It has no front-end."""

    def layers(self, frames: Int8, operators: Sequence[int]) -> Mapping[int, Tensor]:
        """Real values, float32: they are held against the other side's in steps of its scale."""
        outputs = self.model.outputs(frames)
        return {index: outputs[index] for index in operators if index in outputs}
