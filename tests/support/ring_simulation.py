# SPDX-License-Identifier: Apache-2.0
"""What firmware_templates/network/stream.c does, on row numbers: which rows lie in which ring.

Written from the C, not from the schedule: it asks of each row that a stage reads whether it is
still (or already) where the ring should have it.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.engines.builtin.schedule import Schedule, Stage


class _Rings:
    def __init__(self, schedule: Schedule, depths: Sequence[int]) -> None:
        self.schedule = schedule
        self.held = [[-1] * depth for depth in depths]
        """The number of the row in each place of each ring."""
        self.rows_in = [0] * len(depths)
        self.made = [0] * len(schedule.stages)
        self.gone: list[tuple[int, int, int]] = []

    def came(self, ring: int) -> None:
        self.rows_in[ring] += 1
        for stage in self.schedule.stages:
            if ring in stage.sources:
                while self.make_next(stage):
                    if stage.target is not None:
                        self.came(stage.target)

    def make_next(self, stage: Stage) -> bool:
        row = self.made[stage.index]
        first = row * stage.window.stride[0] - stage.window.before[0]
        if row == stage.rows:
            return False
        heights = [self.schedule.rings[source].height for source in stage.sources]
        for source, height in zip(stage.sources, heights, strict=True):
            if self.rows_in[source] < min(first + stage.window.size[0], height):
                return False
        for source, height in zip(stage.sources, heights, strict=True):
            held = self.held[source]
            for wanted in range(max(first, 0), min(first + stage.window.size[0], height)):
                if held[wanted % len(held)] != wanted:
                    self.gone.append((stage.index, source, wanted))
        if stage.target is not None:
            self.write(stage.target)
        self.made[stage.index] += 1
        return True

    def write(self, ring: int) -> None:
        row = self.rows_in[ring]
        self.held[ring][row % len(self.held[ring])] = row


def rows_that_were_gone(schedule: Schedule, depths: Sequence[int]) -> list[tuple[int, int, int]]:
    """(stage, ring, row) of every row that a stage reads where another one lies by then."""
    rings = _Rings(schedule, depths)
    for _ in range(schedule.rings[0].height):
        rings.write(0)
        rings.came(0)
    assert rings.made == [stage.rows for stage in schedule.stages], "rows were not made"
    return rings.gone
