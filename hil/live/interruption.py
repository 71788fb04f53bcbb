# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM: seen within moments, whatever is waited for, and never in the middle of work.

While something is opened, a signal raises KeyboardInterrupt, as Ctrl-C does everywhere. Once sound
runs it is only noted, and the loop ends by itself between two turns: the emulator is left whole,
the terminal and the files are closed in order.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Whether the user wants to end; `is_noted`: a signal is noted, and raises nothing."""

    def __init__(self) -> None:
        self.requested = False
        self.is_noted = False

    def request(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Take a signal; the second one raises in any case."""
        again, self.requested = self.requested, True
        if again or not self.is_noted:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raise KeyboardInterrupt where one was requested, and nobody has ended yet."""
        if self.requested:
            raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Take both signals until the end; only the main thread may do so."""
    interruption = Interruption()
    before = {number: signal.signal(number, interruption.request) for number in SIGNALS}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
