# SPDX-License-Identifier: Apache-2.0
"""Clips to int8 frames through the chip's own front-end, silence gate included.

The C sources of the firmware's front-end are compiled for this machine (`generator.host_twin`), so
a training cell is the cell that the chip would compute: there is no second formula.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from rich.progress import Progress

from generator.mel_tables import make_mel_tables
from training.dataset import Clip, Samples, read_samples
from training.patches import Frames, InputScale
from training.places import REPOSITORY

FRONTEND_SOURCES = REPOSITORY / "firmware_templates" / "frontend"


class FrontEnd(Protocol):
    """Samples int16 [n] at 16 kHz to int8 frames [frames, bands], silence dropped."""

    def features(self, samples: Samples) -> npt.NDArray[np.int8]:
        """One clip, from a reset state."""


def compile_front_end(by: InputScale) -> FrontEnd:
    """The firmware's front-end for this machine; raises ToolError without a C compiler."""
    from generator.host_twin import build_frontend_twin

    return build_frontend_twin(by.scale, by.zero_point)


def front_end_digest(by: InputScale) -> str:
    """A hash over the front-end's C sources and tables: changes when a cell may change."""
    digest = hashlib.sha256(repr(make_mel_tables(by.scale, by.zero_point)).encode())
    for path in sorted(FRONTEND_SOURCES.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class ClipFrames:
    """A clip and its frames, int8 [frames, bands]."""

    clip: Clip
    frames: Frames


def extract(
    clips: Sequence[Clip], front_end: FrontEnd, progress: Progress | None = None
) -> tuple[ClipFrames, ...]:
    """Decode every clip and run it through the front-end; raises what `read_samples` raises."""
    steps: Iterable[Clip] = clips
    if progress is not None:
        steps = progress.track(clips, description="front-end", total=len(clips))
    return tuple(ClipFrames(clip, front_end.features(read_samples(clip.path))) for clip in steps)
