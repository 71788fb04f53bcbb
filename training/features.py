# SPDX-License-Identifier: Apache-2.0
"""Clips to int8 frames through the chip's own front-end, silence gate included.

The C sources of the firmware's front-end are compiled for this machine (`generator.host.twin`), so
a training cell is the cell that the chip would compute: there is no second formula.
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
from generator.frontend.parameters import FRAME_SAMPLES, SAMPLE_RATE_HZ
from training.dataset import Clip, Samples
from training.patches import Frames, InputScale
from training.sound_check import SoundCheck

PROBE_SEED = 0x6D656C


class FrontEnd(Protocol):
    """Samples int16 [n] at 16 kHz to int8 frames [frames, bands], silence dropped."""

    def features(self, samples: Samples) -> npt.NDArray[np.int8]:
        """One clip, from a reset state."""


def compile_front_end(by: InputScale) -> FrontEnd:
    """The firmware's front-end for this machine; raises ToolError without a C compiler."""
    from generator.host.frontend_twin import build_frontend_twin

    return build_frontend_twin(by.scale, by.zero_point)


def make_probe() -> Samples:
    """Ten seconds of integers that visit every level, silence included: the same everywhere."""
    rng = np.random.default_rng(PROBE_SEED)
    parts: list[npt.NDArray[np.int64]] = []
    for shift in range(16):
        parts.append(rng.integers(-32768, 32768, SAMPLE_RATE_HZ // 4) >> shift)
        ramp = np.arange(SAMPLE_RATE_HZ // 4) * (37 + 61 * shift)
        parts.append(((ramp & 0xFFFF) - 32768) >> (15 - shift))
        parts.append(np.zeros(SAMPLE_RATE_HZ // 8, np.int64))
    return np.concatenate(parts).astype(np.int16)


def front_end_digest(front_end: FrontEnd) -> str:
    """A hash over the cells that a fixed signal gives: changes when the front-end's output does."""
    frames = front_end.features(make_probe())
    return hashlib.sha256(repr(frames.shape).encode() + frames.tobytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class ClipFrames:
    """A clip and its frames, int8 [frames, bands]."""

    clip: Clip
    frames: Frames


def extract(
    clips: Sequence[Clip],
    front_end: FrontEnd,
    progress: Progress | None = None,
    tell: Callable[[str], None] = lambda line: None,
    faults: Iterable[Fault] = (),
) -> tuple[ClipFrames, ...]:
    """Decode every clip and run it through the front-end.

    What is odd but usable is told in a line each: stereo, a low sample rate, silence. Raises
    InputError with `faults` that were found before and every clip that cannot be used.
    """
    steps: Iterable[Clip] = clips
    if progress is not None:
        steps = progress.track(clips, description="front-end", total=len(clips))
    check = SoundCheck(shortest_samples=FRAME_SAMPLES, faults=faults)
    found = []
    first: dict[str, Clip] = {}
    for clip in steps:
        samples = check.read(clip.path)
        if samples is not None:
            twin = first.setdefault(hashlib.sha256(clip.path.read_bytes()).hexdigest(), clip)
            if (twin.fold, twin.labels) != (clip.fold, clip.labels):
                what = f"is the same file as {twin.path}, in another class or fold"
                check.add(Fault(str(clip.path), what, "keep one of the two"))
            found.append(ClipFrames(clip, front_end.features(samples)))
            if not len(found[-1].frames):
                check.note_silent(clip.path)
    check.finish(tell)
    return tuple(found)
