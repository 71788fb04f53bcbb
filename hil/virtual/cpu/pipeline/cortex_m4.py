# SPDX-License-Identifier: Apache-2.0
"""The Cortex-M4's pipeline: in order, one instruction at a time, neighbouring transfers overlapped.

Cycles by the Technical Reference Manual (DDI 0439, section 3.3), how transfers overlap by what was
measured on an STM32F407 and is public: github.com/jnk0le/random, folder "pipeline cycle test",
doc/cortex_m3m4.md at commit 3dfc2ab. What nobody measured is marked ASSUMED. No wait states.

A load of 32 bits that does not begin at a word is taken never to overlap with the load before it:
by that source it may not.
"""

from __future__ import annotations

from collections.abc import Iterable

from hil.virtual.cpu.pipeline.instruction import Instruction, Unit

DIVIDE_CYCLES = 7
"""2 to 12 by the operands: one value stands for the span."""
FLOAT_DIVIDE_CYCLES = 14
FLOAT_MULTIPLY_ADD_CYCLES = 3
BRANCH_TAKEN_CYCLES = 1
"""That a branch adds where it is taken: 1 to 3 in the manual, 1 in the loops that are published."""
JUMP_CYCLES = 3
"""The same of BL, BX, POP and LDR to the program counter. ASSUMED within the manual's span."""


class CortexM4:
    """Cycles of a run of instructions, from empty to the end of the last."""

    name = "cortex-m4"
    sources = "DDI 0439, STM32F407 measurements (jnk0le/random, pipeline cycle test)"

    def cycles(self, instructions: Iterable[Instruction]) -> int:
        """Of instructions as executed: a branch is taken if the next instruction is elsewhere."""
        now, next_address, if_left = 0, -1, 0
        before: Instruction | None = None
        open_load = False
        """A single load whose second cycle the next instruction may hide."""
        for one in instructions:
            if one.address != next_address:
                now += if_left
            if open_load and not self._hides(before, one):
                now += 1
            if before is not None and before.is_store and one.is_load:
                now += 1  # no load overlaps with a store before it
            if before is not None and self._waits_for_address(before, one):
                now += 1
            if (
                before is not None
                and before.is_float
                and one.is_float
                and self._waits_for_result(before, one)
            ):
                now += 1
            folded = one.name.startswith("it") and before is not None and before.is_narrow
            now += 0 if folded else self._issue(one)
            open_load = one.is_load and one.words == 1
            before, next_address = one, one.address + one.size
            if_left = self._if_left(one)
        return now + open_load

    @staticmethod
    def _if_left(one: Instruction) -> int:
        """Cycles that leaving costs beyond the instruction's own; 0 of what does not leave."""
        if not one.leaves:
            return 0
        is_branch = one.unit is Unit.BRANCH and one.name != "bl"
        return BRANCH_TAKEN_CYCLES if is_branch else JUMP_CYCLES

    @staticmethod
    def _hides(before: Instruction | None, one: Instruction) -> bool:
        """Whether the second cycle of a load passes while the next instruction executes."""
        assert before is not None
        if one.unit is Unit.NOP and not one.name.startswith("it"):
            return True
        single = one.words == 1 and (one.is_load or one.is_store)
        off_word = one.is_load and not one.is_narrow and one.address % 4 != 0
        return single and not off_word and not set(before.writes) & one.addresses

    @staticmethod
    def _waits_for_address(before: Instruction, one: Instruction) -> bool:
        """An address is taken a cycle before other operands."""
        made = set(before.writes) - ({before.base_written} if before.base_written else set())
        moved_on = before.base_written in one.addresses and before.base_written == one.base_written
        computes = not before.is_load and bool(made & one.addresses)
        return (
            one.unit in {Unit.LOAD, Unit.STORE} and one.words == 1 and (computes or bool(moved_on))
        )

    @staticmethod
    def _waits_for_result(before: Instruction, one: Instruction) -> bool:
        arithmetic = {Unit.FLOAT, Unit.FLOAT_MULTIPLY_ADD}
        return before.unit in arithmetic and bool(set(before.writes) & one.reads)

    @staticmethod
    def _issue(one: Instruction) -> int:
        if one.moves_several:
            return 1 + one.words
        if one.is_store and one.has_register_offset:
            return 2
        if one.unit is Unit.FLOAT_MOVE:
            return one.words
        if one.unit is Unit.FLOAT_MULTIPLY_ADD:
            return FLOAT_MULTIPLY_ADD_CYCLES
        if one.unit is Unit.DIVIDE:
            return DIVIDE_CYCLES
        return FLOAT_DIVIDE_CYCLES if one.unit is Unit.FLOAT_DIVIDE else 1
