# SPDX-License-Identifier: Apache-2.0
"""What is played on a device, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from generator.wire import AUDIO_LIMIT_SAMPLES
from generator.wire.messages import (
    ClipAudio,
    ClipBegin,
    ClipEnd,
    ClipResult,
    Message,
    PatchResult,
)

Int8 = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class ClipRun:
    """What a device answered to one clip."""

    result: ClipResult
    patches: tuple[PatchResult, ...]
    features: Int8
    """Mel frames as the network got them, [frames, bands]; no rows if they were not asked for."""

    retries: tuple[str, ...]
    """Why the clip was retried, once for each retry."""

    resumptions: tuple[str, ...] = ()
    """Why a part of it was resent, once for each time."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip as messages."""

    clip_id: int
    flags: int
    samples: bytes

    def begin(self) -> list[Message]:
        """All of it."""
        begin = ClipBegin(clip_id=self.clip_id, flags=self.flags)
        return [begin, *self.rest_from(0)]

    def rest_from(self, sample: int) -> list[Message]:
        """What follows when the device has taken so many samples."""
        step = 2 * AUDIO_LIMIT_SAMPLES
        pieces = range(2 * sample, len(self.samples), step)
        audio = [ClipAudio(samples=self.samples[at : at + step]) for at in pieces]
        return [*audio, ClipEnd(sample_count=len(self.samples) // 2)]


@dataclass(frozen=True, slots=True)
class PatchRun:
    """What a device answered to one patch of frames, with the rows of every tapped operator."""

    result: PatchResult
    rows: dict[int, dict[int, bytes]]
    """Bytes of each row by operator index and row."""

    retries: tuple[str, ...]
