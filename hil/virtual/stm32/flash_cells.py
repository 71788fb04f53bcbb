# SPDX-License-Identifier: Apache-2.0
"""Flash cells that an interrupted operation has left in doubt: their ECC does not fit.

A reset or a loss of power while a unit is programmed or a page is erased leaves cells that hold
anything between old and new; every unit of them reads as a double error. Only erasing cures it.
"""

from __future__ import annotations


class DamagedCells:
    """Spans of flash (first address, end), whole units, in order and apart."""

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []

    def __bool__(self) -> bool:
        return bool(self.spans)

    def add(self, first: int, end: int) -> None:
        """Cells were left in doubt."""
        self.remove(first, end)
        self.spans = sorted([*self.spans, (first, end)])

    def remove(self, first: int, end: int) -> None:
        """Cells were erased."""
        left: list[tuple[int, int]] = []
        for start, stop in self.spans:
            left += [
                (low, high)
                for low, high in ((start, min(stop, first)), (max(start, end), stop))
                if low < high
            ]
        self.spans = left

    def first_in(self, address: int, count: int) -> int | None:
        """The first damaged address in a span; None if all of it can be read."""
        found = (
            max(first, address)
            for first, end in self.spans
            if first < address + count and address < end
        )
        return next(found, None)
