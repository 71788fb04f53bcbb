# SPDX-License-Identifier: Apache-2.0
"""The two native hooks that count and check every instruction.

Unicorn calls `on_block` at the start of each translated block and `on_instruction` before each
instruction. Both are numba C functions that share one array of 64-bit words, the *counters*,
with Python, so that no Python runs while the core does.

Counting happens once per block, before it runs; a run stops only at the start of a block, before
that block is counted. Hence the counts do not depend on how a run is cut into slices. A block is
at most 1 KiB of code: Unicorn ends blocks at page boundaries.
"""

# numba's decorators are untyped.
# mypy: disable-error-code="untyped-decorator,misc"

from __future__ import annotations

import ctypes
import enum

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import carray, cfunc, njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from unicorn import arm_const

from hil.virtual import thumb
from hil.virtual.cycles import CORTEX_M33

# Where things stand in the counters.
INSTRUCTIONS = 0
CYCLES = 1
DEADLINE = 2
STOP_REASON = 3
BLOCK = 4
BLOCK_ENTRY = 5
PC = 6
EXPECTED_NEXT = 7
BAD_PC = 8
FPU_ON = 9
STACK_LOW = 10
PENDING = 11
PASS_MARK = 12
FLASH_BASE = 13
FLASH_SIZE = 14
FLASH_BYTES = 15
BLOCK_TABLE = 16
CHECK_TABLE = 17
RAM_BASE = 18
RAM_SIZE = 19
RAM_BYTES = 20
SCRATCH = 21
STOP_FUNCTION = 22
READ_FUNCTION = 23
TRAP_DIVIDE = 24
COUNTERS = 32

_DIVISOR = 32
"""Added in the check table to the register that a division divides by."""

# A block table entry: instructions (12 bits), cycles (16), flags (16), size in bytes (16).
CYCLES_SHIFT = 12
FLAGS_SHIFT = 28
SIZE_SHIFT = 44

ENDS_IN_IT = 1 << 8
MARKED = 1 << 9

NO_DEADLINE = (1 << 63) - 1


class Stop(enum.IntEnum):
    """Why a hook stopped the core."""

    NONE = 0
    DEADLINE = 1
    FPU_DISABLED = 2
    STACK = 3
    UNALIGNED = 4
    MARK = 5
    MASK_CHANGED = 6
    LIMITS_CHANGED = 7
    DIVIDE_BY_ZERO = 8


_STOP_DEADLINE = int(Stop.DEADLINE)
_STOP_FPU = int(Stop.FPU_DISABLED)
_STOP_STACK = int(Stop.STACK)
_STOP_UNALIGNED = int(Stop.UNALIGNED)
_STOP_MARK = int(Stop.MARK)
_STOP_MASK = int(Stop.MASK_CHANGED)
_STOP_LIMITS = int(Stop.LIMITS_CHANGED)
_STOP_DIVIDE = int(Stop.DIVIDE_BY_ZERO)

_C_OTHER = CORTEX_M33.other
_C_LOAD_USE = CORTEX_M33.load_use
_C_MULTIPLE = CORTEX_M33.multiple_base
_C_DOUBLE = CORTEX_M33.double_word
_C_BRANCH = CORTEX_M33.branch_taken
_C_DIVIDE = CORTEX_M33.divide
_C_FLOAT_DIVIDE = CORTEX_M33.float_divide

_REG_R0 = arm_const.UC_ARM_REG_R0
_REG_MSP = arm_const.UC_ARM_REG_MSP
_FLASH_HALFWORDS = 1 << 21
"""Upper bound of the tables' length as numba sees them; the real bound is FLASH_SIZE."""


@intrinsic
def _pointer(typing_context, address):  # type: ignore[no-untyped-def]
    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.uint64), generate


@intrinsic
def _call_stop(typing_context, function, engine):  # type: ignore[no-untyped-def]
    """Call `uc_emu_stop(engine)` at the address `function`."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        prototype = ir.FunctionType(ir.IntType(32), [cgutils.voidptr_t])
        function_pointer = builder.inttoptr(arguments[0], prototype.as_pointer())
        return builder.call(function_pointer, [arguments[1]])

    return types.int32(types.uint64, types.voidptr), generate


@intrinsic
def _call_read(typing_context, function, engine, register, value):  # type: ignore[no-untyped-def]
    """Call `uc_reg_read(engine, register, value)` at the address `function`."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        prototype = ir.FunctionType(
            ir.IntType(32), [cgutils.voidptr_t, ir.IntType(32), cgutils.voidptr_t]
        )
        function_pointer = builder.inttoptr(arguments[0], prototype.as_pointer())
        return builder.call(function_pointer, arguments[1:])

    return types.int32(types.uint64, types.voidptr, types.int32, types.voidptr), generate


@njit(cache=True)
def _halfword(code, offset):  # type: ignore[no-untyped-def]
    return np.int64(code[offset]) | np.int64(code[offset + 1]) << 8


@njit(cache=True)
def _instruction_cycles(kind, words):  # type: ignore[no-untyped-def]
    if kind == thumb.KIND_MULTIPLE:
        return _C_MULTIPLE + words
    if kind == thumb.KIND_DOUBLE:
        return _C_DOUBLE
    if kind == thumb.KIND_DIVIDE:
        return _C_DIVIDE
    if kind == thumb.KIND_FLOAT_DIVIDE:
        return _C_FLOAT_DIVIDE
    return _C_OTHER


@njit(cache=True)
def _scan(code, offset, size, checks, have_checks):  # type: ignore[no-untyped-def]
    """Decode a block; return its table entry and note which instructions need a base check."""
    count, cycles, flags = np.int64(0), np.int64(0), np.int64(0)
    previous_load = thumb.NO_REGISTER
    it_left = 0
    position = offset
    end = offset + size
    while position < end:
        first = _halfword(code, position)
        wide = thumb.is_wide(first)
        second = _halfword(code, position + 2) if wide else 0
        bits, kind, words, loaded, reads, base = thumb.decode(first, second)
        if have_checks:
            check = base + 1 if base != thumb.NO_REGISTER else 0
            if kind == thumb.KIND_DIVIDE:
                check = _DIVISOR + 1 + (second & 15)
            checks[position >> 1] = check
        cycles += _instruction_cycles(kind, words)
        if previous_load != thumb.NO_REGISTER and reads >> previous_load & 1:
            cycles += _C_LOAD_USE
        previous_load = loaded
        if it_left > 0:
            it_left -= 1
        if bits & thumb.IS_IT:
            mask = first & 15
            it_left = 4
            while mask & 1 == 0:
                mask >>= 1
                it_left -= 1
        flags |= bits
        count += 1
        position += 4 if wide else 2
    if it_left > 0:
        flags |= ENDS_IN_IT
    return count | cycles << CYCLES_SHIFT | flags << FLAGS_SHIFT | size << SIZE_SHIFT


@njit(cache=True)
def _entry_of(counters, address, size):  # type: ignore[no-untyped-def]
    offset = np.int64(address) - np.int64(counters[FLASH_BASE])
    if 0 <= offset < np.int64(counters[FLASH_SIZE]):
        table = carray(_pointer(counters[BLOCK_TABLE]), _FLASH_HALFWORDS, np.int64)
        entry = table[offset >> 1]
        if entry >> SIZE_SHIFT != size:
            checks = carray(_pointer(counters[CHECK_TABLE]), _FLASH_HALFWORDS, np.uint8)
            code = carray(_pointer(counters[FLASH_BYTES]), _FLASH_HALFWORDS, np.uint8)
            mark = entry & (np.int64(MARKED) << FLAGS_SHIFT)
            entry = _scan(code, offset, np.int64(size), checks, True) | mark
            table[offset >> 1] = entry
        return entry
    offset = np.int64(address) - np.int64(counters[RAM_BASE])
    if 0 <= offset < np.int64(counters[RAM_SIZE]):
        code = carray(_pointer(counters[RAM_BYTES]), _FLASH_HALFWORDS, np.uint8)
        return _scan(code, offset, np.int64(size), code, False)
    return np.int64(size >> 1) | np.int64(size >> 1) << CYCLES_SHIFT


@njit(cache=True)
def _stop(counters, engine, reason, pc):  # type: ignore[no-untyped-def]
    counters[STOP_REASON] = np.uint64(reason)
    counters[BAD_PC] = np.uint64(pc)
    _call_stop(counters[STOP_FUNCTION], engine)


@njit(cache=True)
def _stack_is_low(counters, engine):  # type: ignore[no-untyped-def]
    scratch = carray(_pointer(counters[SCRATCH]), 1, np.uint32)
    _call_read(counters[READ_FUNCTION], engine, np.int32(_REG_MSP), _pointer(counters[SCRATCH]))
    return np.uint64(scratch[0]) < counters[STACK_LOW]


@cfunc(types.void(types.voidptr, types.uint64, types.uint32, types.voidptr), cache=True)
def on_block(engine, address, size, user_data):  # type: ignore[no-untyped-def]
    """UC_HOOK_BLOCK: stop here when due, else count the block that is about to run."""
    counters = carray(user_data, COUNTERS, np.uint64)
    previous = np.int64(counters[BLOCK_ENTRY]) >> FLAGS_SHIFT
    if previous & ENDS_IN_IT == 0:
        if counters[CYCLES] >= counters[DEADLINE]:
            _stop(counters, engine, _STOP_DEADLINE, address)
            return
        if previous & (thumb.WRITES_MASK | thumb.WRITES_SP | thumb.WRITES_LIMIT):
            if previous & thumb.WRITES_LIMIT:
                _stop(counters, engine, _STOP_LIMITS, address)
                return
            if previous & thumb.WRITES_MASK and counters[PENDING] != 0:
                _stop(counters, engine, _STOP_MASK, address)
                return
            if previous & thumb.WRITES_SP and _stack_is_low(counters, engine):
                _stop(counters, engine, _STOP_STACK, counters[PC])
                return
    entry = _entry_of(counters, address, size)
    flags = entry >> FLAGS_SHIFT
    if flags & MARKED and counters[PASS_MARK] != address:
        _stop(counters, engine, _STOP_MARK, address)
        return
    if flags & thumb.FPU and counters[FPU_ON] == 0:
        _stop(counters, engine, _STOP_FPU, address)
        return
    counters[PASS_MARK] = 0
    cycles = entry >> CYCLES_SHIFT & 0xFFFF
    if address != counters[EXPECTED_NEXT]:
        cycles += _C_BRANCH
    counters[INSTRUCTIONS] += np.uint64(entry & 0xFFF)
    counters[CYCLES] += np.uint64(cycles)
    counters[BLOCK] = address
    counters[BLOCK_ENTRY] = np.uint64(entry)
    counters[EXPECTED_NEXT] = address + size


@njit(cache=True)
def _register(counters, engine, number):  # type: ignore[no-untyped-def]
    scratch = carray(_pointer(counters[SCRATCH]), 1, np.uint32)
    register = np.int32(_REG_R0 + number)
    _call_read(counters[READ_FUNCTION], engine, register, _pointer(counters[SCRATCH]))
    return np.int64(scratch[0])


@njit(cache=True)
def _base_in_ram_code(counters, address):  # type: ignore[no-untyped-def]
    offset = np.int64(address) - np.int64(counters[RAM_BASE])
    if 0 <= offset < np.int64(counters[RAM_SIZE]) - 2:
        code = carray(_pointer(counters[RAM_BYTES]), _FLASH_HALFWORDS, np.uint8)
        base = thumb.decode(_halfword(code, offset), _halfword(code, offset + 2))[5]
        return 0 if base == thumb.NO_REGISTER else base + 1
    return 0


@cfunc(types.void(types.voidptr, types.uint64, types.uint32, types.voidptr), cache=True)
def on_instruction(engine, address, size, user_data):  # type: ignore[no-untyped-def]
    """UC_HOOK_CODE: note the PC and check the base of accesses that must be word aligned."""
    counters = carray(user_data, COUNTERS, np.uint64)
    counters[PC] = address
    offset = address - counters[FLASH_BASE]
    if offset < counters[FLASH_SIZE]:
        checks = carray(_pointer(counters[CHECK_TABLE]), _FLASH_HALFWORDS, np.uint8)
        base = np.int64(checks[offset >> np.uint64(1)])
    else:
        base = np.int64(_base_in_ram_code(counters, address))
    if base > _DIVISOR:
        if counters[TRAP_DIVIDE] == 0:
            return
        base -= _DIVISOR
        if _register(counters, engine, base - 1) == 0:
            _stop(counters, engine, _STOP_DIVIDE, address)
    elif base != 0 and _register(counters, engine, base - 1) & 3:
        _stop(counters, engine, _STOP_UNALIGNED, address)


@njit(cache=True)
def _count_between(code, offset, end):  # type: ignore[no-untyped-def]
    count = 0
    while offset < end:
        offset += 4 if thumb.is_wide(_halfword(code, offset)) else 2
        count += 1
    return count


def instructions_between(code: npt.NDArray[np.uint8], offset: int, end: int) -> int:
    """Count the instructions of `code` from byte `offset` up to byte `end`."""
    return int(_count_between(code, offset, end))


def address_of(callback: object) -> ctypes.c_void_p:
    """Return a numba C callback as the pointer that Unicorn's C interface takes."""
    return ctypes.cast(callback.address, ctypes.c_void_p)  # type: ignore[attr-defined]
