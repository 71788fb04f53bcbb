# SPDX-License-Identifier: Apache-2.0
"""When a frame was, and when it is silent: the front-end's framing and gate, followed on this side.

The board says which frame of the clip a result belongs to. The gate drops frames, so the time of
one follows from the sound alone: here hops are counted and judged as firmware_templates/frontend/
does (frontend.c, gate.c), to the sample. CLIP_RESULT's count of frames shows that both agree.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from generator.frontend.framing import gate_hangover_hops, gate_samples, padding_samples
from generator.frontend.record import FrontendRecord

Samples = npt.NDArray[np.int16]


class Gate:
    """The silence gate: whether there is sound after each hop."""

    def __init__(self, record: FrontendRecord) -> None:
        gate = record.silence_gate
        least_rms = gate.threshold_rms if gate is not None else 0
        self._threshold = (least_rms * gate_samples(record)) ** 2
        self._hangover_hops = gate_hangover_hops(record)
        self._open_hops = 0

    def push(self, hop: Samples) -> bool:
        """Take the newest hop; whether the gate is open after it."""
        values = hop.astype(np.int64)
        scatter = len(hop) * int(np.dot(values, values)) - int(values.sum()) ** 2
        if scatter >= self._threshold:
            self._open_hops = self._hangover_hops + 1
        elif self._open_hops > 0:
            self._open_hops -= 1
        return self._open_hops > 0


class FrameTimes:
    """The frames of one clip, from the sound that it is made of; `kept`: how many times it knows.

    Samples are counted from the clip's first.
    """

    def __init__(self, record: FrontendRecord, kept: int) -> None:
        self._record = record
        self._gate = Gate(record)
        self._look = gate_samples(record)
        self._padding = padding_samples(record)
        self._stream = self._padding  # samples, zeros before the clip counted
        self._newest = np.zeros(self._look, np.int16)
        self._ends: deque[int] = deque(maxlen=kept)
        self.frames = 0
        """Frames that passed the gate."""
        self.has_opened = False
        """Whether the gate was open at any time."""
        self.silent_since: int | None = 0
        """The sample since which the gate is closed; None while it is open."""

    @property
    def samples(self) -> int:
        """Samples of the clip so far."""
        return self._stream - self._padding

    @property
    def until_hop_end(self) -> int:
        """Samples until the hop ends that is under way."""
        record, at = self._record, self._stream
        if record.hop_samples > record.frame_samples and at >= record.frame_samples:
            return record.hop_samples - (at - record.frame_samples) % record.hop_samples
        phase = record.frame_samples % self._look
        return phase + self._look - at if at < phase else self._look - (at - phase) % self._look

    def push(self, samples: Samples) -> None:
        """Take more of the clip's sound."""
        while len(samples):
            missing = self.until_hop_end
            taken = samples[:missing]
            samples = samples[missing:]
            self._newest = np.concatenate([self._newest, taken])[-self._look :]
            self._stream += len(taken)
            if len(taken) == missing:
                self._finish_hop()

    def finish(self) -> None:
        """The clip has ended: frames of a centred front-end reach over its end."""
        if self._padding and self._stream > self._padding:
            self.push(np.zeros(self._padding, np.int16))

    def _finish_hop(self) -> None:
        is_open = self._gate.push(self._newest)
        if is_open:
            self.silent_since, self.has_opened = None, True
        elif self.silent_since is None:
            self.silent_since = self.samples
        if is_open and self._stream >= self._record.frame_samples:
            self._ends.append(self.samples)
            self.frames += 1

    def end_of(self, frame: int) -> int | None:
        """The sample at which a frame of the clip ended; None where it is too old or not come."""
        behind = self.frames - frame
        return self._ends[-behind] if 0 < behind <= len(self._ends) else None
