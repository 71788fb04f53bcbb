# SPDX-License-Identifier: Apache-2.0
"""Memory of a core that has an MPU: what it forbids, the core does not reach."""

from __future__ import annotations

from collections.abc import Sequence

from hil.virtual.bus_memory import BusMemory, ReachSystem
from hil.virtual.chip_records import ClockedMemory
from hil.virtual.cortex_m.mpu import Mpu


class GuardedMemory(BusMemory):
    """Memory behind an MPU; other bus masters are not held back by it."""

    def __init__(self, system: ReachSystem, clocked: Sequence[ClockedMemory], mpu: Mpu) -> None:
        super().__init__(system, clocked)
        self.mpu = mpu

    def attributes_changed(self) -> None:
        """Take over what the MPU forbids now."""
        self.reach_changed()
        self.core.stop_soon()

    def forbids(self, address: int) -> bool:
        """Whether the MPU forbids an address to the core."""
        return self.mpu.forbids(address)

    def forbidden_spans(self) -> list[tuple[int, int]]:
        """Pages of memory, as first address and end, that the MPU forbids."""
        return self.mpu.forbidden_spans(self.core.regions)
