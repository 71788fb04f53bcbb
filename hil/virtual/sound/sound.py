# SPDX-License-Identifier: Apache-2.0
"""Sound around the virtual board: pieces in virtual time, and silence before, between and after.

A level of 1.0 is full scale: of a file's samples, of a microphone's bit stream (all ones), of an
analogue output. Pieces that overlap add up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import soxr

from hil.virtual.scheduler import PS_PER_SECOND

Levels: TypeAlias = npt.NDArray[np.float64]

QUALITY = "HQ"
"""soxr's name; it passes 0.91 of the lower rate's band."""
CHUNK_S = 0.25
"""About how much is resampled at once; it is fixed, and so are the results."""
NEIGHBOURS = 512
"""Samples around it that a chunk is resampled with: more than the filter is long."""


def as_levels(samples: npt.NDArray[Any]) -> Levels:
    """Samples (int16, int32 or floating point; channels are averaged) as levels."""
    levels = np.asarray(samples)
    if levels.dtype.kind == "i":
        levels = levels / float(1 << 8 * levels.dtype.itemsize - 1)
    elif levels.dtype.kind != "f":
        raise ValueError(f"samples of type {levels.dtype} are no sound")
    levels = levels.astype(np.float64)
    if levels.ndim == 2:
        levels = levels.mean(axis=1)
    if levels.ndim != 1 or not np.isfinite(levels).all():
        raise ValueError("samples must be finite numbers in one or two dimensions")
    return levels


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Levels at a rate, from a moment on."""

    levels: Levels
    rate_hz: int
    begin_ps: int

    @property
    def end_ps(self) -> int:
        """The moment after the last sample."""
        return self.begin_ps + len(self.levels) * PS_PER_SECOND // self.rate_hz


class Sound:
    """All that is to be heard around one board."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.taken_ps = 0
        """Up to when somebody has taken the levels, which may be some time ahead."""

    def play(self, samples: npt.NDArray[Any], rate_hz: int, begin_ps: int = 0) -> int:
        """Let samples be heard from a moment on; returns the moment after the last."""
        if rate_hz <= 0:
            raise ValueError(f"a rate of {rate_hz} Hz")
        piece = Piece(as_levels(samples), rate_hz, begin_ps)
        self.pieces.append(piece)
        return piece.end_ps


class LevelStream:
    """Levels of a sound at another rate, in order, from a moment on.

    Sample n is the level at `start_ps` plus n periods. A piece begins at the first sample that is
    not before it; what was to be heard before the stream began is lost.
    """

    def __init__(self, sound: Sound, rate_hz: Fraction | int, start_ps: int) -> None:
        self._sound, self.rate_hz, self._start_ps = sound, Fraction(rate_hz), start_ps
        self.position = 0
        """Number of the sample that comes next."""
        self._seen = 0
        self._playing: list[_Resampled] = []

    def take(self, count: int) -> Levels:
        """The next samples."""
        for piece in self._sound.pieces[self._seen :]:
            self._playing.append(_Resampled(piece, self.rate_hz, self._start_ps))
        self._seen = len(self._sound.pieces)
        levels = np.zeros(count)
        for playing in self._playing:
            playing.add_to(levels, self.position)
        self._playing = [playing for playing in self._playing if not playing.is_over]
        self.position += count
        end_ps = self._start_ps + int(self.position * PS_PER_SECOND / self.rate_hz)
        self._sound.taken_ps = max(self._sound.taken_ps, end_ps)
        return levels


class _Resampled:
    """One piece at the rate of a stream.

    Chunks are resampled apart from each other, each with some of its neighbours around it. They
    begin where a sample of the piece and one of the stream coincide.
    """

    def __init__(self, piece: Piece, rate_hz: Fraction, start_ps: int) -> None:
        self._piece, self._rate_hz = piece, rate_hz
        delay_s = Fraction(piece.begin_ps - start_ps, PS_PER_SECOND)
        self._fed = max(0, int(-delay_s * piece.rate_hz))
        """Samples of the piece that have been resampled, or will not be heard."""
        self._next = max(0, math.ceil(delay_s * rate_hz))
        """The stream's sample that the first of `_waiting` belongs to."""
        self._waiting: Levels = np.zeros(0)
        self._ratio = rate_hz / piece.rate_hz
        unit = self._ratio.denominator
        self._chunk = unit * max(1, round(CHUNK_S * piece.rate_hz / unit))
        self._around = unit * math.ceil(NEIGHBOURS / unit)

    @property
    def is_over(self) -> bool:
        """Whether nothing of the piece is left."""
        return self._fed >= len(self._piece.levels) and not len(self._waiting)

    def _refill(self) -> None:
        """Resample a chunk."""
        levels, first = self._piece.levels, self._fed
        self._fed = last = min(len(levels), first + self._chunk)
        if self._ratio == 1:
            self._waiting = levels[first:last]
            return
        before = min(first, self._around)
        span = np.pad(levels[first - before : last + self._around], (self._around - before, 0))
        made = soxr.resample(span, self._piece.rate_hz, float(self._rate_hz), quality=QUALITY)
        skipped, count = int(self._around * self._ratio), math.ceil((last - first) * self._ratio)
        self._waiting = made[skipped : skipped + count]

    def add_to(self, levels: Levels, position: int) -> None:
        """Add what is to be heard in a span of the stream, whose first sample is `position`."""
        end = position + len(levels)
        while self._next < end and not self.is_over:
            if not len(self._waiting):
                self._refill()
                continue
            first = max(self._next, position)
            until = max(first, min(end, self._next + len(self._waiting)))
            heard = self._waiting[first - self._next : until - self._next]
            levels[first - position : first - position + len(heard)] += heard
            self._waiting = self._waiting[until - self._next :]
            self._next = until
