# SPDX-License-Identifier: Apache-2.0
"""Is a model in time on a board? ESTIMATED before anything is compiled, against its own step.

A board keeps up if network and front-end need less for a patch than the sound from one patch to
the next lasts. Instructions are estimated from the plan, cycles from them; wait states of flash
and caches are left out, as on the virtual board. Within a fourth of the limit an estimate is no
verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.boards.record import BoardSpec
from generator.engines.builtin.cost.instructions import instructions_of_patch
from generator.engines.builtin.cost.work import work_of
from generator.frontend.cost import frame_instructions
from generator.network import Network
from generator.project.manifest import FrontendInfo

CYCLES_PER_INSTRUCTION: Mapping[str, float] = {
    "cortex-m33": 1.17,
    "cortex-m4": 1.33,
    "cortex-m7": 0.79,
}
"""Of the shipped model on the virtual u585, l475 and h743: itself an estimate."""

UNCERTAINTY = 0.25
"""Share by which an estimate of cycles may be off (hil/virtual/cpu/cycles.py)."""


@dataclass(frozen=True, slots=True)
class PatchWork:
    """What a patch asks for, whatever the board; all estimated but the step."""

    network_instructions: int
    """For a patch."""
    frontend_instructions: int
    """For the new frames of a patch."""
    step_ms: float
    """From one patch to the next: what a board has."""


@dataclass(frozen=True, slots=True)
class TimeEstimate:
    """Of one model on one board."""

    work: PatchWork
    cycles: int
    """For network and front-end."""
    need_ms: float

    @property
    def margin(self) -> float:
        """How many times over it is in time."""
        return self.work.step_ms / self.need_ms

    @property
    def verdict(self) -> str:
        """In words."""
        if self.margin > 1.0 + UNCERTAINTY:
            return "in time"
        return "too slow" if self.margin < 1.0 - UNCERTAINTY else "hardly in time"


def estimate_work(network: Network) -> PatchWork:
    """What a patch of a model asks for."""
    record, patches = network.frontend, network.patches
    return PatchWork(
        instructions_of_patch(work_of(network.schedule, network.plan)),
        patches.step * frame_instructions(record),
        FrontendInfo.of(record, patches).step_ms,
    )


def estimate_time(board: BoardSpec, work: PatchWork) -> TimeEstimate:
    """What a board needs for it."""
    instructions = work.network_instructions + work.frontend_instructions
    cycles = round(instructions * CYCLES_PER_INSTRUCTION[board.core])
    return TimeEstimate(work, cycles, 1e3 * cycles / board.clock.core_hz)
