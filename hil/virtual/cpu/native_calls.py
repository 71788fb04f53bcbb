# SPDX-License-Identifier: Apache-2.0
"""Calls of the engine's own functions from native hooks: registers, and the core's stop."""

# numba's decorators are untyped.
# mypy: disable-error-code="untyped-decorator,misc"

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import carray, njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from unicorn import arm_const

import hil.virtual.cpu.compiled_cache  # noqa: F401  # before the compiled modules
from hil.virtual.cpu import counters as at

_REG_R0 = arm_const.UC_ARM_REG_R0
_REG_LR = arm_const.UC_ARM_REG_LR
_REG_XPSR = arm_const.UC_ARM_REG_XPSR
_XPSR_IT = 0x0600_FC00
"""Where the core stands in an IT block."""


@intrinsic
def pointer(typing_context, address):  # type: ignore[no-untyped-def]
    """A word of the counters as the pointer that it holds."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.uint64), generate


@intrinsic
def call_stop(typing_context, function, engine):  # type: ignore[no-untyped-def]
    """Call `uc_emu_stop(engine)` at the address `function`."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        prototype = ir.FunctionType(ir.IntType(32), [cgutils.voidptr_t])
        function_pointer = builder.inttoptr(arguments[0], prototype.as_pointer())
        return builder.call(function_pointer, [arguments[1]])

    return types.int32(types.uint64, types.voidptr), generate


@intrinsic
def _call_access(typing_context, function, engine, register, value):  # type: ignore[no-untyped-def]
    """Call `uc_reg_read` or `uc_reg_write(engine, register, value)` at the address `function`."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        prototype = ir.FunctionType(
            ir.IntType(32), [cgutils.voidptr_t, ir.IntType(32), cgutils.voidptr_t]
        )
        function_pointer = builder.inttoptr(arguments[0], prototype.as_pointer())
        return builder.call(function_pointer, arguments[1:])

    return types.int32(types.uint64, types.voidptr, types.int32, types.voidptr), generate


@njit(cache=True)
def read_register(counters, engine, register):  # type: ignore[no-untyped-def]
    """Read a register by Unicorn's number."""
    scratch = carray(pointer(counters[at.SCRATCH]), 1, np.uint32)
    _call_access(
        counters[at.READ_FUNCTION], engine, np.int32(register), pointer(counters[at.SCRATCH])
    )
    return np.int64(scratch[0])


@njit(cache=True)
def write_register(counters, engine, register, value):  # type: ignore[no-untyped-def]
    """Write a register by Unicorn's number."""
    scratch = carray(pointer(counters[at.SCRATCH]), 1, np.uint32)
    scratch[0] = np.uint32(value)
    _call_access(
        counters[at.WRITE_FUNCTION], engine, np.int32(register), pointer(counters[at.SCRATCH])
    )


@njit(cache=True)
def core_register(counters, engine, number):  # type: ignore[no-untyped-def]
    """Read r0 to r12 or r14."""
    return read_register(counters, engine, _REG_LR if number == 14 else _REG_R0 + number)


@njit(cache=True)
def leave_it_block(counters, engine):  # type: ignore[no-untyped-def]
    """Undo what the engine does to its state for a hook of memory in an IT block.

    It writes the place in the block into the core's registers, and does not take it back: the block
    that runs keeps track of it by itself, but the next one would be taken to begin conditionally.
    """
    state = read_register(counters, engine, _REG_XPSR)
    if state & _XPSR_IT:
        write_register(counters, engine, _REG_XPSR, state & ~_XPSR_IT)
