# SPDX-License-Identifier: Apache-2.0
"""The registers of the core, by Unicorn's numbers and by their own."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import unicorn
from unicorn import arm_const as reg
from unicorn.unicorn_py3 import unicorn as binding

from hil.virtual.cpu.memories import Memories
from hil.virtual.cpu.memory_region import MemoryRegion


class _Batch:
    """Some registers, and room for their values, as the engine takes them."""

    def __init__(self, registers: tuple[int, ...]) -> None:
        count = len(registers)
        self.numbers = (ctypes.c_int32 * count)(*registers)
        self.values = (ctypes.c_uint64 * count)()
        first, size = ctypes.addressof(self.values), ctypes.sizeof(ctypes.c_uint64)
        self.pointers = (ctypes.c_void_p * count)(*(first + size * i for i in range(count)))


class EngineRegisters(Memories):
    """Memories, and the registers of the core that is mapped to them: all of 32 bits.

    The engine's C functions are called directly: its binding looks up a register's kind each time.
    """

    def __init__(self, engine: unicorn.Uc, regions: Sequence[MemoryRegion]) -> None:
        super().__init__(engine, regions)
        self._read_register, self._write_register = (
            binding.uclib.uc_reg_read,
            binding.uclib.uc_reg_write,
        )
        self._read_batch, self._write_batch = (
            binding.uclib.uc_reg_read_batch,
            binding.uclib.uc_reg_write_batch,
        )
        self._handle = engine._uch
        self._word = ctypes.c_uint64()
        self._at_word = ctypes.byref(self._word)
        self._batches: dict[tuple[int, ...], _Batch] = {}

    def get(self, register: int) -> int:
        """Read a core register (Unicorn's number)."""
        error = self._read_register(self._handle, register, self._at_word)
        if error:
            raise unicorn.UcError(error)
        return self._word.value & 0xFFFFFFFF

    def set(self, register: int, value: int) -> None:
        """Write a core register (Unicorn's number)."""
        self._word.value = value & 0xFFFFFFFF
        error = self._write_register(self._handle, register, self._at_word)
        if error:
            raise unicorn.UcError(error)

    def get_many(self, registers: Sequence[int]) -> list[int]:
        """Read several core registers."""
        batch = self._batch(registers)
        error = self._read_batch(self._handle, batch.numbers, batch.pointers, len(registers))
        if error:
            raise unicorn.UcError(error)
        return [value & 0xFFFFFFFF for value in batch.values]

    def set_many(self, registers: Sequence[int], values: Sequence[int]) -> None:
        """Write several core registers, in this order."""
        batch = self._batch(registers)
        batch.values[:] = [value & 0xFFFFFFFF for value in values]
        error = self._write_batch(self._handle, batch.numbers, batch.pointers, len(registers))
        if error:
            raise unicorn.UcError(error)

    def _batch(self, registers: Sequence[int]) -> _Batch:
        key = tuple(registers)
        batch = self._batches.get(key)
        if batch is None:
            batch = self._batches[key] = _Batch(key)
        return batch

    @property
    def pc(self) -> int:
        """Address of the next instruction."""
        return self.get(reg.UC_ARM_REG_PC) & ~1

    def core_register(self, number: int) -> int:
        """Read r0 to r12 or r14 by its number."""
        return self.get(reg.UC_ARM_REG_LR if number == 14 else reg.UC_ARM_REG_R0 + number)
