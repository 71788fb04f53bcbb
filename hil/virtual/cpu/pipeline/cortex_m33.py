# SPDX-License-Identifier: Apache-2.0
"""The Cortex-M33's pipeline: in order, one instruction a cycle, a second one only of some kinds.

From what was measured on an RP2350 (core r1p0) and is public: github.com/jnk0le/random, folder
"pipeline cycle test", doc/cortex_m33.md at commit 3dfc2ab. What nobody measured is marked ASSUMED.
No wait states, no contention on the bus.
"""

from __future__ import annotations

from collections.abc import Iterable

from hil.virtual.cpu.pipeline.instruction import Instruction, Unit

DIVIDE_CYCLES = 7
"""ASSUMED: 2 to 11 by the operands (Cortex-M33 TRM gives none)."""
FLOAT_DIVIDE_CYCLES = 14
"""ASSUMED, as the Cortex-M4's."""
JUMP_CYCLES = 3
"""BL, BX and what loads the program counter: the value by which the published functions, each of
which returns once, come out to the cycle."""

_LATE = {Unit.MULTIPLY, Unit.EXTEND_ADD, Unit.SHIFTED, Unit.DSP}
"""Their result is there after 2 cycles."""
_CHAINED = {Unit.MULTIPLY, Unit.EXTEND_ADD, Unit.SHIFTED}
"""An addend takes these and a load a cycle earlier."""
_SECOND = {Unit.BRANCH, Unit.NOP}


class CortexM33:
    """Cycles of a run of instructions, from empty to the end of the last."""

    name = "cortex-m33"
    sources = "RP2350 measurements (jnk0le/random, pipeline cycle test)"

    def __init__(self, late: frozenset[Unit] = frozenset()) -> None:
        """`late`: units whose results are taken to come a cycle later than they were measured."""
        self._later = late

    def cycles(self, instructions: Iterable[Instruction]) -> int:
        """Of instructions as executed: a branch is taken if the next instruction is elsewhere."""
        ready: dict[str, tuple[int, Instruction]] = {}
        now, float_free, if_taken, next_address = 0, 0, 0, -1
        before: Instruction | None = None
        second_free = False
        for one in instructions:
            taken = if_taken > 0 and one.address != next_address
            now += if_taken if taken else 0
            start = max(
                [now, *(self._when(*ready[name], name, one) for name in one.reads & ready.keys())]
            )
            start = max(start, float_free) if one.is_float else start
            second = second_free and not taken and start == now
            paired = second and one.is_narrow and one.unit in _SECOND
            now = start if paired else start + self._issue(one)
            second_free = one.is_narrow and not paired
            if one.unit is Unit.FLOAT_MULTIPLY_ADD:
                float_free = now + 2
            for index, name in enumerate(one.writes):
                ready[name] = self._result(one, name, index, now) + (one.unit in self._later), one
            if_taken = self._if_taken(before if paired else None, one)
            before, next_address = one, one.address + one.size
        return now

    @staticmethod
    def _if_taken(partner: Instruction | None, one: Instruction) -> int:
        """Cycles that leaving costs beyond the instruction's own; 0 of what does not leave."""
        if not one.leaves:
            return 0
        if one.unit is not Unit.BRANCH:
            return JUMP_CYCLES - 1
        return 2 if partner is not None and partner.sets_flags else 1

    @staticmethod
    def _issue(one: Instruction) -> int:
        if one.words > 1:
            return one.words
        if one.unit is Unit.DIVIDE:
            return DIVIDE_CYCLES
        if one.unit is Unit.FLOAT_DIVIDE:
            return FLOAT_DIVIDE_CYCLES
        narrow_multiply = one.unit is Unit.MULTIPLY and one.is_narrow
        return 2 if one.sets_flags and (narrow_multiply or one.has_shifted_constant) else 1

    @staticmethod
    def _result(one: Instruction, register: str, index: int, end: int) -> int:
        """First cycle in which a result can be used by an instruction that issues then."""
        if register == one.base_written:
            return end
        if one.is_load:
            # Each word of several comes a cycle after the one before it.
            late = 0 if one.is_float and one.words == 1 else 1
            return end - one.words + index + 1 + late
        if one.unit is Unit.FLOAT_MULTIPLY_ADD:
            return end + 3
        if one.is_float:
            return end if one.unit is Unit.FLOAT_MOVE and one.words > 1 else end + 1
        if one.unit in _LATE or one.has_shifted_constant:
            return end + 1
        return end

    @staticmethod
    def _when(ready: int, maker: Instruction, register: str, one: Instruction) -> int:
        """When a result may be taken: a cycle earlier where it enters late."""
        chained = maker.unit in _CHAINED or maker.is_load or maker.has_shifted_constant
        if register in one.addends and one.unit is Unit.MULTIPLY and chained:
            return ready - 1
        if register in one.addends and one.unit is Unit.EXTEND_ADD and maker.unit in _CHAINED:
            return ready - 1
        if register in one.addends and one.unit is Unit.FLOAT_MULTIPLY_ADD:
            return ready - 1 if maker.unit is Unit.FLOAT_MULTIPLY_ADD else ready
        if register in one.stored and register not in one.addresses and chained:
            return ready - 1
        return ready
