# SPDX-License-Identifier: Apache-2.0
"""What listening without end must give, from its definition: written apart from the C.

Of a recording as a whole: where the gate lets frames pass, where segments end, and which steps are
silent. The patches of a segment are left to who has a network: they are those of a clip.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.frontend.record import FrontendRecord, SilenceGate
from generator.model.patches import PatchRule

Samples = NDArray[np.int16]


@dataclass(frozen=True)
class Segment:
    """A stretch of samples that is a clip to the listener."""

    begin: int
    end: int
    passed: list[int]
    """Ends of the frames that passed the gate, in samples since the recording's beginning."""


def end_samples(record: FrontendRecord, patches: PatchRule) -> int:
    """How long the gate is closed at the end of a segment."""
    fill_hops = -(-patches.frames // max(patches.pushes, 2))
    second = -(-record.sample_rate_hz // record.hop_samples)
    return record.hop_samples * max(second, 2 * fill_hops)


def segments(record: FrontendRecord, patches: PatchRule, samples: Samples) -> list[Segment]:
    """The segments of a recording; the last one has no end but the recording's."""
    longest = end_samples(record, patches)
    found: list[Segment] = []
    begin = 0
    while True:
        passed: list[int] = []
        end = len(samples)
        for frame_end, is_open in _frames(record, samples[begin:]):
            if is_open:
                passed.append(begin + frame_end)
            elif passed and begin + frame_end - passed[-1] >= longest:
                end = begin + frame_end
                break
        found.append(Segment(begin, end, passed))
        if end == len(samples):
            return found
        begin = end


def silent_steps(record: FrontendRecord, patches: PatchRule, samples: Samples) -> list[int]:
    """The ends of all silent steps of a recording whose last sound is long over."""
    step, hop = patches.step * record.hop_samples, record.hop_samples
    cut = segments(record, patches, samples)
    passed = [0, *itertools.chain.from_iterable(segment.passed for segment in cut)]
    found: list[int] = []
    for before, after in itertools.pairwise(passed):
        found += range(before + step, after - hop + 1, step)
    last = cut[-1]
    ends = [last.begin + end for end, _ in _frames(record, samples[last.begin :])]
    found += range(passed[-1] + step, max(ends, default=0) + 1, step)
    return found


def _frames(record: FrontendRecord, samples: Samples) -> list[tuple[int, bool]]:
    """The end of each frame of a clip, and whether it passes the gate."""
    hop, frame = record.hop_samples, record.frame_samples
    padding = frame // 2 if record.centred else 0
    stream = np.concatenate([np.zeros(padding, np.int64), samples.astype(np.int64)])
    gate = record.silence_gate or SilenceGate(threshold_rms=0, hangover_ms=0)
    hangover = round(gate.hangover_ms * record.sample_rate_hz / 1000 / hop)
    looked_at = min(hop, frame)
    first = frame if hop > frame else frame % hop + hop
    frames: list[tuple[int, bool]] = []
    open_hops = 0
    for end in range(first, len(stream) + 1, hop):
        block = stream[end - looked_at : end]
        scatter = looked_at * int(np.sum(block * block)) - int(np.sum(block)) ** 2
        if scatter >= (gate.threshold_rms * looked_at) ** 2:
            open_hops = hangover + 1
        else:
            open_hops = max(open_hops - 1, 0)
        if end >= frame:
            frames.append((end - padding, open_hops > 0))
    return frames
