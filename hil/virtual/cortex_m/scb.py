# SPDX-License-Identifier: Apache-2.0
"""System control block and FPU control of the Cortex-M33, TrustZone disabled.

ARMv8-M ARM (DDI 0553) section D1.2; PM0264 section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from hil.virtual.cortex_m import nvic
from hil.virtual.peripheral import ANY_SIZE, Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.system import CoreAccess

CPUID_M33_R0P4 = 0x410F_D214

VECTKEY = 0x05FA
SYSRESETREQ = 1 << 2
SLEEPONEXIT, SLEEPDEEP = 1 << 1, 1 << 2
UNALIGN_TRP, DIV_0_TRP, STKALIGN = 1 << 3, 1 << 4, 1 << 9
CPACR_FPU_FULL = 0xF << 20

SHCSR_ENABLE = {nvic.MEM_FAULT: 1 << 16, nvic.BUS_FAULT: 1 << 17, nvic.USAGE_FAULT: 1 << 18}

CFSR_IACCVIOL, CFSR_DACCVIOL, CFSR_MMARVALID = 1 << 0, 1 << 1, 1 << 7
CFSR_IBUSERR, CFSR_PRECISERR, CFSR_IMPRECISERR = 1 << 8, 1 << 9, 1 << 10
CFSR_MSTKERR, CFSR_STKERR, CFSR_BFARVALID = 1 << 4, 1 << 12, 1 << 15
CFSR_UNDEFINSTR, CFSR_INVSTATE, CFSR_INVPC, CFSR_NOCP = (1 << bit for bit in (16, 17, 18, 19))
CFSR_STKOF, CFSR_UNALIGNED, CFSR_DIVBYZERO = 1 << 20, 1 << 24, 1 << 25
HFSR_VECTTBL, HFSR_FORCED, HFSR_DEBUGEVT = 1 << 1, 1 << 30, 1 << 31


class ScbSystem(CoreAccess, Protocol):
    """What the system control block needs of the machine."""

    def request_reset(self) -> None:
        """Reset the system at the end of the block."""


class Scb(Peripheral[ScbSystem]):
    """SCB registers, 0xE000ED00 to 0xE000ED8F."""

    SIZE = 0x90
    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("CPUID", CPUID_M33_R0P4),
        0x04: Register("ICSR", 0, 0x9E00_0000, write_one=True),
        0x08: Register("VTOR", 0, 0xFFFF_FF80),
        0x0C: Register("AIRCR", 0xFA05_0000, 0xFFFF_FFFF, write_one=True),
        0x10: Register("SCR", 0, 0x16),
        0x14: Register("CCR", 0x0000_0201, 0x0000_0118),
        0x18: Register("SHPR1", 0, 0x00F0_F0F0, sizes=ANY_SIZE),
        0x1C: Register("SHPR2", 0, 0xF000_0000, sizes=ANY_SIZE),
        0x20: Register("SHPR3", 0, 0xF0F0_00F0, sizes=ANY_SIZE),
        0x24: Register("SHCSR", 0, 0x0007_0000),
        0x28: Register("CFSR", 0, 0x030F_FFFF | CFSR_STKOF, write_one=True, sizes=ANY_SIZE),
        0x2C: Register("HFSR", 0, 0xC000_0002, write_one=True),
        0x30: Register("DFSR", 0, 0x1F, write_one=True),
        0x34: Register("MMFAR"),
        0x38: Register("BFAR"),
        0x3C: Register("AFSR"),
        0x40: Register("ID_PFR0", 0x30),
        0x88: Register("CPACR", 0, 0x00F0_0000),
    }

    vector_table_is_aliased: ClassVar[bool] = False
    """After reset the vectors are read at address 0, where the part shows its flash."""

    def __init__(self, system: ScbSystem, name: str, base: int, exceptions: nvic.Nvic) -> None:
        self.nvic = exceptions
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Reset values; the vector table is where the boot address option says."""
        super().reset()
        self.values["VTOR"] = self.system.core.flash.origin

    @property
    def vector_table(self) -> int:
        """Address of the vector table."""
        return self.values["VTOR"]

    @property
    def priority_group(self) -> int:
        """AIRCR.PRIGROUP."""
        return self.values["AIRCR"] >> 8 & 7

    @property
    def fpu_enabled(self) -> bool:
        """Whether CPACR grants full access to CP10 and CP11."""
        return self.values["CPACR"] & CPACR_FPU_FULL == CPACR_FPU_FULL

    def read_icsr(self) -> int:
        """What is active and pending."""
        state = self.nvic
        value = state.active[-1] if state.active else 0
        best = state.best_pending()
        value |= 0 if best is None else best << 12
        value |= 1 << 11 if len(state.active) == 1 else 0
        value |= 1 << 22 if any(e >= nvic.FIRST_INTERRUPT for e in state.pending) else 0
        value |= 1 << 26 if nvic.SYSTICK in state.pending else 0
        value |= 1 << 28 if nvic.PENDSV in state.pending else 0
        return value

    def write_icsr(self, value: int) -> None:
        """Set or clear the pending state of NMI, PendSV and SysTick."""
        state = self.nvic
        for bit, exception in ((31, nvic.NMI), (28, nvic.PENDSV), (26, nvic.SYSTICK)):
            if value >> bit & 1:
                state.pend(exception)
        for bit, exception in ((27, nvic.PENDSV), (25, nvic.SYSTICK)):
            if value >> bit & 1:
                state.pending.discard(exception)

    def write_aircr(self, value: int) -> None:
        """Set the priority grouping or request a reset; without the key nothing happens."""
        if value >> 16 != VECTKEY:
            raise self.broken(Rule.WRITE_PROTECTED_REGISTER, "AIRCR is written without key", 0x0C)
        if value & SYSRESETREQ:
            self.system.request_reset()
        self.values["AIRCR"] = 0xFA05_0000 | value & 0x0700
        self.system.core.stop_soon()

    def write_scr(self, value: int) -> None:
        """Choose how to sleep; only plain sleep is modelled."""
        if value & SLEEPDEEP:
            raise self.broken(Rule.MODE_UNMODELLED, "deep sleep (SCR.SLEEPDEEP)", 0x10)
        self.values["SCR"] = value

    def write_ccr(self, value: int) -> None:
        """Set traps; trapping of unaligned words is not modelled, so it is refused."""
        if value & UNALIGN_TRP:
            raise self.broken(Rule.MODE_UNMODELLED, "CCR.UNALIGN_TRP", 0x14)
        self.values["CCR"] = value
        self.system.core.trap_divisions(bool(value & DIV_0_TRP))

    def _set_priorities(self, name: str, value: int, first: int) -> None:
        self.values[name] = value
        for i in range(4):
            self.nvic.priority_bits[first + i] = value >> 8 * i & nvic.PRIORITY_MASK
        self.system.core.stop_soon()

    def write_shpr1(self, value: int) -> None:
        """Priorities of MemManage, BusFault, UsageFault."""
        self._set_priorities("SHPR1", value, 4)

    def write_shpr2(self, value: int) -> None:
        """Priority of SVCall."""
        self._set_priorities("SHPR2", value, 8)

    def write_shpr3(self, value: int) -> None:
        """Priorities of DebugMonitor, PendSV, SysTick."""
        self._set_priorities("SHPR3", value, 12)

    def write_cfsr(self, value: int) -> None:
        """Clear fault flags."""
        self.values["CFSR"] &= ~value

    def write_hfsr(self, value: int) -> None:
        """Clear HardFault flags."""
        self.values["HFSR"] &= ~value

    def write_dfsr(self, value: int) -> None:
        """Clear debug event flags."""
        self.values["DFSR"] &= ~value

    def write_cpacr(self, value: int) -> None:
        """Grant or deny the FPU; only none and full access are modelled."""
        if value & CPACR_FPU_FULL not in (0, CPACR_FPU_FULL):
            raise self.broken(Rule.MODE_UNMODELLED, "privileged-only FPU access", 0x88)
        self.values["CPACR"] = value
        self.system.core.allow_fpu(self.fpu_enabled)


class FpuControl(Peripheral[object]):
    """FPCCR, FPCAR, FPDSCR and the feature registers, 0xE000EF30 to 0xE000EF4F."""

    SIZE = 0x20
    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x04: Register("FPCCR", 0xC000_0004, 0xC000_0000),
        0x08: Register("FPCAR"),
        0x0C: Register("FPDSCR", 0, 0x07C0_0000),
        0x10: Register("MVFR0", 0x1011_0021),
        0x14: Register("MVFR1", 0x1100_0011),
        0x18: Register("MVFR2", 0x0000_0040),
    }

    def write_fpccr(self, value: int) -> None:
        """Choose automatic state preservation, which is the only mode modelled."""
        if not value >> 31:
            raise self.broken(Rule.MODE_UNMODELLED, "FPCCR.ASPEN = 0", 0x04)
        self.values["FPCCR"] = value

    def write_fpdscr(self, value: int) -> None:
        """Default FPSCR; only zero is modelled."""
        if value:
            raise self.broken(Rule.MODE_UNMODELLED, "a default FPSCR other than 0", 0x0C)
