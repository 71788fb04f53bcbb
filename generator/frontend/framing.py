# SPDX-License-Identifier: Apache-2.0
"""From a clip's samples to frames: how many, where they begin, and what the silence gate looks at.

docs/frontend.md, sections 1 and 7.
"""

from __future__ import annotations

from generator.errors import Fault
from generator.frontend.record import FrontendRecord

LONGEST_HOP_SAMPLES = 1 << 20
"""Of a minute at 16 kHz: more is a slip."""
SHORTEST_GATE_SAMPLES = 16
"""The RMS of fewer says nothing of a sound's level."""
LARGEST_THRESHOLD_RMS = 32767
LONGEST_HANGOVER_MS = 3_600_000


def padding_samples(record: FrontendRecord) -> int:
    """Return the zeros before a clip's first and after its last sample: half a frame, or none.

    As librosa.stft with center=True and pad_mode="constant".
    """
    return record.frame_samples // 2 if record.centred else 0


def gate_samples(record: FrontendRecord) -> int:
    """Return the samples that the gate looks at: a hop, or the frame where that is shorter."""
    return min(record.hop_samples, record.frame_samples)


def gate_hangover_hops(record: FrontendRecord) -> int:
    """Return the hops for which the gate stays open after the last loud one; 0 without a gate."""
    gate = record.silence_gate
    hangover_ms = gate.hangover_ms if gate is not None else 0.0
    return round(hangover_ms * record.sample_rate_hz / 1000 / record.hop_samples)


def frames_of(record: FrontendRecord, samples: int) -> int:
    """Return the frames of a clip of that many samples, where no gate drops any."""
    stream = samples + 2 * padding_samples(record)
    if samples == 0 or stream < record.frame_samples:
        return 0
    return 1 + (stream - record.frame_samples) // record.hop_samples


def samples_for(record: FrontendRecord, frames: int) -> int:
    """Return the shortest clip, in samples, that has so many frames."""
    if frames == 0:
        return 0
    stream = (frames - 1) * record.hop_samples + record.frame_samples
    return max(stream - 2 * padding_samples(record), 1)


def framing_faults(record: FrontendRecord) -> list[Fault]:
    """What of hop and gate is not computed."""
    faults = []
    if not 1 <= record.hop_samples <= LONGEST_HOP_SAMPLES:
        what = f"{record.hop_samples} is out of range"
        faults.append(Fault("hop_samples", what, f"give 1 to {LONGEST_HOP_SAMPLES}"))
    gate = record.silence_gate
    if gate is None:
        return faults
    limits = {"threshold_rms": LARGEST_THRESHOLD_RMS, "hangover_ms": LONGEST_HANGOVER_MS}
    faults += [
        Fault(f"silence_gate.{key}", f"{getattr(gate, key):g} is out of range", f"give 0 to {most}")
        for key, most in limits.items()
        if not 0 <= getattr(gate, key) <= most
    ]
    if 1 <= record.hop_samples < SHORTEST_GATE_SAMPLES:
        what = f"a hop of {record.hop_samples} samples is too short to tell silence from sound"
        remedy = f"give hops of {SHORTEST_GATE_SAMPLES} samples at least, or `silence_gate: null`"
        faults.append(Fault("silence_gate", what, remedy))
    return faults
