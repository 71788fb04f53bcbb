# SPDX-License-Identifier: Apache-2.0
"""The registers of the core, by Unicorn's numbers and by their own."""

from __future__ import annotations

from collections.abc import Sequence

from unicorn import arm_const as reg

from hil.virtual.cpu.memories import Memories


class EngineRegisters(Memories):
    """Memories, and the registers of the core that is mapped to them."""

    def get(self, register: int) -> int:
        """Read a core register (Unicorn's number)."""
        return int(self.engine.reg_read(register)) & 0xFFFFFFFF

    def set(self, register: int, value: int) -> None:
        """Write a core register (Unicorn's number)."""
        self.engine.reg_write(register, value & 0xFFFFFFFF)

    def get_many(self, registers: Sequence[int]) -> list[int]:
        """Read several core registers."""
        return [self.get(register) for register in registers]

    def set_many(self, registers: Sequence[int], values: Sequence[int]) -> None:
        """Write several core registers."""
        for register, value in zip(registers, values, strict=True):
            self.set(register, value)

    @property
    def pc(self) -> int:
        """Address of the next instruction."""
        return self.get(reg.UC_ARM_REG_PC) & ~1

    def core_register(self, number: int) -> int:
        """Read r0 to r12 or r14 by its number."""
        return self.get(reg.UC_ARM_REG_LR if number == 14 else reg.UC_ARM_REG_R0 + number)
