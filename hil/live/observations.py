# SPDX-License-Identifier: Apache-2.0
"""What a board is seen to hear, as it comes. Times are in the sound's own seconds, from its start.

Whoever shows or keeps it is an `Observer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from generator.model.decision import SHARE_STEPS, ZERO_SHARE_STEP

Int8 = npt.NDArray[np.int8]
Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Setup:
    """What is listened with."""

    board: str
    virtual: bool
    model: str
    labels: tuple[str, ...]
    sample_rate_hz: int
    hop_s: float
    bands: int
    source: str
    """What is heard, in words."""
    rule: str
    """How classes begin and end, in words."""


@dataclass(frozen=True, slots=True)
class FrameSeen:
    """One frame that passed the silence gate, as the network got it."""

    time_s: float
    """The end of its last sample."""
    cells: Int8
    """int8 [bands]"""


@dataclass(frozen=True, slots=True)
class PatchSeen:
    """The scores of one patch."""

    time_s: float
    """The end of its last sample."""
    shares: tuple[float, ...]
    """One a class, 0 to 1; of logits, where the int8 value lies between the lowest and highest."""


@dataclass(frozen=True, slots=True)
class EventSeen:
    """A class begins or ends."""

    time_s: float
    label: str
    begins: bool
    share: float | None = None
    """Its mean score then; None where that was not told."""
    begin_s: float | None = None
    """Of an end: when it had begun; None where that was not told."""

    @property
    def text(self) -> str:
        """As the monitor prints it: `12.34 s dog 0.93`, `15.02 s dog ends`."""
        if not self.begins:
            return f"{self.time_s:.2f} s {self.label} ends"
        share = "" if self.share is None else f" {self.share:.2f}"
        return f"{self.time_s:.2f} s {self.label}{share}"


@dataclass(frozen=True, slots=True)
class LoadSeen:
    """How busy the core is."""

    time_s: float
    percent: float
    """Share of its cycles that the sound took."""
    asleep_percent: float | None = None
    """None where that was not told."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What went wrong so far, and how far behind the sound is."""

    late_s: float = 0.0
    """How much later than in real time the newest sound was taken."""
    worst_late_s: float = 0.0
    late_pieces: int = 0
    """Pieces of sound that were taken later than the next one was due."""
    dropped_samples: int = 0
    """Samples of a microphone for which there was no time."""
    overruns: int = 0
    """Words of the board's own microphone that were lost."""
    board_dropped: int = 0
    """Lines of the monitor for which the board's serial port had no room."""
    resent: int = 0
    """Times that sound was resent after a damaged frame."""
    recoveries: int = 0
    """Times that the link was taken up again."""


class Observer(Protocol):
    """Shows or keeps what is seen."""

    def start(self, setup: Setup) -> None:
        """What is listened with; before everything else."""

    def sound(self, samples: Samples) -> None:
        """Sound as it goes to the board."""

    def frame(self, frame: FrameSeen) -> None:
        """A frame."""

    def patch(self, patch: PatchSeen) -> None:
        """A patch's scores."""

    def event(self, event: EventSeen) -> None:
        """A class begins or ends."""

    def load(self, load: LoadSeen) -> None:
        """How busy the core is."""

    def counts(self, time_s: float, counts: Counts) -> None:
        """How far the sound is, and what went wrong until then; several times a second."""

    def told(self, time_s: float, text: str) -> None:
        """A line for the user: a recovery, a file that begins."""

    def finish(self, time_s: float, counts: Counts, *, interrupted: bool) -> None:
        """The end; files are complete when this returns."""


def share_of(score: int) -> float:
    """An int8 score as a share of 1."""
    return (score - ZERO_SHARE_STEP) / SHARE_STEPS


class Observers:
    """Several of them as one."""

    def __init__(self, *members: Observer) -> None:
        self._members = members

    def start(self, setup: Setup) -> None:
        """Pass it on, as all of these do."""
        for one in self._members:
            one.start(setup)

    def sound(self, samples: Samples) -> None:
        """Pass it on."""
        for one in self._members:
            one.sound(samples)

    def frame(self, frame: FrameSeen) -> None:
        """Pass it on."""
        for one in self._members:
            one.frame(frame)

    def patch(self, patch: PatchSeen) -> None:
        """Pass it on."""
        for one in self._members:
            one.patch(patch)

    def event(self, event: EventSeen) -> None:
        """Pass it on."""
        for one in self._members:
            one.event(event)

    def load(self, load: LoadSeen) -> None:
        """Pass it on."""
        for one in self._members:
            one.load(load)

    def counts(self, time_s: float, counts: Counts) -> None:
        """Pass it on."""
        for one in self._members:
            one.counts(time_s, counts)

    def told(self, time_s: float, text: str) -> None:
        """Pass it on."""
        for one in self._members:
            one.told(time_s, text)

    def finish(self, time_s: float, counts: Counts, *, interrupted: bool) -> None:
        """Let each finish, whatever the others do; the first failure is raised in the end."""
        failure: Exception | None = None
        for one in self._members:
            try:
                one.finish(time_s, counts, interrupted=interrupted)
            except Exception as error:
                failure = failure or error
        if failure is not None:
            raise failure
