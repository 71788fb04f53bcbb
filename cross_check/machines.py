# SPDX-License-Identifier: Apache-2.0
"""QEMU's machines with the three cores: Arm's MPS2 board with its FPGA images.

Addresses and clocks: Arm's application notes AN386, AN500 and AN505 ("Memory map", "Clocks"), and
the machines' own pages in QEMU's manual. In AN505 the core starts in Secure state, so code, data
and timer are used at their Secure addresses.
"""

from __future__ import annotations

from dataclasses import dataclass

from hil.virtual.cpu.core_model import (
    CORTEX_M4_MODEL,
    CORTEX_M7_MODEL,
    CORTEX_M33_MODEL,
    CoreModel,
)

MEMORY_BYTES = 2 << 20
"""Size of each of the two memories in the linker script; all machines have more."""

INSTRUCTION_SHIFT = 7
INSTRUCTION_NS = 1 << INSTRUCTION_SHIFT
"""Virtual time of each instruction on QEMU (`-icount shift=7`): more than two timer ticks, so that
a difference of ticks corresponds to exactly one number of instructions."""


@dataclass(frozen=True, slots=True)
class Mps2:
    """A machine: core, memories and first CMSDK timer."""

    core: str
    """The name in boards.yaml and in the compiler's flags."""
    model: CoreModel
    qemu_name: str
    code: int
    data: int
    timer: int
    timer_hz: int

    @property
    def memories(self) -> tuple[tuple[str, int], ...]:
        """(name in the linker script, first address) of each memory."""
        return ("code", self.code), ("data", self.data)

    @property
    def tick_ns(self) -> int:
        """Period of the timer; a whole number of nanoseconds on all machines."""
        return 1_000_000_000 // self.timer_hz

    def instructions_of(self, ticks: int) -> int:
        """The exact number of instructions between two readings of the timer.

        Readings are rounded down to ticks, so the error of a difference is below one tick. Raises
        ValueError for a difference that corresponds to no number of instructions.
        """
        count = round(ticks * self.tick_ns / INSTRUCTION_NS)
        if abs(ticks * self.tick_ns - count * INSTRUCTION_NS) >= self.tick_ns:
            raise ValueError(f"{ticks} ticks of {self.tick_ns} ns are no number of instructions")
        return count


MACHINES = {
    machine.core: machine
    for machine in (
        Mps2("cortex-m4", CORTEX_M4_MODEL, "mps2-an386", 0, 0x2000_0000, 0x4000_0000, 25_000_000),
        Mps2("cortex-m7", CORTEX_M7_MODEL, "mps2-an500", 0, 0x2000_0000, 0x4000_0000, 25_000_000),
        Mps2(
            *("cortex-m33", CORTEX_M33_MODEL, "mps2-an505"),
            *(0x1000_0000, 0x3800_0000, 0x5000_0000, 20_000_000),
        ),
    )
}
