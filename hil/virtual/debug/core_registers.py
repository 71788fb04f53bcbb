# SPDX-License-Identifier: Apache-2.0
"""Core registers as a debugger selects them in DCRSR (ARMv7-M ARM C1.6.3, ARMv8-M ARM D1.2)."""

from __future__ import annotations

from unicorn import arm_const as reg

from hil.virtual.cpu.core import Core
from hil.virtual.run_loop import RunLoop

_PC, _XPSR, _MSP, _PSP, _SPECIAL, _FPSCR, _S0 = 15, 16, 17, 18, 20, 33, 0x40
_STACK_LIMITS = {28: reg.UC_ARM_REG_MSP, 29: reg.UC_ARM_REG_PSP}
"""MSPLIM_S and PSPLIM_S; without TrustZone the others are not there."""
_PLAIN = {
    **{number: reg.UC_ARM_REG_R0 + number for number in range(13)},
    13: reg.UC_ARM_REG_SP,
    14: reg.UC_ARM_REG_LR,
    _XPSR: reg.UC_ARM_REG_XPSR,
    _MSP: reg.UC_ARM_REG_MSP,
    _PSP: reg.UC_ARM_REG_PSP,
    _FPSCR: reg.UC_ARM_REG_FPSCR,
    **{_S0 + number: reg.UC_ARM_REG_S0 + number for number in range(32)},
}
_BYTES = (
    reg.UC_ARM_REG_PRIMASK,
    reg.UC_ARM_REG_BASEPRI,
    reg.UC_ARM_REG_FAULTMASK,
    reg.UC_ARM_REG_CONTROL,
)
"""The bytes of the register that selector 20 names, from the lowest."""
_CONTROL_PRIVILEGED = 0x7
_XPSR_THUMB = 1 << 24


class CoreRegisters:
    """The registers of a halted core."""

    def __init__(self, core: Core, loop: RunLoop) -> None:
        self._core, self._loop = core, loop

    def read(self, selector: int) -> int:
        """A register; one that the core does not have reads as zero."""
        core = self._core
        if selector == _PC:
            return self._loop.pc
        if selector == _SPECIAL:
            return sum((core.get(name) & 0xFF) << 8 * at for at, name in enumerate(_BYTES))
        if selector in _STACK_LIMITS and core.model.is_v8m:
            return self._loop.exceptions.stack_limits[_STACK_LIMITS[selector]]
        name = _PLAIN.get(selector)
        return 0 if name is None else core.get(name)

    def write(self, selector: int, value: int) -> None:
        """A register; a write to one that the core does not have is ignored."""
        core = self._core
        if selector == _PC:
            self._loop.go_to(value)
        elif selector == _SPECIAL:
            for at, name in enumerate(_BYTES):
                byte = value >> 8 * at & 0xFF
                core.set(name, byte & _CONTROL_PRIVILEGED if at == 3 else byte)
        elif selector == _XPSR:
            core.set(reg.UC_ARM_REG_XPSR, value & ~0x1FF | core.get(reg.UC_ARM_REG_XPSR) & 0x1FF)
        elif selector in _PLAIN:
            core.set(_PLAIN[selector], value & ~3 if selector in (13, _MSP, _PSP) else value)
