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

CYCLES_PER_INSTRUCTION: Mapping[str, float] = {
    "cortex-m33": 1.17,
    "cortex-m4": 1.33,
    "cortex-m7": 0.79,
}
"""Of the shipped model on the virtual u585, l475 and h743: itself an estimate."""

UNCERTAINTY = 0.25
"""Share by which an estimate of cycles may be off (hil/virtual/cpu/cycles.py)."""


@dataclass(frozen=True, slots=True)
class TimeEstimate:
    """Of one model on one board; all estimated but the step."""

    network_instructions: int
    """For a patch."""
    frontend_instructions: int
    """For the new frames of a patch."""
    cycles: int
    """For both."""
    need_ms: float
    step_ms: float
    """From one patch to the next: what the board has."""

    @property
    def margin(self) -> float:
        """How many times over it is in time."""
        return self.step_ms / self.need_ms

    @property
    def verdict(self) -> str:
        """In words."""
        if self.margin > 1.0 + UNCERTAINTY:
            return "in time"
        return "too slow" if self.margin < 1.0 - UNCERTAINTY else "hardly in time"


def estimate_time(board: BoardSpec, network: Network) -> TimeEstimate:
    """What a patch needs and has."""
    record, patches = network.frontend, network.patches
    in_network = instructions_of_patch(work_of(network.schedule, network.plan))
    in_frontend = patches.step * frame_instructions(record)
    cycles = round((in_network + in_frontend) * CYCLES_PER_INSTRUCTION[board.core])
    step_ms = 1e3 * patches.step * record.hop_samples / record.sample_rate_hz
    return TimeEstimate(
        in_network, in_frontend, cycles, 1e3 * cycles / board.clock.core_hz, step_ms
    )
