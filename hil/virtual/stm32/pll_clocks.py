# SPDX-License-Identifier: Apache-2.0
"""The arithmetic that the PLLs of all families share: source / M, times N, over an output divider.

A family adds how its registers say these, and its limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


def mhz(hz: Fraction | int) -> str:
    """A frequency in MHz, as messages show it."""
    return f"{float(hz) / 1e6:g} MHz"


def outside(what: str, hz: Fraction | int, span_hz: tuple[int, int]) -> str | None:
    """Say that a frequency is outside its span, both ends allowed; None if it is not."""
    low_hz, high_hz = span_hz
    if low_hz <= hz <= high_hz:
        return None
    return f"{what} is {mhz(hz)}, outside {mhz(low_hz)} to {mhz(high_hz)}"


@dataclass(frozen=True, slots=True)
class PllClocks:
    """A PLL as its registers describe it, with the frequency of its source in Hz."""

    source_hz: int
    divider_m: int
    multiplier_n: Fraction
    divider_out: int
    """Divider of the output that can be SYSCLK."""

    @property
    def input_hz(self) -> Fraction:
        """Reference into the phase detector."""
        return Fraction(self.source_hz, self.divider_m)

    @property
    def vco_hz(self) -> Fraction:
        """Oscillator frequency."""
        return self.input_hz * self.multiplier_n

    @property
    def output_hz(self) -> Fraction:
        """The output that can be SYSCLK."""
        return self.vco_hz / self.divider_out
