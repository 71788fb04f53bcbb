# SPDX-License-Identifier: Apache-2.0
"""System control block and FPU control of the Cortex-M4 with FPU.

ARMv7-M ARM (DDI 0403) section B3.2; PM0214 sections 4.4 and 4.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.cortex_m.scb import FpuControl, Scb
from hil.virtual.peripheral import ANY_SIZE, Register

CPUID_M4_R0P1 = 0x410F_C241


class ScbV7m(Scb):
    """SCB registers of a Cortex-M4; the vector table is at 0 after reset, where flash is seen."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **Scb.REGISTERS,
        0x00: Register("CPUID", CPUID_M4_R0P1),
        0x08: Register("VTOR", 0, 0x3FFF_FF80),
        0x14: Register("CCR", 0x0000_0200, 0x0000_0118),
        0x28: Register("CFSR", 0, 0x030F_BFBF, write_one=True, sizes=ANY_SIZE),
    }

    vector_table_is_aliased: ClassVar[bool] = True

    def reset(self) -> None:
        """Reset values."""
        super().reset()
        self.values["VTOR"] = 0

    @property
    def vector_table(self) -> int:
        """Address of the vectors: flash appears at 0 as well (RM0351 section 2.6, boot from flash).

        Only vectors are fetched there: any other access to it is taken for a null pointer.
        """
        return self.values["VTOR"] or self.system.core.flash.origin


class FpuControlV7m(FpuControl):
    """FPCCR, FPCAR, FPDSCR and the feature registers of FPv4-SP."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x04: Register("FPCCR", 0xC000_0000, 0xC000_0000),
        0x08: Register("FPCAR"),
        0x0C: Register("FPDSCR", 0, 0x07C0_0000),
        0x10: Register("MVFR0", 0x1011_0021),
        0x14: Register("MVFR1", 0x1100_0011),
    }
