# SPDX-License-Identifier: Apache-2.0
"""Just enough of a Thumb-2 decoder (ARMv8-M Mainline with FPv5-SP) for counting and checking.

Compiled by numba, because the block hook calls it for each block that the core sees first. It
knows an instruction's length, its kind for the cycle table, which registers it reads and loads
(for the load-use penalty), and the properties that the rules need: use of the FPU, writes to SP
or to the mask and limit registers, IT blocks, accesses that must be word aligned, and which
registers change, so that a base can be followed through a block.
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
V8M_ONLY = 128
"""Touches a register that only ARMv8-M has: MSPLIM or PSPLIM."""
IS_MULTIPLY = 1 << 11
"""Needs the multiplier: MUL, MLA, SMLAD and their kin. Above the bits that a scan adds."""

KIND_OTHER = 0
KIND_MULTIPLE = 1
KIND_DOUBLE = 2
KIND_DIVIDE = 3
KIND_FLOAT_DIVIDE = 4

NO_REGISTER = 16
NO_MOVE = 0

Decoded = tuple[int, int, int, int, int, int, int, int]
"""(flags, kind, words, loaded, reads, base, writes, move), see `decode`."""


@njit(cache=True)
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
def _move(target: int, source: int, delta: int) -> int:
    """Pack "target = source + delta", of which only delta modulo 4 matters."""
    return 1 | target << 1 | source << 5 | (delta & 3) << 9


@njit(cache=True)
def _decode_low(h: int) -> Decoded:
    """0x0000 to 0x47FF: arithmetic on registers and small constants."""
    flags, reads, writes, move = 0, 0, 0, NO_MOVE
    low, mid, high3, r8 = h & 7, h >> 3 & 7, h >> 6 & 7, h >> 8 & 7
    top5 = h >> 11
    if top5 <= 2:
        reads, writes = 1 << mid, 1 << low
        if top5 == 0 and h & 0x7C0 == 0:
            move = _move(low, mid, 0)
    elif top5 == 3:
        reads, writes = 1 << mid | (0 if h & 0x400 else 1 << high3), 1 << low
        if h & 0x400:
            move = _move(low, mid, -high3 if h & 0x200 else high3)
    elif top5 <= 7:
        reads = 0 if top5 == 4 else 1 << r8
        writes = 0 if top5 == 5 else 1 << r8
        if top5 >= 6:
            move = _move(r8, r8, h & 0xFF if top5 == 6 else -(h & 0xFF))
    elif h >> 10 == 0x10:
        reads, operation = 1 << low | 1 << mid, h >> 6 & 15
        flags = IS_MULTIPLY if operation == 13 else 0
        writes = 0 if operation in (8, 10, 11) else 1 << low
    else:
        rm, rd = h >> 3 & 15, h & 7 | h >> 4 & 8
        operation = h >> 8 & 3
        reads = 1 << rm | (1 << rd if operation < 2 else 0)
        if operation in (0, 2):
            writes = 1 << rd
            flags = WRITES_SP if rd == 13 else 0
            move = _move(rd, rm, 0) if operation == 2 else NO_MOVE
        elif operation == 3 and h & 0x80:
            writes = 1 << 14
    return flags, KIND_OTHER, 0, NO_REGISTER, reads, NO_REGISTER, writes, move


@njit(cache=True)
def _decode_single(h: int) -> Decoded:
    """0x4800 to 0x9FFF: single loads and stores."""
    low, mid, high3, r8 = h & 7, h >> 3 & 7, h >> 6 & 7, h >> 8 & 7
    top5 = h >> 11
    target, reads, is_load = low, 1 << mid, bool(top5 & 1)
    if top5 == 9:
        target, reads, is_load = r8, 0, True
    elif h >> 12 == 5:
        reads, is_load = 1 << mid | 1 << high3, (h >> 9 & 7) >= 3
    elif top5 in (18, 19):
        target, reads = r8, 1 << 13
    if is_load:
        return IS_MEMORY, KIND_OTHER, 0, target, reads, NO_REGISTER, 1 << target, NO_MOVE
    reads |= 1 << target
    return IS_MEMORY, KIND_OTHER, 0, NO_REGISTER, reads, NO_REGISTER, 0, NO_MOVE


@njit(cache=True)
def _decode_misc(h: int) -> Decoded:
    """0xA000 to 0xCFFF: addresses, stack, extensions, hints, multiple transfers."""
    flags, kind, words, reads, base, writes = 0, KIND_OTHER, 0, 0, NO_REGISTER, 0
    low, mid, r8 = h & 7, h >> 3 & 7, h >> 8 & 7
    move = NO_MOVE
    sub = h >> 8 & 15
    if h >> 12 == 10:
        writes = 1 << r8
        if h & 0x800:
            move = _move(r8, 13, 0)
    elif h >> 12 == 12:
        flags, kind, words, base = IS_MEMORY, KIND_MULTIPLE, _bits(h & 0xFF), r8
        reads = 1 << r8
        writes = h & 0xFF if h & 0x800 else 0
        if not writes >> r8 & 1:
            move = _move(r8, r8, 0)
    elif sub == 0:
        flags = WRITES_SP
    elif sub in (4, 5, 12, 13):
        flags, kind, words = WRITES_SP | IS_MEMORY, KIND_MULTIPLE, _bits(h & 0x1FF)
        writes = h & 0xFF if h & 0x800 else 0
    elif sub == 6 and h & 0xE0 == 0x60:
        flags = WRITES_MASK
    elif sub in (1, 3, 9, 11):
        reads = 1 << low
    elif sub in (2, 10):
        reads, writes = 1 << mid, 1 << low
    elif sub == 15 and h & 15:
        flags = IS_IT
    return flags, kind, words, NO_REGISTER, reads, base, writes, move


@njit(cache=True)
def _decode_float(h1: int, h2: int) -> Decoded:
    """Instructions of coprocessors 8 to 11: the FPU."""
    flags, kind, words, base, writes, move = FPU, KIND_OTHER, 0, NO_REGISTER, 0, NO_MOVE
    rn = h1 & 15
    if h1 & 0xFFE0 == 0xEC40:
        writes = 1 << rn | 1 << (h2 >> 12)
    elif h1 & 0xFE00 == 0xEC00:
        flags |= IS_MEMORY
        base = rn
        if h1 & 0x0120 == 0x0100:
            kind = KIND_DOUBLE if h2 & 0x0F00 == 0x0B00 else KIND_OTHER
        else:
            kind, words = KIND_MULTIPLE, h2 & 0xFF
            if h1 & 0x20:
                move = _move(rn, rn, 0)
                flags |= WRITES_SP if rn == 13 else 0
        if rn in (13, 15):
            base = NO_REGISTER
    elif (h1 & 0xFFB0 == 0xEE80 and h2 & 0x0E50 == 0x0A00) or (
        h1 & 0xFFBF == 0xEEB1 and h2 & 0x0ED0 == 0x0AC0
    ):
        kind = KIND_FLOAT_DIVIDE
    elif h1 & 0xFF10 == 0xEE10 and h2 & 0x10:
        writes = 1 << (h2 >> 12)
    return flags, kind, words, NO_REGISTER, 0, base, writes, move


@njit(cache=True)
def _decode_pair(h1: int, h2: int) -> Decoded:
    """0xE8../0xE9..: LDM, STM, LDRD, STRD, exclusives, table branches."""
    flags, kind, words, loaded, base = IS_MEMORY, KIND_OTHER, 0, NO_REGISTER, NO_REGISTER
    rn, is_load, writes, move = h1 & 15, bool(h1 & 0x10), 0, NO_MOVE
    reads = 1 << rn
    first, second = h2 >> 12 & 15, h2 >> 8 & 15
    if h1 & 0x0040 == 0:
        kind, words, base = KIND_MULTIPLE, _bits(h2), rn
        writes = h2 if is_load else 0
        if h1 & 0x20:
            move = _move(rn, rn, 0)
    elif h1 & 0x0120:
        kind, base = KIND_DOUBLE, rn
        if is_load:
            loaded, writes = second, 1 << first | 1 << second
        else:
            reads |= 1 << first | 1 << second
        if h1 & 0x20:
            move = _move(rn, rn, 0)
    else:
        if h1 & 0x0080 == 0 or (h2 >> 4 & 15) in (10, 14):
            base = rn
        writes = 1 << first | 1 << second | 1 << (h2 & 15)
    if rn == 13 and h1 & 0x20:
        flags |= WRITES_SP
    if rn in (13, 15):
        base = NO_REGISTER
    return flags, kind, words, loaded, reads, base, writes, move


@njit(cache=True)
def _decode_system(h1: int, h2: int) -> int:
    """Return the flags of an MSR (0xF38n 0x88ss) or MRS (0xF3EF 0x8dss), 0 for anything else."""
    register = h2 & 0xFF
    if h1 == 0xF3EF and h2 & 0xF000 == 0x8000:
        return V8M_ONLY if register in (10, 11) else 0
    if h1 & 0xFFE0 != 0xF380 or h2 & 0xD000 != 0x8000:
        return 0
    flags = 0
    if register in (8, 9):
        flags = WRITES_SP
    elif register in (10, 11):
        flags = WRITES_LIMIT | V8M_ONLY
    elif 16 <= register <= 19:
        flags = WRITES_MASK
    elif register == 20:
        flags = WRITES_CONTROL | WRITES_SP
    return flags


@njit(cache=True)
def _decode_immediate(h1: int, h2: int) -> Decoded:
    """0xF000 to 0xF7FF: constants, bit fields, branches, system registers."""
    rn, rd = h1 & 15, h2 >> 8 & 15
    flags, reads, writes, move = 0, 0, 1 << rd, NO_MOVE
    if h2 & 0xD000 == 0xD000:
        writes = 1 << 14  # BL
    elif h2 & 0x8000:
        flags = _decode_system(h1, h2)
    else:
        reads = 1 << rn
        if rd == 13 and h1 & 0x10 == 0:
            flags = WRITES_SP
        operation = h1 & 0xFBF0
        constant = h2 & 0xFF
        small = h1 & 0x400 == 0 and h2 & 0x7000 == 0
        plain = h1 & 0x0200 != 0
        if (operation & 0xFBE0 == 0xF100 and small) or (operation & 0xFBF0 == 0xF200 and plain):
            move = _move(rd, rn, constant)
        elif (operation & 0xFBE0 == 0xF1A0 and small) or (operation & 0xFBF0 == 0xF2A0 and plain):
            move = _move(rd, rn, -constant)
        if rd == 15 or rn == 15:
            move = NO_MOVE
    return flags, KIND_OTHER, 0, NO_REGISTER, reads, NO_REGISTER, writes, move


@njit(cache=True)
def _decode_wide_single(h1: int, h2: int) -> Decoded:
    """0xF8../0xF9..: single loads and stores with long offsets, indexing, register offsets."""
    flags, loaded, writes, move = IS_MEMORY, NO_REGISTER, 0, NO_MOVE
    rn, rt = h1 & 15, h2 >> 12
    reads = 1 << rn
    indexed = h1 & 0x80 == 0 and h2 & 0x800 != 0 and rn != 15
    if h1 & 0x80 == 0 and h2 & 0x800 == 0 and rn != 15:
        reads |= 1 << (h2 & 15)
    if h1 & 0x10:
        loaded, writes = rt, 1 << rt
    else:
        reads |= 1 << rt
    if indexed and h2 & 0x100:
        move = _move(rn, rn, h2 & 0xFF if h2 & 0x200 else -(h2 & 0xFF))
        flags |= WRITES_SP if rn == 13 else 0
    return flags, KIND_OTHER, 0, loaded, reads, NO_REGISTER, writes, move


@njit(cache=True)
def _decode_wide(h1: int, h2: int) -> Decoded:
    flags, kind = 0, KIND_OTHER
    rn, rm, rd, ra = h1 & 15, h2 & 15, h2 >> 8 & 15, h2 >> 12
    reads = 1 << rn | 1 << rm
    writes, move = 1 << rd, NO_MOVE
    group = h1 >> 9
    if h1 & 0xEC00 == 0xEC00:
        if h2 & 0x0C00 == 0x0800:
            return _decode_float(h1, h2)
        writes = 1 << ra | 1 << rn
    elif group == 0x74:
        return _decode_pair(h1, h2)
    elif h1 & 0xF800 == 0xF000:
        return _decode_immediate(h1, h2)
    elif group == 0x7C:
        return _decode_wide_single(h1, h2)
    elif group == 0x75:
        if rd == 13 and h1 & 0x1F0 != 0x1B0:
            flags = WRITES_SP
        if h1 & 0xFFEF == 0xEA4F and h2 & 0x70F0 == 0:
            move = _move(rd, rm, 0)
    elif group == 0x7D and h1 & 0x0100:
        if h1 & 0x0080 == 0 and ra != 15:
            reads |= 1 << ra
        if h1 & 0x0080:
            writes |= 1 << ra
        flags = IS_MULTIPLY
        if h1 & 0xFFD0 == 0xFB90:
            flags, kind, writes = 0, KIND_DIVIDE, 1 << rd
    return flags, kind, 0, NO_REGISTER, reads, NO_REGISTER, writes, move


@njit(cache=True)
def decode(first: int, second: int) -> Decoded:
    """Decode one instruction from its first halfword and the one after it.

    Returns (flags, kind, words, loaded, reads, base, writes, move): the flag bits above, the kind
    for the cycle table, the number of words of a multiple transfer, the register that a load fills
    (16: none), the mask of registers read, the base register of an access that must be word
    aligned (16: none; SP and PC need no check, their low bits are zero by construction), the mask
    of registers that may change, and a packed "target = source + constant" that holds after that
    (see `_move`; 0: none).
    """
    if is_wide(first):
        return _decode_wide(first, second)
    if first < 0x4800:
        return _decode_low(first)
    if first < 0xA000:
        return _decode_single(first)
    if first < 0xD000:
        return _decode_misc(first)
    return 0, KIND_OTHER, 0, NO_REGISTER, 0, NO_REGISTER, 0, NO_MOVE
