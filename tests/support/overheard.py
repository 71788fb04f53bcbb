# SPDX-License-Identifier: Apache-2.0
"""What an image that listens by itself says and shows on a virtual board while sound is played."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hil.virtual.machine import Machine
from hil.virtual.stm32.leds_and_buttons import LedChange, leds_of

STEP_S = 0.01
"""How exactly the time of a line is taken."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, and when its last byte came, in virtual time."""

    seconds: float
    text: str


@dataclass(slots=True)
class Overheard:
    """A virtual board with its image, as somebody in the room and at its serial port sees it."""

    machine: Machine
    lines: list[Line] = field(default_factory=list)
    _rest: bytes = b""

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end_s = self.machine.seconds + seconds
        while (left := end_s - self.machine.seconds) > 0:
            self.machine.run(min(STEP_S, left))
            self._rest += bytes(self.machine.line.from_board)
            self.machine.line.forget_received()
            *whole, self._rest = self._rest.split(b"\n")
            self.lines += [
                Line(self.machine.seconds, text.decode("ascii").rstrip("\r")) for text in whole
            ]

    def hear(
        self, samples: npt.NDArray[np.generic], rate_hz: int, more_s: float = 0.0
    ) -> tuple[float, float]:
        """Play samples, and `more_s` of silence after them; returns when they began and ended."""
        end_s = self.machine.hear(samples, rate_hz)
        self.run(end_s - self.machine.seconds + more_s)
        return end_s - len(samples) / rate_hz, end_s

    def said(self, begin: str = "") -> list[str]:
        """The lines so far that begin so."""
        return [line.text for line in self.lines if line.text.startswith(begin)]

    def led_changes(self) -> dict[str, list[LedChange]]:
        """When the LEDs went on and off."""
        return {name: led.changes for name, led in leds_of(self.machine).items()}
