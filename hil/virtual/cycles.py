# SPDX-License-Identifier: Apache-2.0
"""ESTIMATED cycles per instruction, by core.

Arm publishes no instruction timing table for the Cortex-M33, so these are estimates (about
+-25 % over a whole network); wait states, the instruction cache and bus contention are left out.
Instruction *counts* are exact; every number derived from this table must be shown as an estimate.
`docs/virtual-board.md` prints the same table with the reasons for each row.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CycleTable:
    """What each kind of instruction costs, in core cycles."""

    core: str
    other: int = 1
    """ALU, multiply, SIMD, single load or store, branch not taken, FPU add/multiply/move."""
    load_use: int = 1
    """Added when the instruction after a load uses the loaded register."""
    multiple_base: int = 1
    """LDM, STM, PUSH, POP, VLDM, VSTM: this plus one for each word."""
    double_word: int = 2
    """LDRD, STRD, VLDR/VSTR of a double."""
    branch_taken: int = 1
    """Added when the next instruction is not the one that follows in memory."""
    divide: int = 7
    """SDIV, UDIV: 2 to 11 by the operands."""
    float_divide: int = 14
    """VDIV.F32, VSQRT.F32."""
    exception_entry: int = 12
    exception_return: int = 10


CORTEX_M33 = CycleTable(core="cortex-m33")
