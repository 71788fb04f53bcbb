# SPDX-License-Identifier: Apache-2.0
"""What was executed, by whom: a trace with names, instructions and estimated cycles.

Who a block belongs to is known from the calls that are open when it runs, by the image's symbols,
so that the firmware needs no marks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from hil.virtual.cpu import trace
from hil.virtual.cpu.block_scan import scan_alone
from hil.virtual.cpu.core import Core
from hil.virtual.cpu.flash_cache import FlashPath, line_fills
from hil.virtual.cpu.pipeline.blocks import PIPELINES, cycles_behind, cycles_by_instruction
from hil.virtual.cpu.pipeline.instruction import Instruction, disassemble
from hil.virtual.cpu.pipeline.published import covered_units, later_pipeline
from hil.virtual.cpu.trace import NO_CALL, Trace, TraceLog
from hil.virtual.symbols import Symbols

NOBODY = -1


@dataclass(frozen=True, slots=True)
class TracedCall:
    """One call of a function, or one exception."""

    function: str
    arguments: tuple[int, int, int, int]
    """r0 to r3 at its beginning."""
    parent: int | None
    """Which call made it, or was interrupted by it."""
    begin: int
    """The first of its blocks, and of what it calls."""
    end: int
    """The first block behind it."""
    is_exception: bool
    called_from: int | None
    """Address of the instruction before its first: that of the call, unless an interrupt came
    between them. None: nothing was traced before."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a part of what was executed."""

    instructions: int = 0
    table_cycles: int = 0
    """By the table of `cycles.py`."""
    pipeline_cycles: int = 0
    """By the model of the core's pipeline."""
    uncovered_cycles: int = 0
    """Of these, those of kinds of instructions that no published sequence of the core has."""
    later_cycles: int = 0
    """By the model, if the results of those kinds came a cycle later than they were measured."""
    flash_bytes_read: int = 0
    """Constants; code is not counted."""
    line_fills: int = 0
    """Of the caches before the flash."""

    def __add__(self, other: Cost) -> Cost:
        """Both together."""
        return Cost(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(slots=True)
class AddressCost:
    """Of one instruction of the image, all the times that it was executed."""

    instructions: int = 0
    """How often."""
    pipeline_cycles: int = 0
    """By the model: what it adds to the instructions before it."""


class Profile:
    """A trace of one image, as it was executed."""

    def __init__(
        self, log: TraceLog, core: Core, symbols: Symbols, path: FlashPath, wait_states: int
    ) -> None:
        self._core = core
        self.addresses = symbols.addresses
        """Of functions and objects, by their names."""
        self.fill_cycles_most = path.most_cycles_of_a_fill(wait_states)
        """Of a line of the caches before the flash."""
        flash = core.flash
        self._costs = self._cost_blocks(log)
        self.calls = self._read_calls(log, symbols)
        self._costs["line_fills"] = line_fills(
            path, log.blocks, log.reads, (flash.origin, flash.end)
        )
        block = (log.reads >> np.uint64(trace.READ_BLOCK_SHIFT)).astype(np.int64) - 1
        size = (log.reads & np.uint64(trace.READ_SIZE_MASK)).astype(np.int64)
        read = np.bincount(block, size, len(log.blocks)).astype(np.int32)
        self._costs["flash_bytes_read"] = read
        self._innermost = self._innermost_calls()

    def _read_calls(self, log: TraceLog, symbols: Symbols) -> list[TracedCall]:
        names = {address: name for address, _, name in symbols._functions}
        before = [
            self._blocks_of_pair(int(self._pair[begin - 1]))[1][-1].address if begin else None
            for begin in log.calls[:, trace.BEGIN].tolist()
        ]
        return [
            TracedCall(
                names[row[trace.FUNCTION]],
                (row[4], row[5], row[6], row[7]),
                None if row[trace.PARENT] == NO_CALL else row[trace.PARENT],
                row[trace.BEGIN],
                len(log.blocks) if row[trace.END] == NO_CALL else row[trace.END],
                bool(row[trace.IS_EXCEPTION]),
                last,
            )
            for row, last in zip(log.calls.tolist(), before, strict=True)
        ]

    def _cost_blocks(self, log: TraceLog) -> dict[str, npt.NDArray[np.int32]]:
        """Costs of each block, int32 [blocks]."""
        kinds, kind = np.unique(log.blocks, return_inverse=True)
        before = np.empty(len(kind), np.int64)
        before[:1], before[1:] = len(kinds), kind[:-1]
        pairs, pair = np.unique(before * len(kinds) + kind, return_inverse=True)
        code = [self._code(int(one)) for one in kinds] + [(0, b"")]
        blocks = [disassemble(text, address) for address, text in code]
        pipeline, table = PIPELINES[self._core.model.name], self._core.model.cycles
        costs = table.costs()
        self._code_blocks = blocks  # and at last an empty one, before the first
        self._pairs, self._pair = pairs, pair.astype(np.int32)
        scanned = [scan_alone(text, costs) for _, text in code[:-1]]
        covered = covered_units(pipeline.name)
        of_pair = np.zeros((len(pairs), 5), np.int32)
        for at, number in enumerate(pairs.tolist()):
            first, second = divmod(number, len(kinds))
            address, _ = code[second]
            came_from, text = code[first]
            left = first < len(kinds) and came_from + len(text) != address
            instructions, cycles = scanned[second]
            of_pair[at] = (
                instructions,
                cycles + (table.branch_taken if left else 0),
                *self._pipeline(blocks[first], blocks[second], covered),
            )
        of_block = of_pair[pair]
        names = (
            "instructions",
            "table_cycles",
            "pipeline_cycles",
            "uncovered_cycles",
            "later_cycles",
        )
        return {name: of_block[:, column] for column, name in enumerate(names)}

    def _pipeline(
        self, before: list[Instruction], block: list[Instruction], covered: frozenset[object]
    ) -> tuple[int, int, int]:
        """Cycles, how many of them the uncovered instructions take, and with later results."""
        core = self._core.model.name
        cycles = cycles_behind(PIPELINES[core], before, block)
        uncovered = sum(one.unit not in covered for one in block)
        later = cycles_behind(later_pipeline(core), before, block) if uncovered else cycles
        return cycles, round(cycles * uncovered / len(block)), later

    def _blocks_of_pair(self, pair: int) -> tuple[list[Instruction], list[Instruction]]:
        """A block, and before it the one that was executed before it."""
        first, second = divmod(int(self._pairs[pair]), len(self._code_blocks) - 1)
        return self._code_blocks[first], self._code_blocks[second]

    def _code(self, block: int) -> tuple[int, bytes]:
        address, size = block & 0xFFFF_FFFF, block >> trace.SIZE_SHIFT
        code = self._core.memory(address, size)
        assert code is not None, "code was executed there"
        return address, code.tobytes()

    def _innermost_calls(self) -> npt.NDArray[np.int32]:
        """The call that each block belongs to, int32 [blocks]; NOBODY: begun before the trace."""
        found = np.full(len(self._costs["instructions"]), NOBODY, np.int32)
        for number, call in enumerate(self.calls):
            found[call.begin : call.end] = number
        return found

    @property
    def instructions(self) -> int:
        """All that were executed."""
        return int(self._costs["instructions"].sum(dtype=np.int64))

    @property
    def executed_addresses(self) -> frozenset[int]:
        """Of all instructions that were executed at least once."""
        return frozenset(one.address for block in self._code_blocks for one in block)

    def by_owner(
        self, owners: Sequence[int], begin: int = 0, end: int | None = None
    ) -> dict[int, Cost]:
        """Costs of the blocks from `begin` up to `end` by their owners.

        `owners`: one for each call; NOBODY is an owner as well, of blocks without a known call.
        """
        innermost = self._innermost[begin:end]
        of_call = np.array([*owners, NOBODY], np.int64)  # NOBODY is the last
        owner = of_call[innermost]
        kinds, place = np.unique(owner, return_inverse=True)
        sums = {
            name: np.bincount(place, values[begin:end], len(kinds)).astype(np.int64).tolist()
            for name, values in self._costs.items()
        }
        return {
            int(kind): Cost(**{name: values[at] for name, values in sums.items()})
            for at, kind in enumerate(kinds)
        }

    def by_address(self, owners: Sequence[int]) -> dict[int, dict[int, AddressCost]]:
        """Costs of each instruction by its address, for each owner of `by_owner`.

        Their sums are those of `by_owner`.
        """
        of_call = np.array([*owners, NOBODY], np.int64)
        known, place = np.unique(of_call[self._innermost], return_inverse=True)
        keys, times = np.unique(place * len(self._pairs) + self._pair, return_counts=True)
        pipeline, by_pair = PIPELINES[self._core.model.name], dict[int, list[int]]()
        found: dict[int, dict[int, AddressCost]] = {int(owner): {} for owner in known}
        for key, count in zip(keys.tolist(), times.tolist(), strict=True):
            at, pair = divmod(key, len(self._pairs))
            before, block = self._blocks_of_pair(pair)
            if pair not in by_pair:
                by_pair[pair] = cycles_by_instruction(pipeline, before, block)
            costs = found[int(known[at])]
            for one, cycles in zip(block, by_pair[pair], strict=True):
                cost = costs.setdefault(one.address, AddressCost())
                cost.instructions += count
                cost.pipeline_cycles += count * cycles
        return found


class Profiler:
    """Takes a profile of what an image does from its making until `take`."""

    def __init__(self, core: Core, symbols: Symbols, path: FlashPath, wait_states: int) -> None:
        self._core, self._symbols, self._path = core, symbols, path
        self._wait_states = wait_states
        self._before = core.instructions
        self._trace = Trace(core, [address for address, _, _ in symbols._functions])

    def take(self) -> Profile:
        """Stop, and cost it; raises TraceFullError where too much was executed."""
        executed = self._core.instructions - self._before
        log = self._trace.take()
        profile = Profile(log, self._core, self._symbols, self._path, self._wait_states)
        traced = profile.instructions
        if traced != executed:
            raise RuntimeError(f"the trace has {traced:,} instructions, the core {executed:,}")
        return profile
