# SPDX-License-Identifier: Apache-2.0
"""What firmware_templates/network/stream.c does, on numbers: which groups of rows lie where.

Written from the C, not from the schedule: it asks of each group that a stage reads whether it is
still (or already) where the ring should have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from generator.engines.builtin.schedule import Schedule, Stage


class Gone(NamedTuple):
    """A group that a stage reads where another one lies by then."""

    stage: int
    ring: int
    row: int
    group: int


class _Rings:
    def __init__(self, schedule: Schedule, places: Sequence[int]) -> None:
        self.schedule = schedule
        self.held = [[-1] * count for count in places]
        """row * groups + group of what lies in each place of each ring."""
        self.rows_in = [0] * len(places)
        self.made: list[list[int]] = [[] for _ in schedule.stages]
        self.taken: list[list[int]] = [[] for _ in schedule.stages]
        """Groups of the next row that each stage has taken."""
        self.gone: list[Gone] = []

    def came(self, ring: int) -> None:
        self.rows_in[ring] += 1
        for stage in self.schedule.readers(ring):
            while self.make_next(stage):
                if stage.target is not None:
                    self.came(stage.target)

    def first_of(self, stage: Stage) -> int:
        return len(self.made[stage.index]) * stage.window.stride[0] - stage.window.before[0]

    def take(self, stage: Stage, group: int) -> None:
        first = self.first_of(stage)
        self.taken[stage.index].append(group)
        for source in stage.sources:
            ring, held = self.schedule.rings[source], self.held[source]
            for row in range(max(first, 0), min(first + stage.window.size[0], ring.height)):
                number = row * ring.groups + group
                if held[number % len(held)] != number:
                    self.gone.append(Gone(stage.index, source, row, group))

    def make_next(self, stage: Stage) -> bool:
        row, first = len(self.made[stage.index]), self.first_of(stage)
        if row == stage.rows:
            return False
        rings = [self.schedule.rings[source] for source in stage.sources]
        end = first + stage.window.size[0]
        for source, ring in zip(stage.sources, rings, strict=True):
            if self.rows_in[source] < min(end, ring.height):
                return False
        if rings[0].groups == 1 or end != self.rows_in[stage.sources[0]]:
            for group in range(rings[0].groups):
                self.take(stage, group)
        assert self.taken[stage.index] == list(range(rings[0].groups)), "taken once, in order"
        self.taken[stage.index] = []
        self.made[stage.index].append(row)
        if stage.target is not None:
            self.write(stage.target)
        return True

    def write(self, ring: int) -> None:
        """All groups of the ring's next row; what reads it takes each where it ends its window."""
        row, held = self.rows_in[ring], self.held[ring]
        groups = self.schedule.rings[ring].groups
        for group in range(groups):
            number = row * groups + group
            held[number % len(held)] = number
            for reader in self.schedule.readers(ring) if groups > 1 else ():
                ends = self.first_of(reader) + reader.window.size[0] == row + 1
                if ends and len(self.made[reader.index]) < reader.rows:
                    self.take(reader, group)


def play(schedule: Schedule, places: Sequence[int]) -> tuple[list[list[int]], list[Gone]]:
    """The rows that each stage makes, in order, and what was no longer there when it was read."""
    rings = _Rings(schedule, places)
    for _ in range(schedule.rings[0].height):
        rings.write(0)
        rings.came(0)
    return rings.made, rings.gone


def groups_that_were_gone(schedule: Schedule, places: Sequence[int]) -> list[Gone]:
    """Of rings with so many places."""
    made, gone = play(schedule, places)
    assert made == [list(range(stage.rows)) for stage in schedule.stages], "rows were not made"
    return gone
