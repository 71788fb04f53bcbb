# SPDX-License-Identifier: Apache-2.0
"""Where the sound comes from: files one after another, or a microphone of this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from generator.errors import Fault, InputError
from sounds.decode import read_samples

Samples = npt.NDArray[np.int16]

PIECE_S = 0.032
"""Sound that is handed on at once."""


class SoundSource(Protocol):
    """Sound in pieces, int16 mono at the front-end's rate."""

    is_live: bool
    """Whether it comes by itself, as time passes: nobody has to wait before handing it on."""

    text: str
    """What it is, in words."""

    piece_s: float
    """Sound of one piece."""

    @property
    def behind_s(self) -> float:
        """Sound that has come and was not read yet."""

    def read(self, timeout_s: float) -> Samples | None:
        """The next piece; none of a live source within that time is empty; None: it has ended."""

    def take_dropped(self) -> int:
        """Samples that were lost since the last call, before those that `read` returned."""

    def take_news(self) -> str | None:
        """What should be told of it since the last call."""

    def close(self) -> None:
        """Let go of it."""


class SoundFiles:
    """Files, decoded before the first one begins: all faults are told together."""

    is_live = False
    piece_s = PIECE_S
    behind_s = 0.0

    def __init__(self, paths: Sequence[Path], sample_rate_hz: int) -> None:
        faults: list[Fault] = []
        self._clips: list[tuple[str, Samples]] = []
        for path in paths:
            try:
                self._clips.append((path.name, read_samples(path, sample_rate_hz)))
            except InputError as error:
                faults += error.faults
        if faults:
            raise InputError(faults)
        self.text = ", ".join(path.name for path in paths)
        self._news: str | None = None
        self._pieces = self._cut(round(PIECE_S * sample_rate_hz))

    def _cut(self, piece: int) -> Iterator[Samples]:
        for name, samples in self._clips:
            self._news = name
            yield from (samples[at : at + piece] for at in range(0, len(samples), piece))

    @property
    def whole(self) -> Samples:
        """All of it."""
        return np.concatenate([samples for _, samples in self._clips])

    def read(self, timeout_s: float) -> Samples | None:
        """The next piece, at once."""
        return next(self._pieces, None)

    def take_dropped(self) -> int:
        """None: files wait."""
        return 0

    def take_news(self) -> str | None:
        """The name of a file that has begun."""
        news, self._news = self._news, None
        return news

    def close(self) -> None:
        """Nothing is open."""
