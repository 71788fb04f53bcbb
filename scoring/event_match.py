# SPDX-License-Identifier: Apache-2.0
"""Events held against what was labelled: which were right, missed, or false alarms.

A labelled sound is *found* if an event of its class begins from its first sample on, and at most
`tolerance_s` after its last: an event needs a patch, so that of a short sound comes after it. It is
*missed* otherwise. An event of a class that no such sound explains is a *false alarm*; several
events of one sound are one find and no alarm. An event may begin while that of the sound before
goes on: such a sound of the same class counts as found too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SECONDS_AN_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Span:
    """A class and the time that it takes, in seconds: a labelled sound, or an event."""

    label: int
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class EventCount:
    """What was counted over recordings of `seconds` together."""

    found: int
    missed: int
    false_alarms: int
    seconds: float

    @property
    def sounds(self) -> int:
        """Labelled sounds."""
        return self.found + self.missed

    @property
    def miss_share(self) -> float:
        """Missed of all labelled sounds, 0 to 1; 0 without any."""
        return self.missed / self.sounds if self.sounds else 0.0

    @property
    def false_alarms_an_hour(self) -> float:
        """False alarms an hour of recording; 0 without any recording."""
        return self.false_alarms * SECONDS_AN_HOUR / self.seconds if self.seconds else 0.0

    def __add__(self, other: EventCount) -> EventCount:
        """Both together."""
        return EventCount(
            self.found + other.found,
            self.missed + other.missed,
            self.false_alarms + other.false_alarms,
            self.seconds + other.seconds,
        )


NOTHING = EventCount(0, 0, 0, 0.0)


@dataclass(frozen=True, slots=True)
class Matched:
    """One recording's events, sorted out."""

    found: tuple[Span, ...]
    """Labelled sounds."""
    missed: tuple[Span, ...]
    """Labelled sounds."""
    false_alarms: tuple[Span, ...]
    """Events."""

    def count(self, seconds: float, labels: Iterable[int] | None = None) -> EventCount:
        """The numbers, over a recording of `seconds`; of some classes, or of all."""
        wanted = None if labels is None else set(labels)

        def number(spans: Sequence[Span]) -> int:
            return sum(wanted is None or span.label in wanted for span in spans)

        return EventCount(
            number(self.found), number(self.missed), number(self.false_alarms), seconds
        )


def match_events(sounds: Sequence[Span], events: Sequence[Span], tolerance_s: float) -> Matched:
    """Sort out the events of one recording against its labelled sounds."""
    found: list[Span] = []
    missed: list[Span] = []
    for sound in sounds:
        heard = any(
            event.label == sound.label
            and event.begin_s <= sound.end_s + tolerance_s
            and event.end_s > sound.begin_s
            for event in events
        )
        (found if heard else missed).append(sound)
    false_alarms = [
        event
        for event in events
        if not any(
            event.label == sound.label
            and sound.begin_s <= event.begin_s <= sound.end_s + tolerance_s
            for sound in sounds
        )
    ]
    return Matched(tuple(found), tuple(missed), tuple(false_alarms))
