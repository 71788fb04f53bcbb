# SPDX-License-Identifier: Apache-2.0
"""One filter of the DFSDM while it converts: which bits it takes, and when its results are there.

All times are counted in periods of CKOUT since it began, so that nothing is rounded on the way.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hil.virtual.sound.cic import cic_state, sinc_decimate
from hil.virtual.stm32.dfsdm_registers import RCIP, REOCF, ROVRF, Conversion, Words
from hil.virtual.stm32.pdm_input import PdmInput

AHEAD_BITS = 16_000
"""Bits that are filtered at once, ahead of their time: nothing that they come from changes."""


@dataclass(slots=True)
class Run:
    """A conversion without end: from the start to the last result that was made."""

    conversion: Conversion
    channel: int
    line: PdmInput
    first_clock: int
    """The first bit that the filter takes."""
    made: int = 0
    """Results so far."""
    _state: Words = field(default_factory=cic_state)
    _ahead: Words = field(default_factory=lambda: np.zeros(0, np.int64))
    """Results that were made before their time."""
    _fed: int = 0
    """Bits that the filter has taken."""

    def due(self, now_ps: int) -> int:
        """Results that there are by a time."""
        periods = self.line.clocks_by(now_ps) - self.first_clock
        behind = periods - self.conversion.bits_to_first
        return 0 if behind < 0 else behind // self.conversion.bits_each + 1

    def time_ps(self, index: int) -> int:
        """When the result of this number, counted from 0, is there."""
        conversion = self.conversion
        bits = conversion.bits_to_first + index * conversion.bits_each
        return self.line.time_of(self.first_clock + bits)

    def take(self, due: int) -> Words:
        """The results after the last ones, up to the one of number `due` - 1."""
        count = due - self.made
        if count > len(self._ahead):
            more = max(count - len(self._ahead), AHEAD_BITS // self.conversion.bits_each)
            self._ahead = np.concatenate((self._ahead, self._filter(more)))
        results, self._ahead = self._ahead[:count], self._ahead[count:]
        self.made = due
        return results

    def _filter(self, count: int) -> Words:
        """Make so many results, which may be ahead of their time."""
        conversion = self.conversion
        settling = conversion.order - 1
        outputs = settling + conversion.integration * (self.made + len(self._ahead) + count)
        bit_count = conversion.decimation * outputs - self._fed
        bits = self.line.bits(self.first_clock + self._fed, bit_count)
        filtered = sinc_decimate(bits, conversion.order, conversion.decimation, self._state)
        if not self._fed:
            filtered = filtered[settling:]  # the first ones come from a filter not yet full
        self._fed += bit_count
        return conversion.results(filtered)


class Filter:
    """One filter's result and flags."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Off: nothing converts, no flags."""
        self.run: Run | None = None
        self.flags = 0
        self.data = 0
        """RDATAR."""

    @property
    def status(self) -> int:
        """ISR, without the flags of the channels' clocks."""
        return self.flags | (RCIP if self.run is not None else 0)

    def keep(self, words: Words) -> None:
        """Take results that nobody has fetched: the first stays, the others are lost."""
        for word in words:
            if self.flags & REOCF:
                self.flags |= ROVRF
            else:
                self.flags |= REOCF
                self.data = int(word)

    def fetched(self) -> int:
        """What a read of RDATAR gives."""
        self.flags &= ~REOCF
        return self.data


def as_registers(results: Words, offset: int, channel: int) -> Words:
    """RDATAR for results: 24 bits from bit 8 on, the channel's number below."""
    return np.asarray((results - offset << 8 | channel) & 0xFFFF_FFFF, np.int64)
