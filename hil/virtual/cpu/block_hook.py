# SPDX-License-Identifier: Apache-2.0
"""The native hooks that count and check every instruction.

Unicorn calls `on_block` at the start of each translated block, and `on_probe` before the few
instructions that need a look of their own. Both are numba C functions that share one array of
64-bit words, the *counters*, with Python, so that no Python runs while the core does.

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
from numba import carray, cfunc, njit, types
from unicorn import arm_const

import hil.virtual.cpu.compiled_cache  # noqa: F401  # before the compiled modules
from hil.virtual.cpu import counters as at
from hil.virtual.cpu import thumb
from hil.virtual.cpu.block_scan import (
    CALLED,
    CONDITION_SHIFT,
    CYCLES_SHIFT,
    DIVISOR,
    ENDS_IN_IT,
    FLAGS_SHIFT,
    MARKED,
    MARKS,
    NEEDS_PROBES,
    SIZE_SHIFT,
    scan,
)
from hil.virtual.cpu.byte_feed import feed
from hil.virtual.cpu.cycles import COSTS
from hil.virtual.cpu.native_calls import call_stop, core_register, pointer, read_register


class Stop(enum.IntEnum):
    """Why a hook stopped the core."""

    NONE = 0
    DEADLINE = 1
    FPU_DISABLED = 2
    STACK = 3
    UNALIGNED = 4
    MARKS_FULL = 5
    MASK_CHANGED = 6
    LIMITS_CHANGED = 7
    DIVIDE_BY_ZERO = 8
    UNALIGNED_BEFORE = 9
    PROBES_NEEDED = 10
    NOT_IN_V7M = 11


_STOP_DEADLINE = int(Stop.DEADLINE)
_STOP_FPU = int(Stop.FPU_DISABLED)
_STOP_STACK = int(Stop.STACK)
_STOP_UNALIGNED = int(Stop.UNALIGNED)
_STOP_UNALIGNED_BEFORE = int(Stop.UNALIGNED_BEFORE)
_STOP_MARKS_FULL = int(Stop.MARKS_FULL)
_STOP_MASK = int(Stop.MASK_CHANGED)
_STOP_LIMITS = int(Stop.LIMITS_CHANGED)
_STOP_DIVIDE = int(Stop.DIVIDE_BY_ZERO)
_STOP_PROBES = int(Stop.PROBES_NEEDED)
_STOP_NOT_IN_V7M = int(Stop.NOT_IN_V7M)

_REG_SP = arm_const.UC_ARM_REG_SP
_REG_MSP = arm_const.UC_ARM_REG_MSP
_REG_XPSR = arm_const.UC_ARM_REG_XPSR
_TABLE_LENGTH = 1 << 21
"""Upper bound of the tables' length as numba sees them; the real bound is FLASH_SIZE."""

TCM_BASE = 0
"""Where a core with tightly coupled instruction memory has it (ARMv7-M cores: Cortex-M7)."""


@njit(cache=True)
def _satisfied(counters, engine, demands):  # type: ignore[no-untyped-def]
    """Whether the registers, modulo 4, are what the demands say (4 bits a register)."""
    register = 0
    while demands:
        allowed = demands & np.uint64(15)
        if allowed:
            residue = np.uint64(core_register(counters, engine, register) & 3)
            if allowed != np.uint64(1) << residue:
                return False
        demands >>= np.uint64(4)
        register += 1
    return True


@njit(cache=True)
def _stop(counters, engine, reason, pc):  # type: ignore[no-untyped-def]
    counters[at.STOP_REASON] = np.uint64(reason)
    counters[at.BAD_PC] = np.uint64(pc)
    call_stop(counters[at.STOP_FUNCTION], engine)


@njit(cache=True)
def _stack_is_low(counters, engine):  # type: ignore[no-untyped-def]
    return np.uint64(read_register(counters, engine, _REG_MSP)) < counters[at.STACK_LOW]


@njit(cache=True)
def _stopped_by_previous(counters, engine, address):  # type: ignore[no-untyped-def]
    """Deal with what the block before demands or did; True if the core must stop here."""
    previous = np.int64(counters[at.BLOCK_ENTRY]) >> FLAGS_SHIFT
    demands = counters[at.EXIT_DEMANDS]
    if demands:
        counters[at.EXIT_DEMANDS] = 0
        if not _satisfied(counters, engine, demands):
            _stop(counters, engine, _STOP_UNALIGNED_BEFORE, counters[at.BLOCK])
            return True
    if previous & ENDS_IN_IT:
        return False
    if previous & (thumb.WRITES_LIMIT | thumb.WRITES_CONTROL):
        reason, pc = _STOP_LIMITS, address
    elif counters[at.CYCLES] >= counters[at.DEADLINE] and not feed(counters):
        reason, pc = _STOP_DEADLINE, address
    elif previous & (thumb.WRITES_MASK | thumb.WRITES_SP) == 0:
        return False
    elif previous & thumb.WRITES_MASK and counters[at.PENDING] != 0:
        reason, pc = _STOP_MASK, address
    elif previous & thumb.WRITES_SP and _stack_is_low(counters, engine):
        reason, pc = _STOP_STACK, counters[at.BLOCK]
    else:
        return False
    _stop(counters, engine, reason, pc)
    return True


@njit(cache=True)
def _table_index(counters, address):  # type: ignore[no-untyped-def]
    """Where code in flash or in instruction TCM has its table entry; -1 for code elsewhere."""
    offset = np.int64(address) - np.int64(counters[at.FLASH_BASE])
    if 0 <= offset < np.int64(counters[at.FLASH_SIZE]):
        return offset >> 1
    offset = np.int64(address) - TCM_BASE
    if 0 <= offset < np.int64(counters[at.TCM_SIZE]):
        return np.int64(counters[at.FLASH_SIZE]) + offset >> 1
    return np.int64(-1)


@njit(cache=True)
def weighted_sum(halfwords, first, count):  # type: ignore[no-untyped-def]
    """A sum over a block by which code in TCM that has changed is found out."""
    total = np.uint64(0)
    for index in range(count):
        total += np.uint64(halfwords[first + index]) * np.uint64(2 * index + 1)
    return np.uint32(total & np.uint64(0xFFFF_FFFF))


@njit(cache=True)
def _look_up_in_tcm(counters, offset, size):  # type: ignore[no-untyped-def]
    """The same for code in instruction TCM, which the firmware itself has put there."""
    first = np.int64(counters[at.FLASH_SIZE]) >> 1
    table = carray(pointer(counters[at.BLOCK_TABLE]), _TABLE_LENGTH, np.int64)
    demands = carray(pointer(counters[at.DEMAND_TABLE]), 2 * _TABLE_LENGTH, np.uint64)
    code = carray(pointer(counters[at.TCM_BYTES]), _TABLE_LENGTH, np.uint8)
    halfwords = carray(pointer(counters[at.TCM_BYTES]), _TABLE_LENGTH, np.uint16)
    sums = carray(pointer(counters[at.TCM_SUMS]), _TABLE_LENGTH, np.uint32)
    index = first + (offset >> 1)
    entry, total = table[index], weighted_sum(halfwords, offset >> 1, np.int64(size >> 1))
    found = demands[2 * index : 2 * index + 2]
    if entry >> SIZE_SHIFT != size or sums[offset >> 1] != total:
        costs = carray(pointer(counters[at.COST_TABLE]), COSTS, np.int64)
        probes = carray(pointer(counters[at.PROBE_TABLE]), _TABLE_LENGTH, np.uint16)[first:]
        mark = entry & (np.int64(MARKS) << FLAGS_SHIFT)
        entry = scan(code, offset, np.int64(size), probes, found, costs) | mark
        table[index], sums[offset >> 1] = entry, total
    return entry, found[0], found[1]


@njit(cache=True)
def _look_up(counters, address, size):  # type: ignore[no-untyped-def]
    """Return a block's entry and its two demands; scan it if it is new."""
    demands = carray(pointer(counters[at.DEMAND_TABLE]), _TABLE_LENGTH, np.uint64)
    costs = carray(pointer(counters[at.COST_TABLE]), COSTS, np.int64)
    offset = np.int64(address) - np.int64(counters[at.FLASH_BASE])
    if 0 <= offset < np.int64(counters[at.FLASH_SIZE]):
        table = carray(pointer(counters[at.BLOCK_TABLE]), _TABLE_LENGTH, np.int64)
        index = offset >> 1
        entry = table[index]
        if entry >> SIZE_SHIFT != size:
            probes = carray(pointer(counters[at.PROBE_TABLE]), _TABLE_LENGTH, np.uint16)
            code = carray(pointer(counters[at.FLASH_BYTES]), _TABLE_LENGTH, np.uint8)
            mark = entry & (np.int64(MARKS) << FLAGS_SHIFT)
            found = demands[2 * index : 2 * index + 2]
            entry = scan(code, offset, np.int64(size), probes, found, costs) | mark
            table[index] = entry
        return entry, demands[2 * index], demands[2 * index + 1]
    offset = np.int64(address) - TCM_BASE
    if 0 <= offset < np.int64(counters[at.TCM_SIZE]):
        return _look_up_in_tcm(counters, offset, size)
    offset = np.int64(address) - np.int64(counters[at.RAM_BASE])
    if 0 <= offset < np.int64(counters[at.RAM_SIZE]):
        # Code in RAM may change: it is scanned each time, and not probed.
        code = carray(pointer(counters[at.RAM_BYTES]), _TABLE_LENGTH, np.uint8)
        found = np.zeros(2, np.uint64)
        probes = np.zeros(size, np.uint16)
        part = code[offset : offset + size + 2]
        entry = scan(part, np.int64(0), np.int64(size), probes, found, costs)
        entry &= ~(np.int64(NEEDS_PROBES) << FLAGS_SHIFT)
        return entry, found[0], found[1]
    half = np.int64(size >> 1)
    return half | half << CYCLES_SHIFT, np.uint64(0), np.uint64(0)


@njit(cache=True)
def _note_mark(counters, engine, address, flags):  # type: ignore[no-untyped-def]
    """Note that a marked block begins now; False if there is no place left to note it."""
    count = np.int64(counters[at.MARK_COUNT])
    if count == at.MARKS_LOGGED:
        return False
    log = carray(pointer(counters[at.MARK_LOG]), (at.MARKS_LOGGED, at.MARK_WORDS), np.uint64)
    link = core_register(counters, engine, 14)
    log[count, 0] = address
    log[count, 1] = counters[at.INSTRUCTIONS]
    log[count, 2] = counters[at.CYCLES]
    log[count, 3] = np.uint64(read_register(counters, engine, _REG_SP))
    log[count, 4] = np.uint64(link)
    counters[at.MARK_COUNT] = np.uint64(count + 1)
    back = _table_index(counters, np.uint64(link & ~1))
    if flags & CALLED and back >= 0:
        table = carray(pointer(counters[at.BLOCK_TABLE]), _TABLE_LENGTH, np.int64)
        table[back] |= np.int64(MARKED) << FLAGS_SHIFT
    return True


@cfunc(types.void(types.voidptr, types.uint64, types.uint32, types.voidptr), cache=True)
def on_block(engine, address, size, user_data):  # type: ignore[no-untyped-def]
    """UC_HOOK_BLOCK: stop here when due, else count the block that is about to run."""
    counters = carray(user_data, at.COUNTERS, np.uint64)
    if _stopped_by_previous(counters, engine, address):
        return
    entry, at_entry, at_exit = _look_up(counters, address, size)
    flags = entry >> FLAGS_SHIFT
    if flags & (MARKED | NEEDS_PROBES | thumb.FPU | thumb.V8M_ONLY):
        if flags & thumb.V8M_ONLY and counters[at.IS_V8M] == 0:
            _stop(counters, engine, _STOP_NOT_IN_V7M, address)
            return
        if flags & NEEDS_PROBES:
            _stop(counters, engine, _STOP_PROBES, address)
            return
        if flags & MARKED and not _note_mark(counters, engine, address, flags):
            _stop(counters, engine, _STOP_MARKS_FULL, address)
            return
        if flags & thumb.FPU and counters[at.FPU_ON] == 0:
            _stop(counters, engine, _STOP_FPU, address)
            return
    counters[at.BLOCK] = address
    counters[at.BLOCK_ENTRY] = np.uint64(entry)
    if at_entry and not _satisfied(counters, engine, at_entry):
        _stop(counters, engine, _STOP_UNALIGNED, address)
        return
    cycles = entry >> CYCLES_SHIFT & 0xFFFF
    if address != counters[at.EXPECTED_NEXT]:
        cycles += np.int64(counters[at.BRANCH_CYCLES])
    counters[at.INSTRUCTIONS] += np.uint64(entry & 0xFFF)
    counters[at.CYCLES] += np.uint64(cycles)
    counters[at.EXIT_DEMANDS] = at_exit
    counters[at.EXPECTED_NEXT] = address + size


@njit(cache=True)
def _condition_holds(xpsr, condition):  # type: ignore[no-untyped-def]
    negative, zero = xpsr >> 31 & 1, xpsr >> 30 & 1
    carry, overflow = xpsr >> 29 & 1, xpsr >> 28 & 1
    kind = condition >> 1
    if kind == 0:
        holds = zero == 1
    elif kind == 1:
        holds = carry == 1
    elif kind == 2:
        holds = negative == 1
    elif kind == 3:
        holds = overflow == 1
    elif kind == 4:
        holds = carry == 1 and zero == 0
    elif kind == 5:
        holds = negative == overflow
    elif kind == 6:
        holds = zero == 0 and negative == overflow
    else:
        return True
    return holds != bool(condition & 1)


@cfunc(types.void(types.voidptr, types.uint64, types.uint32, types.voidptr), cache=True)
def on_probe(engine, address, size, user_data):  # type: ignore[no-untyped-def]
    """UC_HOOK_CODE on one instruction: check its base register or its divisor."""
    counters = carray(user_data, at.COUNTERS, np.uint64)
    probes = carray(pointer(counters[at.PROBE_TABLE]), _TABLE_LENGTH, np.uint16)
    probe = np.int64(probes[_table_index(counters, address)])
    condition = probe >> CONDITION_SHIFT
    if condition and not _condition_holds(
        read_register(counters, engine, _REG_XPSR), condition - 1
    ):
        return
    what = probe & 0xFF
    if what > DIVISOR:
        if counters[at.TRAP_DIVIDE] and core_register(counters, engine, what - DIVISOR - 1) == 0:
            _stop(counters, engine, _STOP_DIVIDE, address)
    elif what and core_register(counters, engine, what - 1) & 3:
        _stop(counters, engine, _STOP_UNALIGNED, address)


def address_of(callback: object) -> ctypes.c_void_p:
    """Return a numba C callback as the pointer that Unicorn's C interface takes."""
    return ctypes.cast(callback.address, ctypes.c_void_p)  # type: ignore[attr-defined]
