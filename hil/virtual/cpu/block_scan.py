# SPDX-License-Identifier: Apache-2.0
"""What a block of code is worth and what it demands, worked out once when the core first meets it.

Besides counting instructions and estimated cycles, a scan follows each register through the block
to learn which accesses can be checked for alignment from the registers at the block's entry, which
from those at its exit, and which few need a look at the instruction itself.
"""

# numba's decorators are untyped.
# mypy: disable-error-code="untyped-decorator,misc"

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from hil.virtual.cpu import thumb
from hil.virtual.cpu.cycles import (
    COST_DIVIDE,
    COST_DOUBLE,
    COST_DUAL_ISSUE,
    COST_FLOAT_DIVIDE,
    COST_LOAD,
    COST_LOAD_AFTER_MEMORY,
    COST_LOAD_USE,
    COST_MULTIPLE,
    COST_OTHER,
    COST_WORDS,
)

# A block's entry: instructions (12 bits), cycles (16), flags (16), size in bytes (16).
CYCLES_SHIFT = 12
FLAGS_SHIFT = 28
SIZE_SHIFT = 44

ENDS_IN_IT = 1 << 8
MARKED = 1 << 9
NEEDS_PROBES = 1 << 10
CALLED = 1 << 15
"""Beside MARKED: a metered function begins here, and where it returns to is a mark as well."""
MARKS = MARKED | CALLED
"""Flags that somebody has set, and that no scan finds."""

DIVISOR = 32
"""Added in the probe table to the register that a division divides by."""
CONDITION_SHIFT = 8
"""Above it in the probe table: 1 + the condition of an IT block, 0 for always."""

# Rows of what is known of each register while a block is scanned.
_ROOT = 0
"""The register at entry that this one is a constant away from; _UNKNOWN if it is none."""
_SHIFT = 1
"""That constant."""
_PENDING = 2
"""Position of an access by this register that the registers at exit will check."""
_MOVED = 3
"""Constants added to the register since that access."""

_UNKNOWN = 16
_NOT_PENDING = -1


@njit(cache=True)
def halfword(code, offset):  # type: ignore[no-untyped-def]
    """Read a halfword of code."""
    return np.int64(code[offset]) | np.int64(code[offset + 1]) << 8


@njit(cache=True)
def _is_single_load(bits, loaded):  # type: ignore[no-untyped-def]
    """Whether a single transfer costs what a load costs: LDR, VLDR, VSTR."""
    return loaded != thumb.NO_REGISTER or bits & thumb.FPU != 0


@njit(cache=True)
def _cycles(costs, kind, words, is_load, after_memory):  # type: ignore[no-untyped-def]
    if kind == thumb.KIND_MULTIPLE:
        return costs[COST_MULTIPLE] + (words + costs[COST_WORDS] - 1) // costs[COST_WORDS]
    if kind == thumb.KIND_DOUBLE:
        return costs[COST_DOUBLE]
    if kind == thumb.KIND_DIVIDE:
        return costs[COST_DIVIDE]
    if kind == thumb.KIND_FLOAT_DIVIDE:
        return costs[COST_FLOAT_DIVIDE]
    if is_load:
        return costs[COST_LOAD_AFTER_MEMORY] if after_memory else costs[COST_LOAD]
    return costs[COST_OTHER]


@njit(cache=True)
def _takes_free_slot(bits, kind, reads, writes, slot):  # type: ignore[no-untyped-def]
    """Whether a core that issues in pairs issues an instruction along with the one before it.

    Not if it needs what that one makes, or the same unit: memory, the multiplier, the FPU. `slot`
    holds whether there is a second slot, and that instruction's flags and registers written.
    """
    pairs = kind == thumb.KIND_OTHER or kind == thumb.KIND_DOUBLE  # noqa: PLR1714  # for numba
    units = bits & slot[1] & (thumb.IS_MEMORY | thumb.IS_MULTIPLY | thumb.FPU)
    together = slot[0] and pairs and units == 0 and slot[2] & (reads | writes) == 0
    slot[0] = pairs and not together
    slot[1], slot[2] = bits, writes
    return together


@njit(cache=True)
def _need(residue, register):  # type: ignore[no-untyped-def]
    """One bit of a demand: the register, modulo 4, must be this residue."""
    return np.uint64(1) << np.uint64(4 * register + (residue & 3))


@njit(cache=True)
def _lose(register, follow, probes):  # type: ignore[no-untyped-def]
    """The register changes to something unknown; an access still pending on it needs a probe."""
    follow[_ROOT, register] = _UNKNOWN
    if follow[_PENDING, register] == _NOT_PENDING:
        return False
    probes[follow[_PENDING, register] >> 1] = register + 1
    follow[_PENDING, register] = _NOT_PENDING
    return True


@njit(cache=True)
def _change(writes, move, conditional, follow, probes):  # type: ignore[no-untyped-def]
    """Follow what an instruction does to the registers; True if an access now needs a probe."""
    target, source, delta = move >> 1 & 15, move >> 5 & 15, move >> 9
    known = move and not conditional
    if move and conditional:
        writes |= 1 << target
    from_root, from_shift = follow[_ROOT, source], follow[_SHIFT, source]
    probed = False
    for register in range(16):
        replaced = known and register == target and target != source
        if known and register == target and target == source:
            continue
        if writes >> register & 1 or replaced:
            probed |= _lose(register, follow, probes)
    if known:
        follow[_ROOT, target], follow[_SHIFT, target] = from_root, from_shift + delta
        follow[_MOVED, target] += delta
    return probed


@njit(cache=True)
def _demand(base, position, follow):  # type: ignore[no-untyped-def]
    """Find how an access can be checked: by (a demand at entry, a probe here); 0: later."""
    if follow[_ROOT, base] != _UNKNOWN:
        return _need(-follow[_SHIFT, base], follow[_ROOT, base]), 0
    if follow[_PENDING, base] == _NOT_PENDING:
        follow[_PENDING, base], follow[_MOVED, base] = position, 0
    elif follow[_MOVED, base] & 3:
        return np.uint64(0), base + 1
    return np.uint64(0), 0


@njit(cache=True)
def _instructions_of_it(first):  # type: ignore[no-untyped-def]
    """How many instructions an IT instruction makes conditional."""
    mask, count = first & 15, 4
    while mask & 1 == 0:
        mask >>= 1
        count -= 1
    return count


@njit(cache=True)
def scan(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    code, offset, size, probes, demands, costs
):
    """Scan the block of `size` bytes at `offset` of `code`; return its table entry.

    demands[0] and demands[1] get what the registers at entry and at exit must satisfy, 4 bits a
    register. probes[position >> 1] gets what an instruction needs that only a look can check.
    `costs` is the core's cycle table.
    """
    count, cycles, flags = np.int64(0), np.int64(0), np.int64(0)
    previous_load, after_memory = thumb.NO_REGISTER, False
    slot = np.zeros(3, np.int64)
    it_left, it_state = 0, 0
    follow = np.zeros((4, 16), np.int64)
    follow[_ROOT, :] = np.arange(16)
    follow[_PENDING, :] = _NOT_PENDING
    demands[0], demands[1] = 0, 0
    position, end = offset, offset + size
    while position < end:
        first = halfword(code, position)
        wide = thumb.is_wide(first)
        second = halfword(code, position + 2) if wide else 0
        bits, kind, words, loaded, reads, base, writes, move = thumb.decode(first, second)
        condition = 1 + (it_state >> 4) if it_left > 0 else 0
        need, probe = np.uint64(0), 0
        if kind == thumb.KIND_DIVIDE:
            probe = DIVISOR + 1 + (second & 15)
        elif base != thumb.NO_REGISTER and condition:
            probe = base + 1
        elif base != thumb.NO_REGISTER:
            need, probe = _demand(base, position, follow)
        demands[0] |= need
        probes[position >> 1] = probe | condition << CONDITION_SHIFT if probe else 0
        if _change(writes, move, condition != 0, follow, probes) or probe:
            flags |= NEEDS_PROBES
        single = kind == thumb.KIND_OTHER and bits & thumb.IS_MEMORY != 0
        is_load = single and _is_single_load(bits, loaded)
        changed = writes | (1 << (move >> 1 & 15) if move else 0)
        if not (costs[COST_DUAL_ISSUE] and _takes_free_slot(bits, kind, reads, changed, slot)):
            cycles += _cycles(costs, kind, words, is_load, after_memory)
        after_memory = single
        if previous_load != thumb.NO_REGISTER and reads >> previous_load & 1:
            cycles += costs[COST_LOAD_USE]
        previous_load = loaded
        if it_left > 0:
            it_left -= 1
            it_state = it_state & 0xE0 | it_state << 1 & 0x1F
        if bits & thumb.IS_IT:
            it_state, it_left = first & 0xFF, _instructions_of_it(first)
        flags |= bits
        count += 1
        position += 4 if wide else 2
    for register in range(16):
        if follow[_PENDING, register] != _NOT_PENDING:
            demands[1] |= _need(follow[_MOVED, register], register)
    if it_left > 0:
        flags |= ENDS_IN_IT
    return count | cycles << CYCLES_SHIFT | flags << FLAGS_SHIFT | size << SIZE_SHIFT


def scan_alone(code: bytes, costs: npt.NDArray[np.int64]) -> tuple[int, int]:
    """Count instructions and cycles of a block from its code, no branch taken."""
    demands, probes = np.zeros(2, np.uint64), np.zeros(len(code), np.uint16)
    padded = np.frombuffer(code + bytes(4), np.uint8)
    entry = int(scan(padded, 0, len(code), probes, demands, costs))
    return entry & 0xFFF, entry >> CYCLES_SHIFT & 0xFFFF


@njit(cache=True)
def _count_between(code, offset, end):  # type: ignore[no-untyped-def]
    count = 0
    while offset < end:
        offset += 4 if thumb.is_wide(halfword(code, offset)) else 2
        count += 1
    return count


def instructions_between(code: npt.NDArray[np.uint8], offset: int, end: int) -> int:
    """Count the instructions of `code` from byte `offset` up to byte `end`."""
    return int(_count_between(code, offset, end))


def longest_gap(code: npt.NDArray[np.uint8], offset: int, end: int) -> int:
    """Most instructions that are between two neighbouring loads or stores."""
    longest, gap, seen = 0, 0, False
    while offset < end:
        first = int(code[offset]) | int(code[offset + 1]) << 8
        wide = thumb.is_wide(first)
        second = int(code[offset + 2]) | int(code[offset + 3]) << 8 if wide else 0
        if thumb.decode(first, second)[0] & thumb.IS_MEMORY:
            longest = max(longest, gap) if seen else 0
            gap, seen = 0, True
        else:
            gap += 1
        offset += 4 if wide else 2
    return longest


def word_accesses(code: npt.NDArray[np.uint8], offset: int, end: int) -> list[tuple[int, int]]:
    """List the accesses that must be word aligned, as (byte offset, base register)."""
    found = []
    while offset < end:
        first = int(code[offset]) | int(code[offset + 1]) << 8
        wide = thumb.is_wide(first)
        second = int(code[offset + 2]) | int(code[offset + 3]) << 8 if wide else 0
        base = thumb.decode(first, second)[5]
        if base != thumb.NO_REGISTER:
            found.append((offset, int(base)))
        offset += 4 if wide else 2
    return found


def find_flag(code: npt.NDArray[np.uint8], offset: int, end: int, flag: int) -> int:
    """Byte offset of the first instruction that has a flag of `thumb`; `offset` if none has."""
    position = offset
    while position < end:
        first = int(code[position]) | int(code[position + 1]) << 8
        wide = thumb.is_wide(first)
        second = int(code[position + 2]) | int(code[position + 3]) << 8 if wide else 0
        if thumb.decode(first, second)[0] & flag:
            return position
        position += 4 if wide else 2
    return offset
