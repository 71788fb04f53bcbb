# SPDX-License-Identifier: Apache-2.0
"""A digital microphone: a sigma-delta modulator of third order, one bit a clock.

Noise of the bits is shaped by (1 - 1/z)^3 / A(z), where A is that of a Butterworth high-pass whose
gain is 1.5 at half the clock: -104 dB of full scale up to 8 kHz at a clock of 1.6 MHz, about what a
good microphone has of itself. At a level of x the share of ones is (1 + x) / 2. Above 0.75 of full
scale the modulator overloads, and what it gives is distorted, as a microphone's is at its acoustic
overload point; it recovers. All in integers: the same on every computer that resamples alike.
"""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

import math
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from hil.virtual.sound.sound import Levels, LevelStream, Sound

Bits: TypeAlias = npt.NDArray[np.int8]
"""+1 for a high level of the data line, -1 for a low one."""

ONE = 1 << 24
"""A level of 1.0 in the modulator."""
SCALE_BITS = 20
POLES = tuple(round(value * (1 << SCALE_BITS)) for value in (-2.19958, 1.68934, -0.44441))
"""A(z) without its first coefficient, 1."""
ERRORS = tuple(
    zero * (1 << SCALE_BITS) - pole for zero, pole in zip((-3, 3, -1), POLES, strict=True)
)
"""What becomes of past errors: (1 - 1/z)^3 - A(z)."""
SUPPLY = 3 * ONE
"""Where the input of the comparator saturates."""
SEED = (0x1A6D3, -0x0B52F, 0x07C11)
"""Errors before the start: about 1/150, -1/360 and 1/530 of full scale. Each microphone starts from
something."""
OFFSET = 311
"""Offset of a microphone, 2e-5 of full scale: silence then leads through many states."""


@njit(cache=True)
def _modulate(levels: Levels, state: npt.NDArray[np.int64], bits: Bits) -> None:
    error0, error1, error2, sum0, sum1, sum2 = state
    for index in range(levels.size):
        level = np.int64(np.rint(min(max(levels[index], -1.0), 1.0) * ONE)) + OFFSET
        feedback = ERRORS[0] * error0 + ERRORS[1] * error1 + ERRORS[2] * error2
        feedback -= POLES[0] * sum0 + POLES[1] * sum1 + POLES[2] * sum2
        feedback = (feedback + (1 << SCALE_BITS - 1)) >> SCALE_BITS
        compared = min(max(level + feedback, -SUPPLY), SUPPLY)
        bit = 1 if compared >= 0 else -1
        bits[index] = bit
        error0, error1, error2 = bit * ONE - compared, error0, error1
        sum0, sum1, sum2 = feedback, sum0, sum1
    state[:] = error0, error1, error2, sum0, sum1, sum2


def _noise(first_clock: int, count: int) -> Bits:
    """Bits without a pattern, the same for each clock (the numbers of SplitMix64)."""
    mixed = np.arange(first_clock, first_clock + count, dtype=np.uint64) * np.uint64(
        0x9E3779B97F4A7C15
    )
    mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    ones = (mixed >> np.uint64(63)).astype(np.int8)
    return np.where(ones, np.int8(1), np.int8(-1))


class PdmSource:
    """The bits of a microphone whose clock of `clock_hz` begins at `start_ps`.

    Bit n is what the data line carries in the clock's period n. Before `settle_s` have passed the
    bits are noise.
    """

    def __init__(
        self,
        sound: Sound,
        clock_hz: Fraction | int,
        start_ps: int = 0,
        settle_s: Fraction | float = 0,
    ) -> None:
        self.clock_hz = Fraction(clock_hz)
        self._settled = math.ceil(Fraction(settle_s) * self.clock_hz)
        self._levels = LevelStream(sound, clock_hz, start_ps)
        self._state = np.array([*SEED, 0, 0, 0], np.int64)

    @property
    def position(self) -> int:
        """Number of the clock whose bit comes next."""
        return self._levels.position

    def bits(self, first_clock: int, count: int) -> Bits:
        """Bits of `count` clocks; a microphone cannot go back, clocks left out pass."""
        if first_clock < self.position:
            raise ValueError(f"clock {first_clock} has passed; the next is {self.position}")
        skipped = first_clock - self.position
        bits = np.empty(skipped + count, np.int8)
        _modulate(self._levels.take(skipped + count), self._state, bits)
        bits = bits[skipped:]
        unsettled = min(self._settled - first_clock, count)
        if unsettled > 0:
            bits[:unsettled] = _noise(first_clock, unsettled)
        return bits
