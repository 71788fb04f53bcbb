# SPDX-License-Identifier: Apache-2.0
"""The view in a terminal: drawn ten times a second at most; events stay above it as lines."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live

from hil.live.drawing import Look, draw
from hil.live.observations import (
    Counts,
    EventSeen,
    FrameSeen,
    LoadSeen,
    PatchSeen,
    Samples,
    Setup,
)
from hil.live.state import LiveState
from hil.live.summary import summary_lines

REDRAW_S = 0.1
DRAWING_SHARE = 0.2
"""Most time that drawing may take: on a slow machine it is drawn less often."""


class View:
    """An observer that draws; the terminal is as it was when `finish` or `close` returns."""

    def __init__(
        self, console: Console, setup: Setup, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._console, self._clock_s = console, clock_s
        self._look = Look(
            colour=console.color_system is not None and not console.no_color,
            ascii_only=console.options.ascii_only,
        )
        self.state = LiveState(setup)
        self._next_s = 0.0
        self._live = Live(
            console=console, auto_refresh=False, redirect_stderr=False, vertical_overflow="crop"
        )

    def start(self, setup: Setup) -> None:
        """Take the terminal."""
        self._live.start()
        self._draw()

    def sound(self, samples: Samples) -> None:
        """Not shown."""

    def frame(self, frame: FrameSeen) -> None:
        """Shown with the next counts."""
        self.state.frame(frame)

    def patch(self, patch: PatchSeen) -> None:
        """Shown with the next counts."""
        self.state.patch(patch)

    def event(self, event: EventSeen) -> None:
        """A line that stays, as the monitor prints it."""
        self.state.event(event)
        self._print(event.text)

    def load(self, load: LoadSeen) -> None:
        """Shown with the next counts."""
        self.state.load(load)

    def counts(self, time_s: float, counts: Counts) -> None:
        """Draw, if it is time."""
        self.state.counts(time_s, counts)
        if self._clock_s() >= self._next_s:
            self._draw()

    def told(self, time_s: float, text: str) -> None:
        """A line that stays."""
        self.state.told(time_s, text)
        self._print(f"[{time_s:.2f} s] {text}")

    def finish(self, time_s: float, counts: Counts, *, interrupted: bool) -> None:
        """Leave the last picture, and the figures below it."""
        self.state.finish(time_s, counts, interrupted=interrupted)
        self._draw()
        self.close()
        for line in summary_lines(self.state.setup, time_s, counts):
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Give the terminal back."""
        self._live.stop()

    def _print(self, text: str) -> None:
        self._live.console.print(text, markup=False, highlight=False)

    def _draw(self) -> None:
        begun_s = self._clock_s()
        size = self._console.size
        lines = draw(self.state, size.width, size.height - 1, self._look)
        self._live.update(Group(*lines), refresh=True)
        took_s = self._clock_s() - begun_s
        self._next_s = begun_s + max(REDRAW_S, took_s / DRAWING_SHARE)
