# SPDX-License-Identifier: Apache-2.0
"""The running decision over what a board answers, in the order of the sound.

The board's answers come a little after their sound. What is known of the sound (frames that pass
the gate, and those that do not) waits in a queue behind every patch that is still to be answered.
So events are those of firmware_templates/library/continuous.c, in which no answer is late.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from generator.model.event_rule import Event, EventRule, RunningDecision
from generator.model.patches import PatchRule


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame has ended with that sample of the whole sound."""

    sample: int
    passed: bool


@dataclass(frozen=True, slots=True)
class _Due:
    """A patch whose last frame ended there is to be answered."""

    sample: int


@dataclass(frozen=True, slots=True)
class _SegmentEnd:
    """What comes next is another segment."""


class RunningEvents:
    """Frames, ends of segments and answers in; events out. Samples are those of the whole sound."""

    def __init__(self, rule: EventRule, patches: PatchRule, hop_samples: int) -> None:
        self._decision = RunningDecision(rule)
        self._patches, self._hop = patches, hop_samples
        self._step = patches.step * hop_samples
        self._waiting: deque[_Frame | _Due | _SegmentEnd] = deque()
        self._answers: deque[Sequence[int]] = deque()
        self._frames = self._due = 0  # of the segment, as they were announced
        self._heard_end = 0
        self._has_frames = self._has_patch = False  # of the segment, as far as it is decided
        self._silence_begin = 0

    def frame(self, sample: int, *, passed: bool) -> tuple[Event, ...]:
        """A frame has ended with that sample, and passed the gate or not."""
        self._waiting.append(_Frame(sample, passed))
        if passed:
            self._frames += 1
            self._heard_end = sample
            beyond = self._frames - self._patches.frames
            if beyond >= 0 and beyond % self._patches.step == 0:
                self._announce()
        return self._advance()

    def end_segment(self) -> tuple[Event, ...]:
        """The segment has ended; one with frames and no patch is answered by a filled one."""
        if self._frames and not self._due:
            self._announce()
        self._waiting.append(_SegmentEnd())
        self._frames = self._due = 0
        return self._advance()

    def patch(self, scores: Sequence[int]) -> tuple[Event, ...]:
        """The next patch was answered."""
        self._answers.append(scores)
        return self._advance()

    def forget(self) -> tuple[Event, ...]:
        """What is not answered yet never will be: the link was taken up again."""
        kept = [one for one in self._waiting if not isinstance(one, _Due)]
        self._waiting = deque([*kept, _SegmentEnd()])
        self._answers.clear()
        self._frames = self._due = 0
        return self._advance()

    @property
    def next_sample(self) -> int | None:
        """The end of the patch that is answered next; None where none is due."""
        due = (one.sample for one in self._waiting if isinstance(one, _Due))
        return next(due, None)

    def _announce(self) -> None:
        self._due += 1
        self._waiting.append(_Due(self._heard_end))

    def _advance(self) -> tuple[Event, ...]:
        events: list[Event] = []
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, _Due) and not self._answers:
                break
            self._waiting.popleft()
            if isinstance(first, _Due):
                events += self._decision.step(self._answers.popleft(), first.sample)
                self._has_patch = True
            elif isinstance(first, _SegmentEnd):
                self._has_frames = self._has_patch = False
            elif first.passed:
                events += self._silence(max(0, first.sample - self._hop))
                self._silence_begin, self._has_frames = first.sample, True
            elif self._has_patch or not self._has_frames:
                events += self._silence(first.sample)
        return tuple(events)

    def _silence(self, until: int) -> list[Event]:
        """Every whole step without a frame up to that sample."""
        events: list[Event] = []
        while until >= self._silence_begin + self._step:
            self._silence_begin += self._step
            events += self._decision.step(None, self._silence_begin)
        return events
