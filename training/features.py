# SPDX-License-Identifier: Apache-2.0
"""Feature extraction: clips to int8 frames with the firmware's front-end and silence gate.

The front-end's C sources are compiled for the host (`generator.host.twin`), so a training cell is
exactly the cell that the chip computes. There is no second implementation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from rich.progress import Progress

from generator.errors import Fault
from generator.frontend.record import FrontendRecord
from generator.frontend.record_text import record_text
from training.dataset import Clip, Samples
from training.patches import Frames, InputScale
from training.sound_check import SoundCheck

TEST_SIGNAL_SEED = 0x6D656C


class FrontEnd(Protocol):
    """Samples int16 [n] at the record's rate to frames int8 [frames, bands], without silence."""

    def features(self, samples: Samples) -> npt.NDArray[np.int8]:
        """The frames of one clip, starting from the reset state."""


def compile_front_end(scale: InputScale, record: FrontendRecord) -> FrontEnd:
    """The firmware's front-end compiled for the host; raises ToolError without a C compiler."""
    from generator.host.frontend_twin import build_frontend_twin

    return build_frontend_twin(record, scale.scale, scale.zero_point)


def front_end_text(record: FrontendRecord, model_name: str) -> str:
    """The record's file, to be written beside a model that was trained on it."""
    return record_text(record, f"The front-end that {model_name} was trained on: docs/frontends.md")


def make_test_signal(sample_rate_hz: int) -> Samples:
    """Ten seconds of noise, ramps and silence at every level, int16; the same on every machine."""
    rng = np.random.default_rng(TEST_SIGNAL_SEED)
    parts: list[npt.NDArray[np.int64]] = []
    for shift in range(16):
        parts.append(rng.integers(-32768, 32768, sample_rate_hz // 4) >> shift)
        ramp = np.arange(sample_rate_hz // 4) * (37 + 61 * shift)
        parts.append(((ramp & 0xFFFF) - 32768) >> (15 - shift))
        parts.append(np.zeros(sample_rate_hz // 8, np.int64))
    return np.concatenate(parts).astype(np.int16)


def front_end_digest(front_end: FrontEnd, record: FrontendRecord) -> str:
    """SHA-256 over the front-end's cells for the test signal; changes if its output changes."""
    frames = front_end.features(make_test_signal(record.sample_rate_hz))
    return hashlib.sha256(repr(frames.shape).encode() + frames.tobytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class ClipFrames:
    """A clip and its frames, int8 [frames, bands]."""

    clip: Clip
    frames: Frames


def extract(
    clips: Sequence[Clip],
    front_end: FrontEnd,
    record: FrontendRecord,
    progress: Progress | None = None,
    *,
    on_message: Callable[[str], None] = lambda line: None,
    faults: Iterable[Fault] = (),
) -> tuple[ClipFrames, ...]:
    """Decode every clip at the record's rate and extract its frames.

    `on_message` receives a note for unusual but usable sounds: stereo, low sample rate, silence.
    Raises InputError with `faults` (found earlier) and every clip that cannot be used.
    """
    steps: Iterable[Clip] = clips
    if progress is not None:
        steps = progress.track(clips, description="front-end", total=len(clips))
    check = SoundCheck(record, record.frame_samples, faults)
    found = []
    first: dict[str, Clip] = {}
    for clip in steps:
        samples = check.read(clip.path)
        if samples is not None:
            same = first.setdefault(hashlib.sha256(clip.path.read_bytes()).hexdigest(), clip)
            if (same.fold, same.labels) != (clip.fold, clip.labels):
                what = f"is the same file as {same.path}, in another class or fold"
                check.add(Fault(str(clip.path), what, "keep one of the two"))
            found.append(ClipFrames(clip, front_end.features(samples)))
            if not len(found[-1].frames):
                check.note_silent(clip.path)
    check.finish(on_message)
    return tuple(found)
