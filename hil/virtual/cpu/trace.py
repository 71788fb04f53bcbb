# SPDX-License-Identifier: Apache-2.0
"""A trace of what the core executes: every block, every call, every read of flash.

The hooks are native and are added to those of `block_hook` while a trace is taken; without one
nothing of this costs anything. A block is logged after `on_block`, which stops the core before a
block that must not run yet: the engine then asks no further hook.

A call is logged where a block begins at the first instruction of a function: with its arguments,
the call that made it, and the blocks before which it begins and ends. It ends where its return
address is reached with the stack pointer of its beginning; functions that it ends with (tail calls)
end there as well. Of an exception handler the return address is the one that the core has stacked.
"""

# numba's decorators are untyped.
# mypy: disable-error-code="untyped-decorator,misc"

from __future__ import annotations

import ctypes
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import unicorn
from llvmlite import ir
from numba import carray, cfunc, njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from unicorn import arm_const
from unicorn.unicorn_py3 import unicorn as binding

from hil.virtual.cpu import block_hook as hook
from hil.virtual.cpu import counters as at_counter
from hil.virtual.cpu.core import Core
from hil.virtual.cpu.native_calls import leave_it_block, pointer, read_register

SIZE_SHIFT = 32
"""A block in the log: its address, and above it its size in bytes."""

CALL_FIELDS = 9
BEGIN, END, FUNCTION, PARENT, ARGUMENTS = 0, 1, 2, 3, 4
"""Of a call: places in the log of blocks, the function's address, the caller (NO_CALL: none is
known), r0 to r3; at last whether it is of an exception."""
IS_EXCEPTION = 8
NO_CALL = (1 << 64) - 1

READ_BLOCK_SHIFT, READ_OFFSET_SHIFT, READ_SIZE_MASK = 32, 4, 15
"""A read in the log: how many blocks had begun, offset into flash, and size in bytes."""

BLOCKS, BLOCKS_ROOM, CALLS, CALLS_ROOM, READS, READS_ROOM = 0, 1, 2, 3, 4, 5
BLOCK_LOG, CALL_LOG, READ_LOG, ENTRIES, COUNTERS = 6, 7, 8, 9, 10
DEPTH, STACK, MEMORY_FUNCTION, SCRATCH = 11, 12, 13, 14
STATE_WORDS = 15

STACK_FIELDS = 4
DEEPEST = 1 << 10
"""Of an open call: its number, return address, stack pointer, whether it is an exception."""

_EXC_RETURN = 0xFFFF_FF00
_STACKED_PC = 24
_BIG = 1 << 31
_REG_SP, _REG_LR = arm_const.UC_ARM_REG_SP, arm_const.UC_ARM_REG_LR
_REG_R0 = arm_const.UC_ARM_REG_R0


class TraceFullError(RuntimeError):
    """More was executed than the logs hold."""


@intrinsic
def _call_read_memory(typing_context, function, engine, address, value):  # type: ignore[no-untyped-def]
    """Call `uc_mem_read(engine, address, value, 4)` at the address `function`."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        prototype = ir.FunctionType(
            ir.IntType(32), [cgutils.voidptr_t, ir.IntType(64), cgutils.voidptr_t, ir.IntType(64)]
        )
        pointer = builder.inttoptr(arguments[0], prototype.as_pointer())
        return builder.call(pointer, [*arguments[1:], ir.Constant(ir.IntType(64), 4)])

    return types.int32(types.uint64, types.voidptr, types.uint64, types.voidptr), generate


@njit
def _close_calls(state, counters, engine, address):  # type: ignore[no-untyped-def]
    """End the open calls that return to the block that is about to run."""
    open_calls = carray(pointer(state[STACK]), STACK_FIELDS * DEEPEST, np.uint64)
    calls = carray(pointer(state[CALL_LOG]), _BIG, np.uint64)
    stack = np.int64(-1)
    while state[DEPTH] > 0:
        top = (np.int64(state[DEPTH]) - 1) * STACK_FIELDS
        if open_calls[top + 1] != address:
            return
        if not open_calls[top + 3]:
            if stack < 0:
                stack = read_register(counters, engine, _REG_SP)
            if np.int64(open_calls[top + 2]) != stack:
                return
        calls[np.int64(open_calls[top]) * CALL_FIELDS + END] = state[BLOCKS]
        state[DEPTH] -= np.uint64(1)


@njit
def _open_call(state, counters, engine, address):  # type: ignore[no-untyped-def]
    """Log a call whose first block is about to run."""
    call, depth = np.int64(state[CALLS]), np.int64(state[DEPTH])
    if call >= np.int64(state[CALLS_ROOM]) or depth >= DEEPEST:
        return
    open_calls = carray(pointer(state[STACK]), STACK_FIELDS * DEEPEST, np.uint64)
    calls = carray(pointer(state[CALL_LOG]), _BIG, np.uint64)
    stack = read_register(counters, engine, _REG_SP)
    back = read_register(counters, engine, _REG_LR)
    is_exception = back >= _EXC_RETURN
    if is_exception:
        word = carray(pointer(state[SCRATCH]), 1, np.uint32)
        where = np.uint64(stack + _STACKED_PC)
        _call_read_memory(state[MEMORY_FUNCTION], engine, where, pointer(state[SCRATCH]))
        back = np.int64(word[0])
    first = call * CALL_FIELDS
    calls[first + BEGIN], calls[first + END] = state[BLOCKS], np.uint64(NO_CALL)
    calls[first + FUNCTION] = np.uint64(address)
    calls[first + PARENT] = np.uint64(NO_CALL)
    if depth > 0:
        calls[first + PARENT] = open_calls[(depth - 1) * STACK_FIELDS]
    for argument in range(4):
        value = read_register(counters, engine, _REG_R0 + argument)
        calls[first + ARGUMENTS + argument] = np.uint64(value)
    calls[first + IS_EXCEPTION] = np.uint64(is_exception)
    top = depth * STACK_FIELDS
    open_calls[top], open_calls[top + 1] = np.uint64(call), np.uint64(back & ~1)
    open_calls[top + 2], open_calls[top + 3] = np.uint64(stack), np.uint64(is_exception)
    state[CALLS], state[DEPTH] = np.uint64(call + 1), np.uint64(depth + 1)


@cfunc(types.void(types.voidptr, types.uint64, types.uint32, types.voidptr))
def on_traced_block(engine, address, size, user_data):  # type: ignore[no-untyped-def]
    """UC_HOOK_BLOCK: log the block that is about to run, and the call if it begins a function."""
    state = carray(user_data, STATE_WORDS, np.uint64)
    at = state[BLOCKS]
    if at >= state[BLOCKS_ROOM]:
        state[BLOCKS] = state[BLOCKS_ROOM] + np.uint64(1)
        return
    counters = carray(pointer(state[COUNTERS]), at_counter.COUNTERS, np.uint64)
    _close_calls(state, counters, engine, address)
    index = hook._table_index(counters, address)
    if index >= 0:
        entries = carray(pointer(state[ENTRIES]), _BIG, np.uint8)
        if entries[index]:
            _open_call(state, counters, engine, address)
    log = carray(pointer(state[BLOCK_LOG]), _BIG, np.uint64)
    log[at] = np.uint64(address) | np.uint64(size) << np.uint64(SIZE_SHIFT)
    state[BLOCKS] = at + np.uint64(1)


@cfunc(
    types.void(types.voidptr, types.int32, types.uint64, types.int32, types.int64, types.voidptr)
)
def on_traced_read(engine, kind, address, size, value, user_data):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """UC_HOOK_MEM_READ within flash: log the address and the size."""
    state = carray(user_data, STATE_WORDS, np.uint64)
    at = state[READS]
    if at >= state[READS_ROOM]:
        state[READS] = state[READS_ROOM] + np.uint64(1)
        return
    counters = carray(pointer(state[COUNTERS]), at_counter.COUNTERS, np.uint64)
    leave_it_block(counters, engine)
    log = carray(pointer(state[READ_LOG]), _BIG, np.uint64)
    offset = np.uint64(address) - counters[at_counter.FLASH_BASE]
    log[at] = (
        state[BLOCKS] << np.uint64(READ_BLOCK_SHIFT)
        | offset << np.uint64(READ_OFFSET_SHIFT)
        | np.uint64(size)
    )
    state[READS] = at + np.uint64(1)


@dataclass(frozen=True, slots=True)
class TraceLog:
    """What was executed, in order."""

    blocks: npt.NDArray[np.uint64]
    """[blocks] address and size, see SIZE_SHIFT."""
    calls: npt.NDArray[np.uint64]
    """[calls, CALL_FIELDS]."""
    reads: npt.NDArray[np.uint64]
    """[reads] of flash as data, see READ_BLOCK_SHIFT."""


class Trace:
    """Takes a trace of one core from its making until `take`, with room for so many of each.

    `functions` are the addresses at which a call is logged.
    """

    def __init__(
        self,
        core: Core,
        functions: Collection[int],
        *,
        blocks: int = 1 << 25,
        calls: int = 1 << 20,
        reads: int = 1 << 26,
    ) -> None:
        self.core = core
        self._blocks = np.empty(blocks, np.uint64)
        self._calls = np.empty((calls, CALL_FIELDS), np.uint64)
        self._reads = np.empty(reads, np.uint64)
        self._entries = np.zeros(len(core.code.blocks), np.uint8)
        for address in functions:
            index = core.code.index(address & ~1)
            if index is not None:
                self._entries[index] = 1
        self._stack = np.zeros((DEEPEST, STACK_FIELDS), np.uint64)
        self._scratch = np.zeros(1, np.uint32)
        self._state = np.zeros(STATE_WORDS, np.uint64)
        state = self._state
        state[BLOCKS_ROOM], state[CALLS_ROOM], state[READS_ROOM] = blocks, calls, reads
        state[BLOCK_LOG], state[CALL_LOG] = self._blocks.ctypes.data, self._calls.ctypes.data
        state[READ_LOG], state[ENTRIES] = self._reads.ctypes.data, self._entries.ctypes.data
        state[COUNTERS], state[STACK] = core.counters.ctypes.data, self._stack.ctypes.data
        state[SCRATCH] = self._scratch.ctypes.data
        read = ctypes.cast(binding.uclib.uc_mem_read, ctypes.c_void_p).value
        assert read is not None
        state[MEMORY_FUNCTION] = read
        flash = core.flash
        self._handles = [
            self._hook(unicorn.UC_HOOK_BLOCK, on_traced_block, 1, 0),
            self._hook(unicorn.UC_HOOK_MEM_READ, on_traced_read, flash.origin, flash.end - 1),
        ]
        core.engine.ctl_flush_tb()

    def _hook(self, kind: int, callback: object, begin: int, end: int) -> int:
        handle = ctypes.c_size_t()
        error = binding.uclib.uc_hook_add(
            self.core.engine._uch,
            ctypes.byref(handle),
            kind,
            hook.address_of(callback),
            ctypes.c_void_p(self._state.ctypes.data),
            ctypes.c_uint64(begin),
            ctypes.c_uint64(end),
        )
        if error:
            raise unicorn.UcError(error)
        return handle.value

    def take(self) -> TraceLog:
        """Stop tracing; raises TraceFullError where a log had no room."""
        for handle in self._handles:
            binding.uclib.uc_hook_del(self.core.engine._uch, ctypes.c_size_t(handle))
        self.core.engine.ctl_flush_tb()
        blocks, calls, reads = (int(self._state[at]) for at in (BLOCKS, CALLS, READS))
        if blocks > len(self._blocks) or calls >= len(self._calls) or reads > len(self._reads):
            raise TraceFullError("the trace is full: play fewer patches")
        return TraceLog(self._blocks[:blocks], self._calls[:calls], self._reads[:reads])
