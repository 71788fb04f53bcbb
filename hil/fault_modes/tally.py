# SPDX-License-Identifier: Apache-2.0
"""What became of the faults of a run, counted by mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from hil.fault_modes.names import MODES, FaultMode


class End(StrEnum):
    """How a fault ended; each injected one ends in exactly one of these ways."""

    HARMLESS = "harmless"
    """Nothing was seen of it, and the answer is right."""

    RECOVERED = "recovered"
    """The run saw it, and has the right answer in the end."""

    LOST = "lost"
    """There is no answer in the end."""

    WRONG = "wrong"
    """An answer was accepted that is not the host twin's, bit for bit."""


@dataclass(slots=True)
class FaultCounts:
    """Faults of one mode."""

    injected: int = 0
    detected: int = 0
    """Of which the run's own checks saw something."""

    harmless: int = 0
    recovered: int = 0
    lost: int = 0
    wrong: int = 0

    def __add__(self, other: FaultCounts) -> FaultCounts:
        return FaultCounts(
            *(getattr(self, one.name) + getattr(other, one.name) for one in fields(self))
        )


class FaultTally:
    """Counts by mode. `to_plain` and `from_plain` are its form in JSON."""

    def __init__(self, counts: Mapping[FaultMode, FaultCounts] | None = None) -> None:
        self._counts = dict(counts or {})

    def count(self, mode: FaultMode, end: End, *, detected: bool) -> None:
        """Take one injected fault in.

        Raises ValueError for what contradicts itself: harmless is what nobody saw, and only what
        was seen is recovered from.
        """
        if end in (End.HARMLESS, End.RECOVERED) and detected == (end is End.HARMLESS):
            raise ValueError(f"{mode.value}: {end} and {'' if detected else 'not '}detected")
        counts = self._counts.setdefault(mode, FaultCounts())
        counts.injected += 1
        counts.detected += detected
        setattr(counts, end.value, getattr(counts, end.value) + 1)

    def of(self, mode: FaultMode) -> FaultCounts:
        """The counts of one mode, all 0 where it never struck."""
        return self._counts.get(mode, FaultCounts())

    @property
    def modes(self) -> tuple[FaultMode, ...]:
        """The modes that struck, in the order of their names' table."""
        return tuple(mode for mode in FaultMode if self.of(mode).injected)

    @property
    def total(self) -> FaultCounts:
        """Of all modes together."""
        return sum(self._counts.values(), FaultCounts())

    @property
    def is_good(self) -> bool:
        """True where faults struck, and neither an answer was lost nor a wrong one accepted."""
        total = self.total
        return total.injected > 0 and not total.lost and not total.wrong

    def __add__(self, other: FaultTally) -> FaultTally:
        modes = {*self._counts, *other._counts}
        return FaultTally({mode: self.of(mode) + other.of(mode) for mode in modes})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FaultTally) and self.to_plain() == other.to_plain()

    __hash__ = None  # type: ignore[assignment]

    def to_plain(self) -> dict[str, dict[str, int]]:
        """The counts of each mode that struck, by names."""
        return {mode.value: asdict(self.of(mode)) for mode in self.modes}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Mapping[str, Any]]) -> FaultTally:
        """The tally that `to_plain` wrote; KeyError or TypeError for what is none."""
        return cls({MODES[name]: FaultCounts(**counts) for name, counts in plain.items()})


def sum_tallies(tallies: Iterable[FaultTally]) -> FaultTally:
    """All of them as one."""
    return sum(tallies, FaultTally())
