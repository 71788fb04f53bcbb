# SPDX-License-Identifier: Apache-2.0
"""System control block and FPU control of the Cortex-M7: caches switched and described.

ARMv7-M ARM (DDI 0403) sections B3.2 and B4.8; PM0253 sections 4.3 and 4.6; Cortex-M7 Technical
Reference Manual (DDI 0489) chapters 3 and 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.cortex_m.caches import CacheMaintenance
from hil.virtual.cortex_m.nvic import Nvic
from hil.virtual.cortex_m.scb import ScbSystem
from hil.virtual.cortex_m.v7m import FpuControlV7m, ScbV7m
from hil.virtual.peripheral import Register
from hil.virtual.rules import Rule

CPUID_M7_R1P1 = 0x411F_C271

DC, IC, BP = 1 << 16, 1 << 17, 1 << 18
SELECT_INSTRUCTION = 1

CLIDR_L1_SPLIT = 0x0900_0003
CTR_32_BYTE_LINES = 0x8303_C003
CCSIDR_DATA_16K = 0xF00F_E019
"""4 ways, 128 sets, lines of 32 bytes; write-through, write-back, read and write allocate."""
CCSIDR_INSTRUCTION_16K = 0xF01F_E009
"""2 ways, 256 sets."""


class ScbM7(ScbV7m):
    """SCB registers of a Cortex-M7 with 16 KiB of each cache; vectors start where flash does."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **ScbV7m.REGISTERS,
        0x00: Register("CPUID", CPUID_M7_R1P1),
        0x08: Register("VTOR", 0, 0xFFFF_FF80),
        0x14: Register("CCR", 0x0000_0200 | BP, DC | IC | 0x0000_0118, status=BP),
        0x78: Register("CLIDR", CLIDR_L1_SPLIT),
        0x7C: Register("CTR", CTR_32_BYTE_LINES),
        0x80: Register("CCSIDR"),
        0x84: Register("CSSELR", 0, SELECT_INSTRUCTION),
    }

    vector_table_is_aliased: ClassVar[bool] = False

    def __init__(
        self, system: ScbSystem, name: str, base: int, exceptions: Nvic, caches: CacheMaintenance
    ) -> None:
        self.caches = caches
        """The maintenance registers, which know what has been invalidated."""
        super().__init__(system, name, base, exceptions)

    def reset(self) -> None:
        """Reset values; the vector table is where the boot address option says."""
        super().reset()
        self.values["VTOR"] = self.system.core.flash.origin

    @property
    def vector_table(self) -> int:
        """Address of the vector table; at 0 is instruction TCM."""
        return self.values["VTOR"]

    def read_ccsidr(self) -> int:
        """Geometry of the cache that CSSELR selects."""
        instruction = self.values["CSSELR"] & SELECT_INSTRUCTION
        return CCSIDR_INSTRUCTION_16K if instruction else CCSIDR_DATA_16K

    def write_ccr(self, value: int) -> None:
        """Switch caches and traps."""
        before = self.values["CCR"]
        for bit, name in ((IC, "IC"), (DC, "DC")):
            if before & bit and not value & bit:
                raise self.broken(Rule.MODE_UNMODELLED, f"CCR.{name} is cleared again", 0x14)
        if value & ~before & IC:
            self.caches.start_instruction_cache()
        if value & ~before & DC:
            self.caches.start_data_cache()
        super().write_ccr(value)


class FpuControlM7(FpuControlV7m):
    """FPCCR, FPCAR, FPDSCR and the feature registers of FPv5 with double precision."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **FpuControlV7m.REGISTERS,
        0x10: Register("MVFR0", 0x1011_0221),
        0x14: Register("MVFR1", 0x1200_0011),
        0x18: Register("MVFR2", 0x0000_0040),
    }
