# SPDX-License-Identifier: Apache-2.0
"""Sound held against time: the clock on the wall, and the board's own, which may be another."""

from __future__ import annotations

from collections.abc import Callable


class Pace:
    """Sound from now on, due as it would be heard."""

    def __init__(
        self, host_s: Callable[[], float], board_s: Callable[[], float], rate_hz: int
    ) -> None:
        self._host_s, self._board_s, self._rate = host_s, board_s, rate_hz
        self._host_start_s, self._board_start_s = host_s(), board_s()
        self._samples = 0

    def add(self, samples: int) -> None:
        """So much more sound comes next; it is due when its last sample would be heard."""
        self._samples += samples

    @property
    def host_left_s(self) -> float:
        """Time on the wall until it is due; negative where it is late."""
        return self._host_start_s + self._samples / self._rate - self._host_s()

    @property
    def board_left_s(self) -> float:
        """The same in the board's time."""
        return self._board_start_s + self._samples / self._rate - self._board_s()
