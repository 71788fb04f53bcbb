# SPDX-License-Identifier: Apache-2.0
"""Does a conversation get on? Bytes alone are no answer: zeros, or credit that nobody needs, go on
for ever where a firmware hangs in its transmitter.
"""

from __future__ import annotations

from collections.abc import Callable

from hil.link.errors import LinkSilentError

WITHOUT_PROGRESS = 2.0
"""So many times the longest silence may pass between two things that count: the device may be busy
for one of them, and then send."""

LONGER_THAN_SOUND = 10.0
"""So many times a clip's own length may its answer take, beside `AT_LEAST` silences. A device that
needs more than 2.5 times a patch's step for a patch is silent too long before."""

AT_LEAST = 5.0
READ_BACK_S = 600.0
"""Longest time for one patch with taps: its layers' outputs may be some MB."""

_REMEDY = "reset the board; if it happens again, build and flash this version's firmware"


class Progress:
    """The time since a conversation last got on, and since it began."""

    def __init__(
        self, clock_s: Callable[[], float], silence_s: float, limit_s: float | None = None
    ) -> None:
        self._clock_s = clock_s
        self._longest_s = WITHOUT_PROGRESS * silence_s
        self._limit_s = limit_s
        self._begin_s = self._last_s = clock_s()

    def note(self) -> None:
        """Something was sent, or said, that counts."""
        self._last_s = self._clock_s()

    def check(self) -> None:
        """Raise LinkSilentError where it does not get on, or has taken too long in all."""
        now_s = self._clock_s()
        if now_s - self._last_s > self._longest_s:
            raise stalled(self._longest_s)
        if self._limit_s is not None and now_s - self._begin_s > self._limit_s:
            what = f"the device answers without end: more than {self._limit_s:g} s"
            raise LinkSilentError(what, _REMEDY)


def stalled(seconds: float) -> LinkSilentError:
    """The error for a device that has sent nothing of use for so long."""
    what = f"the device sends bytes, but for {seconds:g} s none that bring it on"
    return LinkSilentError(what, _REMEDY)


def limit_of(silence_s: float, sound_s: float) -> float:
    """Seconds that a clip of so many seconds may take in all."""
    return LONGER_THAN_SOUND * sound_s + AT_LEAST * silence_s
