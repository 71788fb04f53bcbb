# SPDX-License-Identifier: Apache-2.0
"""The models against published cycles of hand-written assembly: where their uncertainty comes from.

`published.json` (tools/record_published_cycles.py writes it) holds machine code of others, each
under its own licence, which is beside it. Published are the cycles of whole functions, with some
cycles of the call and of reading the counter in them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hil.virtual.cpu.block_scan import scan_alone
from hil.virtual.cpu.cycles import CORTEX_M4, CORTEX_M7, CORTEX_M33, CycleTable
from hil.virtual.cpu.pipeline.blocks import PIPELINES, Pipeline, cycles_behind
from hil.virtual.cpu.pipeline.cortex_m7 import CortexM7
from hil.virtual.cpu.pipeline.cortex_m33 import CortexM33
from hil.virtual.cpu.pipeline.instruction import Instruction, Unit, disassemble

TABLES = {table.core: table for table in (CORTEX_M4, CORTEX_M7, CORTEX_M33)}
_RETURN = -1
_CALLER = 1 << 20
"""Where a function returns to: anywhere else."""
_LANDING = bytes.fromhex("aff30080")
"""nop.w"""


@dataclass(frozen=True, slots=True)
class PublishedSequence:
    """A function whose cycles somebody measured on silicon and published."""

    core: str
    project: str
    commit: str
    licence: str
    source: str
    function: str
    measured_on: str
    rounds: int
    """What it was called with, 0: nothing."""
    cycles: int
    """0: published is only how much faster it is than another."""
    code: bytes
    follows: tuple[tuple[int, int, int, int, int], ...]
    """(offset and size of a block, of the one after it, how often)."""

    def predicted(self, pipeline: Pipeline) -> int:
        """Cycles by a model, the return included."""
        total = 0
        landing = disassemble(_LANDING, _CALLER)
        for before, before_size, block, size, count in self.follows:
            first = self._block(before, before_size)
            if block == _RETURN:
                total += count * (cycles_behind(pipeline, first, landing) - 1)
            else:
                total += count * cycles_behind(pipeline, first, self._block(block, size))
        return total

    def by_table(self, table: CycleTable) -> int:
        """Cycles by a table, its branches taken where the next block is elsewhere."""
        total, costs = 0, table.costs()
        for before, before_size, block, size, count in self.follows:
            if before_size and before + before_size != block:
                total += count * table.branch_taken
            if block != _RETURN:
                _, cycles = scan_alone(self.code[block : block + size], costs)
                total += count * cycles
        return total

    def _block(self, offset: int, size: int) -> list[Instruction]:
        return _disassembled(self.code[offset : offset + size], offset)


@cache
def _disassembled(code: bytes, offset: int) -> list[Instruction]:
    return disassemble(code, offset)


@cache
def published_sequences() -> tuple[PublishedSequence, ...]:
    """All of them, of every core."""
    path = Path(__file__).with_name("published.json")
    records: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return tuple(
        PublishedSequence(
            **{key: value for key, value in one.items() if key not in {"code", "follows"}},
            code=bytes.fromhex(one["code"]),
            follows=tuple(tuple(item) for item in one["follows"]),
        )
        for one in records
    )


def measured_sequences(core: str) -> list[PublishedSequence]:
    """Those of a core whose cycles are published."""
    return [one for one in published_sequences() if one.core == core and one.cycles]


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How far a model was off, over all that is published of its core."""

    lowest_percent: float
    """Predicted over measured: below 0 where the model says too little."""
    highest_percent: float
    sequences: int

    @property
    def text(self) -> str:
        """As it is beside an estimate."""
        low, high = self.lowest_percent, self.highest_percent
        return f"{low:+.1f} to {high:+.1f} % over {self.sequences} published sequences"


def _uncertainty(core: str, predicted: Callable[[PublishedSequence], int]) -> Uncertainty:
    errors = [100 * (predicted(one) / one.cycles - 1) for one in measured_sequences(core)]
    return Uncertainty(min(errors), max(errors), len(errors))


@cache
def pipeline_uncertainty(core: str) -> Uncertainty:
    """Of the model of a core's pipeline."""
    return _uncertainty(core, lambda one: one.predicted(PIPELINES[core]))


@cache
def table_uncertainty(core: str) -> Uncertainty:
    """Of a core's table."""
    return _uncertainty(core, lambda one: one.by_table(TABLES[core]))


@cache
def later_pipeline(core: str) -> Pipeline:
    """The model with results of all uncovered units a cycle later than they were measured alone.

    The Cortex-M4's results have no latency, and its multiplications are covered: it is itself.
    """
    late = frozenset(Unit) - covered_units(core)
    if core == "cortex-m33":
        return CortexM33(late)
    return CortexM7(late) if core == "cortex-m7" else PIPELINES[core]


@cache
def covered_units(core: str) -> frozenset[Unit]:
    """Kinds of instructions that the published sequences of a core execute."""
    return frozenset(
        one.unit
        for sequence in measured_sequences(core)
        for _, _, block, size, _ in sequence.follows
        if block != _RETURN
        for one in _disassembled(sequence.code[block : block + size], block)
    )
