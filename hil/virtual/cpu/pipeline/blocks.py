# SPDX-License-Identifier: Apache-2.0
"""Cycles of blocks one after the other.

A block costs what it adds to the block before it: what that one leaves unfinished, and the branch
between them, are charged to the second. Of the blocks before both nothing is known; results are no
more than a few cycles late, so that this matters only after blocks of one or two instructions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Protocol

from hil.virtual.cpu.pipeline.cortex_m4 import CortexM4
from hil.virtual.cpu.pipeline.cortex_m7 import CortexM7
from hil.virtual.cpu.pipeline.cortex_m33 import CortexM33
from hil.virtual.cpu.pipeline.instruction import Instruction


class Pipeline(Protocol):
    """A model of one core's pipeline."""

    name: str
    sources: str

    def cycles(self, instructions: Iterable[Instruction]) -> int:
        """Of instructions in the order of their execution, from an empty pipeline."""


PIPELINES: Mapping[str, Pipeline] = {
    "cortex-m33": CortexM33(),
    "cortex-m4": CortexM4(),
    "cortex-m7": CortexM7(),
}


def cycles_behind(pipeline: Pipeline, before: list[Instruction], block: list[Instruction]) -> int:
    """What a block costs after another one; `before` may be empty."""
    return pipeline.cycles([*before, *block]) - pipeline.cycles(before)


def cycles_by_instruction(
    pipeline: Pipeline, before: list[Instruction], block: list[Instruction]
) -> list[int]:
    """The same by instructions: what each adds to all before it. Their sum is `cycles_behind`."""
    ends = [pipeline.cycles([*before, *block[:count]]) for count in range(len(block) + 1)]
    return [end - begin for begin, end in pairwise(ends)]
