# SPDX-License-Identifier: Apache-2.0
"""The Cortex-M7's pipeline: in order, up to two instructions a cycle, an early and a late ALU.

From what was measured on an STM32H743 (rev. Y) and is public: github.com/jnk0le/random, folder
"pipeline cycle test", doc/cortex_m7.md at commit 3dfc2ab. What nobody measured is marked ASSUMED.
Code and data without wait states (ITCM and DTCM, or hits in the caches), branches predicted
rightly, pairs of loads that meet different banks.
"""

from __future__ import annotations

from collections.abc import Iterable

from hil.virtual.cpu.pipeline.instruction import Instruction, Unit

DIVIDE_CYCLES = 7
"""ASSUMED: by the operands."""
FLOAT_DIVIDE_CYCLES = {"vdiv": 16, "vsqrt": 14}
JUMP_CYCLES = 2
"""That BX, BL and POP to the program counter add, predicted rightly. ASSUMED."""

_EARLY_NAMES = frozenset(
    (
        "add",
        "adds",
        "addw",
        "sub",
        "subs",
        "subw",
        "rsb",
        "rsbs",
        "mov",
        "movs",
        "movw",
        "movt",
        "mvn",
    )
)
_REVERSALS = frozenset(("rev", "rev16", "revsh", "rbit"))
_EARLY_BITS = _REVERSALS | {"sbfx", "ubfx"}
_PACKING = frozenset({"pkhbt", "pkhtb"})
_ONE_OF_A_KIND = {Unit.EXTEND, Unit.EXTEND_ADD, Unit.BITS, Unit.DSP}
"""No two of these in a cycle."""
_FLOAT_UNITS = {Unit.FLOAT, Unit.FLOAT_MULTIPLY_ADD, Unit.FLOAT_DIVIDE}


class _Result:
    """When a result can be used by instructions that issue then."""

    __slots__ = ("addend", "early", "late", "multiplied", "stored")

    def __init__(self, *, stored: int, late: int, early: int, multiplied: int, addend: int) -> None:
        self.stored, self.late, self.early = stored, late, early
        self.multiplied, self.addend = multiplied, addend

    def later(self) -> _Result:
        """All of it a cycle later."""
        return _Result(
            stored=self.stored + 1,
            late=self.late + 1,
            early=self.early + 1,
            multiplied=self.multiplied + 1,
            addend=self.addend + 1,
        )


class CortexM7:
    """Cycles of a run of instructions, from empty to the end of the last."""

    name = "cortex-m7"
    sources = "STM32H743 measurements (jnk0le/random, pipeline cycle test)"

    def __init__(self, late: frozenset[Unit] = frozenset()) -> None:
        """`late`: units whose results are taken to come a cycle later than they were measured."""
        self._later = late

    def cycles(self, instructions: Iterable[Instruction]) -> int:
        """Of instructions as executed: a branch is taken if the next instruction is elsewhere."""
        ready: dict[str, _Result] = {}
        now = -1
        """The cycle in which the instruction before was issued."""
        older: Instruction | None = None
        """It, if a second may join it."""
        next_address, if_left, busy, float_busy = -1, 0, 0, 0
        for one in instructions:
            if one.address != next_address and next_address >= 0:
                older, busy = None, max(busy, now + 1 + if_left)
            earliest = max(
                busy, *(self._when(ready[name], name, one) for name in one.reads & ready.keys()), 0
            )
            if one.is_float and one.unit is not Unit.FLOAT_MULTIPLY_ADD:
                earliest = (
                    max(earliest, float_busy) if self._shuns_float_multiply(one) else earliest
                )
            joins = older is not None and earliest <= now and self._pair(older, one)
            now, older = (now, None) if joins else (max(earliest, now + 1), one)
            if one.moves_several:
                busy, older = now + (one.words + 1) // 2, None
            elif one.unit is Unit.DIVIDE:
                busy = now + DIVIDE_CYCLES
            elif one.unit is Unit.FLOAT_DIVIDE:
                busy = now + FLOAT_DIVIDE_CYCLES[one.name]
            elif one.unit is Unit.FLOAT_MULTIPLY_ADD:
                float_busy = now + 4
            is_early = self._executes_early(one, ready, now)
            for index, name in enumerate(one.writes):
                made = self._result(one, name, index, now, is_early=is_early)
                ready[name] = made.later() if one.unit in self._later else made
            next_address = one.address + one.size
            leaves_slowly = one.leaves and (one.unit is not Unit.BRANCH or one.name == "bl")
            if_left = JUMP_CYCLES if leaves_slowly else 0
        return max(now + 1, busy)

    @staticmethod
    def _pair(older: Instruction, one: Instruction) -> bool:
        """Whether the units of two instructions allow both in a cycle."""
        both = {older.unit, one.unit}
        if older.moves_several or one.moves_several or Unit.SYSTEM in both:
            return False
        if older.unit is one.unit and one.unit in {
            Unit.MULTIPLY,
            Unit.STORE,
            Unit.BRANCH,
            Unit.DIVIDE,
        }:
            return False
        if Unit.MULTIPLY in both and Unit.STORE in both:
            return False
        of_a_kind = [unit in _ONE_OF_A_KIND for unit in (older.unit, one.unit)]
        shifts = [item.unit is Unit.SHIFTED or item.has_shifted_constant for item in (older, one)]
        shifter = [
            item.unit in {Unit.BITS, Unit.EXTEND_ADD} or item.name in _PACKING
            for item in (older, one)
        ]
        if all(of_a_kind) or all(shifts) or (any(shifter) and any(shifts)):
            return False
        floats = [item.is_float and item.unit in _FLOAT_UNITS for item in (older, one)]
        moves = [item.is_float and item.unit not in _FLOAT_UNITS for item in (older, one)]
        multiplies = Unit.FLOAT_MULTIPLY_ADD in both
        return not (
            all(floats)
            or (multiplies and any(moves))
            or any(item.unit is Unit.FLOAT_MOVE and item.words > 1 for item in (older, one))
        )

    @staticmethod
    def _shuns_float_multiply(one: Instruction) -> bool:
        return one.moves_several or one.name == "vadd"

    @staticmethod
    def _executes_early(one: Instruction, ready: dict[str, _Result], now: int) -> bool:
        """Whether the early ALU makes the result: only where its operands are there for it."""
        simple = one.name in _EARLY_NAMES and one.unit is Unit.ALU and not one.has_shifted_constant
        if not (simple or one.unit is Unit.SHIFT or one.name in _EARLY_BITS):
            return False
        return all(ready[name].early <= now for name in one.reads & ready.keys())

    @staticmethod
    def _result(one: Instruction, name: str, index: int, now: int, *, is_early: bool) -> _Result:
        if name == one.base_written:
            late, early = now, now + 1
        elif one.moves_several:
            late = now + index // 2 + 1
            early = late + 1
        elif one.is_load:
            late = now + (2 if one.is_narrow_data else 1)
            early = late + 1
            return _Result(stored=now, late=late, early=early, multiplied=late + 1, addend=now + 1)
        elif one.unit is Unit.MULTIPLY:
            return _Result(
                stored=now, late=now + 2, early=now + 3, multiplied=now + 2, addend=now + 1
            )
        elif one.unit is Unit.FLOAT_MULTIPLY_ADD:
            return _Result(
                stored=now + 3, late=now + 5, early=now + 5, multiplied=now + 5, addend=now + 3
            )
        elif one.unit is Unit.FLOAT_MOVE and name not in one.floats:
            return _Result(
                stored=now, late=now + 2, early=now + 3, multiplied=now + 2, addend=now + 1
            )
        elif one.is_float:
            late = now + (4 if one.unit is Unit.FLOAT_MOVE else 3)
            return _Result(stored=now + 1, late=late, early=late, multiplied=late, addend=late)
        elif is_early:
            late, early = now, now + (2 if one.name in _REVERSALS else 1)
        else:
            late, early = now + 1, now + 2
        return _Result(stored=now, late=late, early=early, multiplied=late, addend=late)

    @staticmethod
    def _when(result: _Result, name: str, one: Instruction) -> int:
        """The first cycle in which an instruction may issue that uses a result so."""
        if name in one.addresses or name in one.shifted or one.name in _EARLY_BITS:
            return result.early
        if name in one.stored:
            return result.stored
        if name in one.addends:
            return result.addend
        if one.unit is Unit.MULTIPLY:
            return result.multiplied
        takes_early = one.unit is Unit.EXTEND_ADD or one.name in _PACKING | {"bfi"}
        return result.early if takes_early else result.late
