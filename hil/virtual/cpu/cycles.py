# SPDX-License-Identifier: Apache-2.0
"""ESTIMATED cycles per instruction, by core.

Arm publishes no instruction timing table for the Cortex-M33 and M7, so these are estimates (about
+-25 % and +-35 % over a whole network). The Cortex-M4's table is public (its Technical Reference
Manual, DDI 0439, section 3.3); where it gives a span, one value stands for it, and the FPU's fused
multiply (3 cycles there) counts as 1. The Cortex-M7 (DDI 0489, section 1.2) issues two instructions
in a cycle where it can, and moves 64 bits to or from memory in one. Wait states, cache misses and
bus contention are left out everywhere.
Instruction *counts* are exact; every number derived from this table must be shown as an estimate.
`docs/virtual-board.md` prints the same table with the reasons for each row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class CycleTable:
    """What each kind of instruction costs, in core cycles."""

    core: str
    other: int = 1
    """ALU, multiply, SIMD, single store, branch not taken, FPU add/multiply/move."""
    load: int = 1
    """A single load, VLDR and VSTR of a word."""
    load_after_memory: int = 1
    """The same right after another single load or store: the two are pipelined."""
    load_use: int = 1
    """Added when the instruction after a load uses the loaded register."""
    multiple_base: int = 1
    """LDM, STM, PUSH, POP, VLDM, VSTM: this plus one for each word, or each two words."""
    words_a_cycle: int = 1
    """Words of such a transfer that move in one cycle."""
    double_word: int = 2
    """LDRD, STRD, VLDR/VSTR of a double."""
    branch_taken: int = 1
    """Added when the next instruction is not the one that follows in memory."""
    divide: int = 7
    """SDIV, UDIV: 2 to 11 by the operands."""
    float_divide: int = 14
    """VDIV.F32, VSQRT.F32."""
    dual_issue: bool = False
    """Whether an instruction costs nothing if the one before it leaves it a slot."""
    exception_entry: int = 12
    exception_return: int = 10

    def costs(self) -> npt.NDArray[np.int64]:
        """The table as the native hooks read it, in the order of the constants below."""
        return np.array(
            [
                self.other, self.load, self.load_after_memory, self.load_use, self.multiple_base,
                self.double_word, self.divide, self.float_divide, self.words_a_cycle,
                int(self.dual_issue),
            ],
            np.int64,
        )  # fmt: skip


COST_OTHER, COST_LOAD, COST_LOAD_AFTER_MEMORY, COST_LOAD_USE, COST_MULTIPLE = 0, 1, 2, 3, 4
COST_DOUBLE, COST_DIVIDE, COST_FLOAT_DIVIDE, COST_WORDS, COST_DUAL_ISSUE = 5, 6, 7, 8, 9
COSTS = 10

CORTEX_M33 = CycleTable(core="cortex-m33")

CORTEX_M7 = CycleTable(
    core="cortex-m7",
    words_a_cycle=2,
    double_word=1,
    dual_issue=True,
)

CORTEX_M4 = CycleTable(
    core="cortex-m4",
    load=2,
    load_use=0,
    double_word=3,
    branch_taken=2,
)
