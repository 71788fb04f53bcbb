# SPDX-License-Identifier: Apache-2.0
"""Sound without end, cut into the clips that the board gets: where the monitor cuts it, too."""

from __future__ import annotations

from collections.abc import Iterator

from generator.frontend.record import FrontendRecord
from generator.model.patches import PatchRule
from hil.live.frame_times import FrameTimes, Samples

SILENCE_S = 1.0
"""Silence that ends a segment, counted from the hop at which the gate closed."""

QUIET_S = 600.0
"""Longest clip without a frame. Nothing is heard of its end: the next one has the same hops."""

LONGEST_S = 86_400.0
"""Longest clip. The board counts samples and the cycles of a patch in 32 bits: 74 hours."""

KEPT_FRAMES = 4096
"""Frames, beside a patch, of which an answer may still come."""


class Segments:
    """The clip under way, and where it ends."""

    def __init__(self, record: FrontendRecord, patches: PatchRule) -> None:
        self._record = record
        self._kept = patches.frames + KEPT_FRAMES
        rate = record.sample_rate_hz
        self._silence, self._quiet = round(SILENCE_S * rate), round(QUIET_S * rate)
        self._longest = round(LONGEST_S * rate)
        self.times = FrameTimes(record, self._kept)

    def begin(self) -> FrameTimes:
        """Begin a clip; its frames."""
        self.times = FrameTimes(self._record, self._kept)
        return self.times

    def split(self, samples: Samples) -> Iterator[tuple[Samples, bool]]:
        """Parts of the sound, and whether the clip ends behind each; `begin` is due then."""
        at = 0
        while at < len(samples):
            missing = self.times.until_hop_end
            part = samples[at : at + missing]
            self.times.push(part)
            at += len(part)
            yield part, len(part) == missing and self._is_over()

    def _is_over(self) -> bool:
        times = self.times
        silent = 0 if times.silent_since is None else times.samples - times.silent_since
        if times.has_opened:
            return silent >= self._silence or times.samples >= self._longest
        return times.samples >= self._quiet
