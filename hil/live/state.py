# SPDX-License-Identifier: Apache-2.0
"""What the view shows, gathered as it comes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from hil.live.observations import (
    Counts,
    EventSeen,
    FrameSeen,
    LoadSeen,
    PatchSeen,
    Samples,
    Setup,
)

SHOWN_S = 8.0
"""Sound on the screen, from its left edge to its right."""

KEPT_EVENTS = 100


@dataclass
class LiveState:
    """The newest seconds, and where things stand."""

    setup: Setup
    time_s: float = 0.0
    """How far the sound is."""
    frames: deque[FrameSeen] = field(default_factory=deque)
    patches: deque[PatchSeen] = field(default_factory=deque)
    active: dict[str, EventSeen] = field(default_factory=dict)
    """The beginnings of classes that have not ended, the newest last."""
    events: deque[EventSeen] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    newest_load: LoadSeen | None = None
    counted: Counts = field(default_factory=Counts)
    note: str = ""
    """The newest line for the user."""

    def start(self, setup: Setup) -> None:
        """It was given already."""

    def sound(self, samples: Samples) -> None:
        """Not shown."""

    def frame(self, frame: FrameSeen) -> None:
        """Keep a frame as long as it is shown."""
        self.frames.append(frame)
        self._advance(frame.time_s)

    def patch(self, patch: PatchSeen) -> None:
        """Keep a patch as long as it is shown."""
        self.patches.append(patch)
        self._advance(patch.time_s)

    def event(self, event: EventSeen) -> None:
        """A class begins or ends."""
        self.active.pop(event.label, None)
        if event.begins:
            self.active[event.label] = event
        self.events.append(event)
        self._advance(event.time_s)

    def load(self, load: LoadSeen) -> None:
        """The newest load."""
        self.newest_load = load

    def counts(self, time_s: float, counts: Counts) -> None:
        """How far it is."""
        self.counted = counts
        self._advance(time_s)

    def told(self, time_s: float, text: str) -> None:
        """The newest line."""
        self.note = text
        self._advance(time_s)

    def finish(self, time_s: float, counts: Counts, *, interrupted: bool) -> None:
        """The last figures."""
        self.counts(time_s, counts)

    def _advance(self, time_s: float) -> None:
        self.time_s = max(self.time_s, time_s)
        oldest_s = self.time_s - SHOWN_S
        while self.frames and self.frames[0].time_s < oldest_s:
            self.frames.popleft()
        # The scores hold until the next patch: one from before is shown at the left edge.
        while len(self.patches) > 1 and self.patches[1].time_s < oldest_s:
            self.patches.popleft()
