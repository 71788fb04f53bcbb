# SPDX-License-Identifier: Apache-2.0
"""What became of the faults that struck a clip, as it travels to the report."""

from __future__ import annotations

from dataclasses import dataclass, field

from hil.boards.fault_injection import StruckClip
from hil.fault_modes.tally import FaultTally


@dataclass(frozen=True, slots=True)
class FaultsRecord:
    """The faults of one clip; a clip that none struck has a record too."""

    board: str
    clip: str
    number: int
    """Of the clip in the run's set: with the seed, it says what strikes."""

    seed: int
    rates: dict[str, float]
    """By mode: how likely it strikes a clip."""

    modes: dict[str, dict[str, int]] = field(default_factory=dict)
    """Of each mode that struck: injected, detected, harmless, recovered, lost, wrong."""

    seen: tuple[str, ...] = ()
    """What the harness saw, each kind once."""

    @property
    def tally(self) -> FaultTally:
        """The counts."""
        return FaultTally.from_plain(self.modes)


def struck_record(board: str, struck: StruckClip) -> FaultsRecord:
    """Of one clip of a session."""
    return FaultsRecord(
        board=board,
        clip=struck.clip,
        number=struck.number,
        seed=struck.plan.seed,
        rates={one.mode.value: one.rate for one in struck.plan.rates},
        modes=struck.tally.to_plain(),
        seen=tuple(map(str, struck.evidence)),
    )
