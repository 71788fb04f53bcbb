# SPDX-License-Identifier: Apache-2.0
"""What commands ask of whoever reads sound files for them, and how clips become features.

The generator reads no sound: `python -m mel2metal` hands a reader in, `python -m generator` none.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from generator.errors import ToolError
from generator.frontend.record import FrontendRecord
from generator.frontend.saturation import Saturation, judge_saturation
from generator.host.frontend_twin import build_frontend_twin

MOST_CLIPS = 40
"""Of a set of sounds, spread over it: enough for rates, and seconds of work."""


class SoundReader(Protocol):
    """Sound files to samples."""

    def samples(self, path: Path, rate_hz: int) -> NDArray[np.int16]:
        """A file's samples, mono, at this rate. InputError for what cannot be read."""

    def clips(self, named: Path | None) -> Sequence[Path]:
        """The files of a set of sounds; `named`: its folder, None: the one that is at hand, if any.

        InputError for a named folder without sounds.
        """

    def note(self, clips: Sequence[Path], rate_hz: int, high_hz: float) -> str:
        """What to know of files that were read at this rate for bands up to there; or empty."""


def need_reader(reader: SoundReader | None) -> SoundReader:
    """The reader; ToolError where there is none."""
    if reader is None:
        what = "`python -m generator` reads no sound files"
        raise ToolError(what, "call `mel2metal`, or `python -m mel2metal`, in its place")
    return reader


def some_of(clips: Sequence[Path]) -> Sequence[Path]:
    """At most MOST_CLIPS of them."""
    return clips[:: max(1, -(-len(clips) // MOST_CLIPS))]


def saturation_of_clips(
    reader: SoundReader,
    clips: Sequence[Path],
    record: FrontendRecord,
    scale: float,
    zero_point: int,
) -> Saturation:
    """The front-end's features of some of the clips, held against the model's range."""
    twin = build_frontend_twin(record, scale, zero_point)
    rate_hz = record.sample_rate_hz
    frames = [twin.features(reader.samples(path, rate_hz)) for path in some_of(clips)]
    cells = np.concatenate(frames) if frames else np.zeros((0, record.features), np.int8)
    return judge_saturation(cells, record, scale, zero_point)
