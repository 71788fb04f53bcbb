# SPDX-License-Identifier: Apache-2.0
"""Clips whose end nobody knows yet: sound goes to the device as it comes, answers come back.

Nothing here waits for sound. `exchange` sends what the device has room for, and takes what it
says. A frame that was damaged or lost on its way is resent from what is kept here, as `play_clip`
of `Link` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from generator.wire import AUDIO_LIMIT_SAMPLES, ClipFlag
from generator.wire.messages import (
    ClipAudio,
    ClipBegin,
    ClipEnd,
    ClipResult,
    Message,
    Refused,
)
from hil.link.client import Link
from hil.link.deadlines import ATTEMPTS
from hil.link.errors import LinkSilentError, RefusedError
from hil.link.progress import WITHOUT_PROGRESS, stalled
from hil.link.value_check import check_shape

Samples = npt.NDArray[np.int16]

_SAMPLE_BYTES = 2
KEPT_BYTES = 1 << 18
"""Of what was sent, for resending: 8 s at 16 kHz. A device's whole window is an eighth of a second
of it, and what it says comes back within its silence, 2 s."""


class SoundStream:
    """Clips one after another over one link; a clip is complete when CLIP_RESULT has come."""

    def __init__(self, link: Link, clock_s: Callable[[], float], silence_s: float) -> None:
        self._link = link
        self._clock_s = clock_s
        self._silence_s = silence_s
        self._clip_id = 0
        self._is_open = False
        self.resent: list[str] = []
        """Why a part was resent, once for each time."""

        self._clear()

    def _clear(self) -> None:
        self._bytes = bytearray()  # from `_first` on, all that is kept and all that waits
        self._first = self._sent = 0  # samples since CLIP_BEGIN
        self._begin_sent = self._end_sent = self._is_ending = False
        self._stuck = Counter[int]()
        self._heard_s = self._clock_s()

    @property
    def is_open(self) -> bool:
        """Whether a clip is under way: begun, and its result has not come."""
        return self._is_open

    @property
    def clip_id(self) -> int:
        """The number of the newest clip."""
        return self._clip_id

    @property
    def waiting_samples(self) -> int:
        """Samples that the device had no room for yet."""
        return self._samples - self._sent

    @property
    def _samples(self) -> int:
        return self._first + len(self._bytes) // _SAMPLE_BYTES

    def begin(self) -> None:
        """Start a clip; one that is under way is forgotten, as the device forgets it."""
        self._clip_id = self._clip_id % 0x7FFFFFFF + 1
        self._is_open = True
        self._clear()

    def add(self, samples: Samples) -> None:
        """Take more of the clip's sound, int16."""
        self._bytes += samples.astype("<i2").tobytes()

    def end(self) -> None:
        """No more sound belongs to this clip: its result comes when all was taken."""
        self._is_ending = True

    def exchange(self, timeout_s: float) -> list[Message]:
        """Send what the device has room for; what it answers, waiting so long for a first byte.

        Raises a LinkError where the device refuses, restarts, says what makes no sense, or does not
        get on though it owes.
        """
        sent = self._sent
        self._send()
        answers: list[Message] = []
        refused: RefusedError | None = None
        try:
            for message in self._link.receive(timeout_s):
                if isinstance(message, Refused):
                    error = RefusedError.from_message(message)
                    if not error.is_repeatable or not self._is_open:
                        raise error
                    refused = refused or error
                else:
                    check_shape(message, self._link.known)
                    answers.append(message)
        except LinkSilentError:  # within the timeout
            if self._owes and self._clock_s() - self._heard_s > self._silence_s:
                raise
        if answers or refused is not None or self._sent != sent:
            self._heard_s = self._clock_s()
        elif self._owes:  # bytes came: do they bring anything on?
            longest_s = WITHOUT_PROGRESS * self._silence_s
            if self._clock_s() - self._heard_s > longest_s:
                raise stalled(longest_s)
        if refused is not None:
            self._resume(refused, answers)
        if any(isinstance(one, ClipResult) and one.clip_id == self._clip_id for one in answers):
            self._is_open = False
        self._send()
        if not self._owes:
            self._heard_s = self._clock_s()
        return answers

    @property
    def _owes(self) -> bool:
        """Whether the device has to say something: give room, or the clip's result."""
        return self._is_open and (self._end_sent or self.waiting_samples > 0)

    def _send(self) -> None:
        if not self._is_open:
            return
        if not self._begin_sent:
            begin = ClipBegin(clip_id=self._clip_id, flags=ClipFlag.FEATURES)
            self._begin_sent = self._link.offer(begin)
        while self._begin_sent and self._sent < self._samples:
            at = _SAMPLE_BYTES * (self._sent - self._first)
            piece = bytes(self._bytes[at : at + _SAMPLE_BYTES * AUDIO_LIMIT_SAMPLES])
            if not self._link.offer(ClipAudio(samples=piece)):
                break
            self._sent += len(piece) // _SAMPLE_BYTES
        if self._is_ending and not self._end_sent and self._sent == self._samples:
            self._end_sent = self._link.offer(ClipEnd(sample_count=self._samples))
        self._forget()

    def _forget(self) -> None:
        """Keep no more of what was sent than may have to be resent."""
        spare = _SAMPLE_BYTES * (self._sent - self._first) - KEPT_BYTES
        if spare > KEPT_BYTES:  # in large pieces: each moves what is kept
            del self._bytes[:spare]
            self._first += spare // _SAMPLE_BYTES

    def _resume(self, refused: RefusedError, answers: list[Message]) -> None:
        sample = self._link.resume(self._clip_id, refused, answers)
        self._stuck[sample] += 1
        if self._stuck[sample] > ATTEMPTS or not self._first <= sample <= self._samples:
            raise refused
        self.resent.append(refused.what)
        self._sent, self._end_sent = sample, False
