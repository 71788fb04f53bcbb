# SPDX-License-Identifier: Apache-2.0
"""Just enough of a Thumb-2 decoder (ARMv8-M Mainline with FPv5-SP) for counting and checking.

Compiled by numba, because the block hook calls it for each block that the core sees first. It
knows an instruction's length, its kind for the cycle table, which registers it reads and loads
(for the load-use penalty), and the properties that the rules need: use of the FPU, writes to SP
or to the mask and limit registers, IT blocks, and accesses that must be word aligned.
Encodings: ARMv8-M Architecture Reference Manual (DDI 0553), chapter C2.
"""

# numba's decorators are untyped.
# mypy: disable-error-code="untyped-decorator,misc"

from __future__ import annotations

from numba import njit

FPU = 1
WRITES_SP = 2
WRITES_MASK = 4
WRITES_LIMIT = 8
IS_IT = 16
IS_MEMORY = 32
WRITES_CONTROL = 64

KIND_OTHER = 0
KIND_MULTIPLE = 1
KIND_DOUBLE = 2
KIND_DIVIDE = 3
KIND_FLOAT_DIVIDE = 4

NO_REGISTER = 16


@njit(cache=True, inline="never")
def is_wide(first: int) -> bool:
    """Whether this first halfword starts a 32-bit instruction."""
    return (first >> 11) >= 0x1D


@njit(cache=True)
def _bits(value: int) -> int:
    count = 0
    while value:
        value &= value - 1
        count += 1
    return count


@njit(cache=True)
def _decode_narrow(h: int) -> tuple[int, int, int, int, int, int]:
    flags, kind, words, loaded, reads, base = 0, KIND_OTHER, 0, NO_REGISTER, 0, NO_REGISTER
    low, mid, high3, r8 = h & 7, h >> 3 & 7, h >> 6 & 7, h >> 8 & 7
    top5 = h >> 11
    if top5 <= 2:
        reads = 1 << mid
    elif top5 == 3:
        reads = 1 << mid | (0 if h & 0x400 else 1 << high3)
    elif top5 <= 7:
        reads = 0 if top5 == 4 else 1 << r8
    elif h >> 10 == 0x10:
        reads = 1 << low | 1 << mid
    elif h >> 10 == 0x11:
        rm, rd = h >> 3 & 15, h & 7 | h >> 4 & 8
        operation = h >> 8 & 3
        reads = 1 << rm | (1 << rd if operation < 2 else 0)
        if operation in (0, 2) and rd == 13:
            flags |= WRITES_SP
    elif top5 == 9:
        flags, loaded = IS_MEMORY, r8
    elif h >> 12 == 5:
        flags, reads = IS_MEMORY, 1 << mid | 1 << high3
        if (h >> 9 & 7) >= 3:
            loaded = low
        else:
            reads |= 1 << low
    elif 12 <= top5 <= 17:
        flags, reads = IS_MEMORY, 1 << mid
        if top5 & 1:
            loaded = low
        else:
            reads |= 1 << low
    elif top5 in (18, 19):
        flags, reads = IS_MEMORY, 1 << 13
        if top5 == 19:
            loaded = r8
        else:
            reads |= 1 << r8
    elif h >> 12 == 11:
        sub = h >> 8 & 15
        if sub == 0:
            flags = WRITES_SP
        elif sub in (4, 5, 12, 13):
            flags, kind, words = WRITES_SP | IS_MEMORY, KIND_MULTIPLE, _bits(h & 0x1FF)
        elif sub == 6 and h & 0xE0 == 0x60:
            flags = WRITES_MASK
        elif sub in (1, 3, 9, 11):
            reads = 1 << low
        elif sub in (2, 10):
            reads = 1 << mid
        elif sub == 15 and h & 15:
            flags = IS_IT
    elif h >> 12 == 12:
        flags, kind, words, base = IS_MEMORY, KIND_MULTIPLE, _bits(h & 0xFF), r8
        reads = 1 << r8
    return flags, kind, words, loaded, reads, base


@njit(cache=True)
def _decode_float(h1: int, h2: int) -> tuple[int, int, int, int, int, int]:
    flags, kind, words, base = FPU, KIND_OTHER, 0, NO_REGISTER
    rn = h1 & 15
    if h1 & 0xFE00 == 0xEC00 and h1 & 0xFFE0 != 0xEC40:
        flags |= IS_MEMORY
        base = rn
        if h1 & 0x0120 == 0x0100:
            kind = KIND_DOUBLE if h2 & 0x0F00 == 0x0B00 else KIND_OTHER
        else:
            kind, words = KIND_MULTIPLE, h2 & 0xFF
            if rn == 13 and h1 & 0x20:
                flags |= WRITES_SP
        if rn in (13, 15):
            base = NO_REGISTER
    elif (h1 & 0xFFB0 == 0xEE80 and h2 & 0x0E50 == 0x0A00) or (
        h1 & 0xFFBF == 0xEEB1 and h2 & 0x0ED0 == 0x0AC0
    ):
        kind = KIND_FLOAT_DIVIDE
    return flags, kind, words, NO_REGISTER, 0, base


@njit(cache=True)
def _decode_load_store_pair(h1: int, h2: int) -> tuple[int, int, int, int, int, int]:
    """0xE8../0xE9..: LDM, STM, LDRD, STRD, exclusives, table branches."""
    flags, kind, words, loaded, base = IS_MEMORY, KIND_OTHER, 0, NO_REGISTER, NO_REGISTER
    rn = h1 & 15
    reads = 1 << rn
    if h1 & 0x0040 == 0:
        kind, words, base = KIND_MULTIPLE, _bits(h2), rn
        if rn == 13 and h1 & 0x20:
            flags |= WRITES_SP
    elif h1 & 0x0120:
        kind, base = KIND_DOUBLE, rn
        if h1 & 0x10:
            loaded = h2 >> 8 & 15
        else:
            reads |= 1 << (h2 >> 12 & 15) | 1 << (h2 >> 8 & 15)
        if rn == 13 and h1 & 0x20:
            flags |= WRITES_SP
    elif h1 & 0x0080 == 0 or (h2 >> 4 & 15) in (10, 14):
        base = rn
    if rn in (13, 15):
        base = NO_REGISTER
    return flags, kind, words, loaded, reads, base


@njit(cache=True)
def _decode_system(h1: int, h2: int) -> int:
    """Return the flags of an MSR (0xF38n 0x88ss), 0 for anything else."""
    if h1 & 0xFFE0 != 0xF380 or h2 & 0xD000 != 0x8000:
        return 0
    register = h2 & 0xFF
    if register in (8, 9):
        return WRITES_SP
    if register in (10, 11):
        return WRITES_LIMIT
    if 16 <= register <= 19:
        return WRITES_MASK
    if register == 20:
        return WRITES_CONTROL | WRITES_SP
    return 0


@njit(cache=True)
def _decode_wide(h1: int, h2: int) -> tuple[int, int, int, int, int, int]:
    flags, kind, words, loaded, reads, base = 0, KIND_OTHER, 0, NO_REGISTER, 0, NO_REGISTER
    rn, rm = h1 & 15, h2 & 15
    group = h1 >> 9
    if h1 & 0xEC00 == 0xEC00:
        if h2 & 0x0C00 == 0x0800:
            return _decode_float(h1, h2)
    elif group == 0x74:
        return _decode_load_store_pair(h1, h2)
    elif group == 0x75:
        reads = 1 << rn | 1 << rm
        if h2 >> 8 & 15 == 13 and h1 & 0x1F0 not in (0x1A0 | 0x10, 0x1B0):
            flags = WRITES_SP
    elif h1 & 0xF800 == 0xF000:
        if h2 & 0x8000:
            flags = _decode_system(h1, h2)
        else:
            reads = 1 << rn
            if h2 >> 8 & 15 == 13 and h1 & 0x10 == 0:
                flags = WRITES_SP
    elif group == 0x7C:
        flags, reads = IS_MEMORY, 1 << rn
        register_form = h1 & 0x80 == 0 and h2 & 0x800 == 0
        if register_form and rn != 15:
            reads |= 1 << rm
        if h1 & 0x10:
            loaded = h2 >> 12
        else:
            reads |= 1 << (h2 >> 12)
        if rn == 13 and h1 & 0x80 == 0 and h2 & 0x900 == 0x900:
            flags |= WRITES_SP
    elif group == 0x7D:
        reads = 1 << rn | 1 << rm
        if h1 & 0x0180 == 0x0100 and h2 >> 12 != 15:
            reads |= 1 << (h2 >> 12)
        if h1 & 0xFFD0 == 0xFB90:
            kind = KIND_DIVIDE
    return flags, kind, words, loaded, reads, base


@njit(cache=True)
def decode(first: int, second: int) -> tuple[int, int, int, int, int, int]:
    """Decode one instruction from its first halfword and the one after it.

    Returns (flags, kind, words, loaded, reads, base): the flag bits above, the kind for the cycle
    table, the number of words of a multiple transfer, the register that a load fills (16: none),
    the mask of registers read, and the base register of an access that must be word aligned
    (16: none; SP and PC need no check, their low bits are zero by construction).
    """
    if is_wide(first):
        return _decode_wide(first, second)
    return _decode_narrow(first)
