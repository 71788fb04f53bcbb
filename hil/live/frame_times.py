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

    @property
    def samples(self) -> int:
        """Samples of the clip so far."""
        return self._stream - self._padding

    @property
    def heard_end(self) -> int:
        """The end of the newest frame that passed the gate; 0 where there is none."""
        return self._ends[-1] if self._ends else 0

    @property
    def until_hop_end(self) -> int:
        """Samples until the hop ends that is under way."""
        record, at = self._record, self._stream
        if record.hop_samples > record.frame_samples and at >= record.frame_samples:
            return record.hop_samples - (at - record.frame_samples) % record.hop_samples
        phase = record.frame_samples % self._look
        return phase + self._look - at if at < phase else self._look - (at - phase) % self._look

    def push(self, samples: Samples) -> bool | None:
        """Take more of the clip's sound, at most up to the end of the hop.

        Returns whether the frame that ends with it passed the gate; None: no frame ends with it.
        """
        missing = self.until_hop_end
        assert len(samples) <= missing, "more than a hop"
        self._newest = np.concatenate([self._newest, samples])[-self._look :]
        self._stream += len(samples)
        if len(samples) < missing:
            return None
        is_open = self._gate.push(self._newest)
        if self._stream < self._record.frame_samples:
            return None
        if is_open:
            self._ends.append(self.samples)
            self.frames += 1
        return is_open

    def finish(self) -> int:
        """The clip has ended: frames of a centred front-end reach over its end; how many do."""
        before, left = self.frames, self._padding if self._stream > self._padding else 0
        while left > 0:
            taken = min(left, self.until_hop_end)
            self.push(np.zeros(taken, np.int16))
            left -= taken
        return self.frames - before

    def end_of(self, frame: int) -> int | None:
        """The sample at which a frame of the clip ended; None where it is too old or not come."""
        behind = self.frames - frame
        return self._ends[-behind] if 0 < behind <= len(self._ends) else None
