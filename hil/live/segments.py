# SPDX-License-Identifier: Apache-2.0
"""Sound without end, cut into the clips that the board gets: where the firmware cuts it by itself.

The rule is that of firmware_templates/library/continuous.c, in the same samples: a segment ends
when no frame has passed the gate for a second, or for twice the hops that a patch takes to fill.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.frontend.record import FrontendRecord
from generator.model.patches import PatchRule
from hil.live.frame_times import FrameTimes, Samples

QUIET_S = 600.0
"""Longest clip without a frame. The next one has the same hops, so nothing is heard of the cut."""

LONGEST_S = 86_400.0
"""Longest clip. The board counts its samples in 32 bits: 74 hours at 16 kHz."""

KEPT_FRAMES = 4096
"""Frames, beside a patch, of which an answer may still come."""


def end_samples(record: FrontendRecord, patches: PatchRule) -> int:
    """Samples without a frame that end a segment: CONTINUOUS_END_SAMPLES."""
    second_hops = -(-record.sample_rate_hz // record.hop_samples)
    fill_hops = -(-patches.frames // max(patches.pushes, 2))
    return max(second_hops, 2 * fill_hops) * record.hop_samples


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of sound that ends no later than a hop does."""

    samples: Samples
    passed: bool | None
    """Whether the frame that ends with it passed the gate; None: no frame ends with it."""
    ends_clip: bool


class Segments:
    """The clip under way, and where it ends."""

    def __init__(self, record: FrontendRecord, patches: PatchRule) -> None:
        self._record = record
        self._kept = patches.frames + KEPT_FRAMES
        self._silence = end_samples(record, patches)
        self._quiet = round(QUIET_S * record.sample_rate_hz / record.hop_samples)
        self._quiet *= record.hop_samples
        self._longest = round(LONGEST_S * record.sample_rate_hz)
        self.times = FrameTimes(record, self._kept)

    def begin(self) -> FrameTimes:
        """Begin a clip; its frames."""
        self.times = FrameTimes(self._record, self._kept)
        return self.times

    def split(self, samples: Samples) -> Iterator[Part]:
        """The sound in parts; where one ends the clip, `begin` is due before the next."""
        at = 0
        while at < len(samples):
            until_quiet = self._quiet - self.times.samples
            missing = self.times.until_hop_end
            if 0 < until_quiet < missing:
                missing = until_quiet
            part = samples[at : at + missing]
            at += len(part)
            passed = self.times.push(part)
            yield Part(part, passed, self._is_over(passed))

    def _is_over(self, passed: bool | None) -> bool:
        times = self.times
        if not times.frames:
            return not passed and times.samples == self._quiet
        if passed is None:
            return False
        silent = times.samples - times.heard_end
        return silent >= self._silence or times.samples >= self._longest
