# SPDX-License-Identifier: Apache-2.0
"""The breakpoint unit as a debugger programs it: FPB of ARMv7-M, BPU of ARMv8-M.

ARMv7-M ARM (DDI 0403) section C1.11; ARMv8-M ARM (DDI 0553) section B12.3. Flash patching is left
out: there are no literal comparators.
"""

from __future__ import annotations

COMPARATORS = 8
_ENABLE, _KEY = 1, 2
_COMP0 = 0x08
_LOWER_HALF, _UPPER_HALF = 1, 2


class BreakpointUnit:
    """FP_CTRL and the comparators. Revision 1 compares words below 0x20000000, 2 any address."""

    def __init__(self, revision: int) -> None:
        self._revision = revision
        self._enabled = False
        self._comparators = [0] * COMPARATORS

    def read(self, offset: int) -> int:
        """A register; reserved ones read as zero."""
        if offset == 0:
            return (self._revision - 1) << 28 | COMPARATORS << 4 | int(self._enabled)
        index = (offset - _COMP0) >> 2
        return self._comparators[index] if 0 <= index < COMPARATORS else 0

    def write(self, offset: int, value: int) -> None:
        """A register; FP_CTRL needs its key."""
        if offset == 0 and value & _KEY:
            self._enabled = bool(value & _ENABLE)
        index = (offset - _COMP0) >> 2
        if 0 <= index < COMPARATORS:
            self._comparators[index] = value

    @property
    def addresses(self) -> set[int]:
        """The instructions that stop the core."""
        if not self._enabled:
            return set()
        found: set[int] = set()
        for value in self._comparators:
            if not value & _ENABLE:
                continue
            if self._revision > 1:
                found.add(value & ~1)
                continue
            word, halves = value & 0x1FFF_FFFC, value >> 30
            found |= {word} if halves & _LOWER_HALF else set()
            found |= {word + 2} if halves & _UPPER_HALF else set()
        return found
