# SPDX-License-Identifier: Apache-2.0
"""What the instructions of one function do to the stack, and where they go.

Only what matters for that is decoded: what moves the stack pointer, branches, and whether anything
needs the FPU. Encodings: Armv7-M Architecture Reference Manual (DDI 0403), A5 and A7.7; those of
the FPU: A6.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

_FIRST_WIDE_PREFIX = 0b11101
"""A first halfword whose upper five bits are at least this opens a 32-bit instruction."""

_SP, _LR, _PC = 13, 14, 15
_ALWAYS = 14
"""Conditions from here on are no branch: UDF and SVC, or other instructions."""


@dataclass(slots=True)
class Code:
    """What was found in one function."""

    pushed_bytes: int = 0
    """All that its instructions take from the stack, each counted once."""
    calls: list[int] = field(default_factory=list)
    """Targets of calls, which come back."""
    jumps: list[int] = field(default_factory=list)
    """Targets of branches, its own labels included."""
    literal_jumps: list[int] = field(default_factory=list)
    """Where the addresses lie that it jumps to: the linker's veneers do."""
    indirect: int = 0
    """Calls and jumps to an address in a register or a table."""
    uses_fpu: bool = False
    takes_other_stack: bool = False
    """It writes MSP."""
    moves_by_register: bool = False
    """The stack pointer goes down by a value that is not in the instruction."""


def decode(stretches: Iterable[tuple[int, bytes]]) -> Code:
    """The code of a function: stretches of instructions with their addresses, without literals."""
    code = Code()
    for address, content in stretches:
        halves = struct.unpack(f"<{len(content) // 2}H", content[: len(content) & ~1])
        at = 0
        while at < len(halves):
            first, place = halves[at], address + 2 * at
            if first >> 11 < _FIRST_WIDE_PREFIX or at + 1 == len(halves):
                _narrow(code, first, place)
                at += 1
            else:
                _wide(code, first, halves[at + 1], place)
                at += 2
    return code


def _narrow(code: Code, half: int, place: int) -> None:
    if half & 0xFE00 == 0xB400:  # PUSH
        code.pushed_bytes += 4 * (half & 0x1FF).bit_count()
    elif half & 0xFF80 == 0xB080:  # SUB SP, SP, #imm7
        code.pushed_bytes += 4 * (half & 0x7F)
    elif half & 0xFF87 in (0x4485, 0x4685):  # ADD SP, Rm; MOV SP, Rm
        code.moves_by_register = True
    elif half & 0xFF07 == 0x4700:  # BX, BLX
        if half & 0x80 or half >> 3 & 0xF != _LR:
            code.indirect += 1
    elif half & 0xFF87 == 0x4687:  # MOV PC, Rm
        if half >> 3 & 0xF != _LR:
            code.indirect += 1
    elif half & 0xF800 == 0xE000:  # B
        code.jumps.append(place + 4 + _signed(half & 0x7FF, 11) * 2)
    elif half & 0xF000 == 0xD000 and half >> 8 & 0xF < _ALWAYS:  # B<c>
        code.jumps.append(place + 4 + _signed(half & 0xFF, 8) * 2)


def _wide(code: Code, first: int, second: int, place: int) -> None:
    if first & 0xEC00 == 0xEC00 and second & 0x0E00 == 0x0A00:  # coprocessors 10 and 11
        code.uses_fpu = True
        if first & 0xFFBF == 0xED2D:  # VPUSH
            code.pushed_bytes += 4 * (second & 0xFF)
    elif first & 0xF800 == 0xF000 and second & 0x8000:
        _branch_or_control(code, first, second, place)
    elif first == 0xE92D:  # STMDB SP!
        code.pushed_bytes += 4 * second.bit_count()
    elif first == 0xF84D and second & 0x0F00 == 0x0D00:  # STR Rt, [SP, #-imm8]!
        code.pushed_bytes += second & 0xFF
    elif first == 0xE96D:  # STRD Rt, Rt2, [SP, #-imm8]!
        code.pushed_bytes += 4 * (second & 0xFF)
    elif first & 0xFBEF == 0xF1AD and second & 0x8F00 == 0x0D00:  # SUB.W SP, SP, #const
        code.pushed_bytes += _expanded(first, second)
    elif first & 0xFBFF == 0xF2AD and second & 0x8F00 == 0x0D00:  # SUBW SP, SP, #imm12
        code.pushed_bytes += _immediate12(first, second)
    elif first & 0xFFEF == 0xEBAD and second & 0x0F00 == 0x0D00:  # SUB.W SP, SP, Rm
        code.moves_by_register = True
    elif first & 0xFF70 == 0xF850:  # LDR.W
        target, base = second >> 12, first & 0xF
        code.moves_by_register |= target == _SP
        if target == _PC and base == _PC:
            offset = second & 0xFFF if first & 0x80 else -(second & 0xFFF)
            code.literal_jumps.append((place + 4 & ~3) + offset)
        elif target == _PC and base != _SP:  # from the stack: a return
            code.indirect += 1


def _branch_or_control(code: Code, first: int, second: int, place: int) -> None:
    if second & 0xD000 in (0xD000, 0x9000):  # BL; B.W
        sign = first >> 10 & 1
        near, far = (~(second >> 13 ^ sign) & 1), (~(second >> 11 ^ sign) & 1)
        offset = sign << 24 | near << 23 | far << 22 | (first & 0x3FF) << 12 | (second & 0x7FF) << 1
        targets = code.calls if second & 0x4000 else code.jumps
        targets.append(place + 4 + _signed(offset, 25))
    elif second & 0xD000 == 0x8000 and first >> 6 & 0xF < _ALWAYS:  # B<c>.W
        offset = (first >> 10 & 1) << 20 | (second >> 11 & 1) << 19 | (second >> 13 & 1) << 18
        offset |= (first & 0x3F) << 12 | (second & 0x7FF) << 1
        code.jumps.append(place + 4 + _signed(offset, 21))
    elif first & 0xFFF0 == 0xF380 and second == 0x8808:  # MSR MSP, Rn
        code.takes_other_stack = True


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> bits - 1 else value


def _immediate12(first: int, second: int) -> int:
    return (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xFF


def _expanded(first: int, second: int) -> int:
    """ThumbExpandImm (DDI 0403, A5.3.2)."""
    value = _immediate12(first, second)
    low = value & 0xFF
    if value >> 10:
        turned, by = low & 0x7F | 0x80, value >> 7
        return (turned >> by | turned << (32 - by)) & 0xFFFF_FFFF
    return (low, low << 16 | low, low << 24 | low << 8, low * 0x0101_0101)[value >> 8 & 3]
