# SPDX-License-Identifier: Apache-2.0
"""What is played on a device, and what it answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from generator.wire import (
    AUDIO_LIMIT_SAMPLES,
    HOST_PAYLOAD_LIMIT_BYTES,
    TAP_MASK_BYTES,
    mask_of,
)
from generator.wire.messages import (
    ClipAudio,
    ClipBegin,
    ClipEnd,
    ClipResult,
    Features,
    Frames,
    Hello,
    Message,
    PatchResult,
    Tap,
    TapSelect,
)
from hil.link.answers import join_features, join_rows
from hil.link.value_check import check_answers, check_clip

Int8 = npt.NDArray[np.int8]

_FRAMES_FIELDS_BYTES = 8


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
        return [*audio, ClipEnd(sample_count=self.sample_count)]

    @property
    def sample_count(self) -> int:
        """Samples of all of it."""
        return len(self.samples) // 2

    def seconds(self, rate_hz: int) -> float:
        """How long it sounds."""
        return self.sample_count / rate_hz


@dataclass(frozen=True, slots=True)
class PatchRun:
    """What a device answered to one patch of frames, with the rows of every tapped operator."""

    result: PatchResult
    rows: dict[int, dict[int, bytes]]
    """Bytes of each row by operator index and row."""

    retries: tuple[str, ...]


def clip_run(
    clip: Clip,
    messages: Sequence[Message],
    hello: Hello,
    retries: tuple[str, ...],
    resumptions: tuple[str, ...],
) -> ClipRun:
    """The answers to a clip as one; RefusedError where they do not belong to it or to HELLO."""
    result = next(m for m in messages if isinstance(m, ClipResult))
    answers = [m for m in messages if isinstance(m, PatchResult | Features)]
    check_clip(clip.clip_id, clip.sample_count, result, answers, hello)
    patches = tuple(m for m in answers if isinstance(m, PatchResult))
    joined = join_features([m for m in answers if isinstance(m, Features)], hello.bands)
    return ClipRun(result, patches, joined, retries, resumptions)


def patch_messages(patch_id: int, frames: Int8, operators: Sequence[int]) -> list[Message]:
    """Mel frames [frames, bands] as messages, after the choice of operators that are read back."""
    mask = mask_of(operators, TAP_MASK_BYTES)
    count = (HOST_PAYLOAD_LIMIT_BYTES - _FRAMES_FIELDS_BYTES) // frames.shape[1]
    return [
        TapSelect(operator_mask=mask),
        *(
            Frames(patch_id=patch_id, first_frame=at, cells=frames[at : at + count].tobytes())
            for at in range(0, len(frames), count)
        ),
    ]


def patch_run(
    patch_id: int, messages: Sequence[Message], hello: Hello, retries: tuple[str, ...]
) -> PatchRun:
    """The answers to a patch as one; RefusedError where they do not belong to it or to HELLO."""
    check_answers(patch_id, messages, hello)
    rows = join_rows([m for m in messages if isinstance(m, Tap)])
    return PatchRun(next(m for m in messages if isinstance(m, PatchResult)), rows, retries)
