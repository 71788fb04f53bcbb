# SPDX-License-Identifier: Apache-2.0
"""Instructions that move the stack pointer or go elsewhere, each as the assembler encodes it."""

from __future__ import annotations

import struct

import pytest
from capstone import CS_ARCH_ARM, CS_MODE_MCLASS, CS_MODE_THUMB, Cs

from generator.toolchain.stack_bound.thumb import Code, decode

AT = 0x0800_1000


def code_of(*halves: int) -> Code:
    return decode([(AT, struct.pack(f"<{len(halves)}H", *halves))])


@pytest.mark.parametrize(
    ("text", "halves", "pushed"),
    [
        ("push {r4, lr}", (0xB510,), 8),
        ("push {r0, r1, r2, r3, r4, r5, r6, r7}", (0xB4FF,), 32),
        ("push.w {r4, r5, r6, r7, r8, sb, sl, fp, lr}", (0xE92D, 0x4FF0), 36),
        ("str lr, [sp, #-0x4]!", (0xF84D, 0xED04), 4),
        ("strd ip, lr, [sp, #-0x10]!", (0xE96D, 0xCE04), 16),
        ("sub sp, #0x1fc", (0xB0FF,), 508),
        ("sub.w sp, sp, #0x400", (0xF5AD, 0x6D80), 1024),
        ("subw sp, sp, #0x404", (0xF2AD, 0x4D04), 1028),
        ("vpush {s16, s17}", (0xED2D, 0x8A02), 8),
        ("vpush {d8}", (0xED2D, 0x8B02), 8),
        ("add sp, #8", (0xB002,), 0),
        ("pop {r4, pc}", (0xBD10,), 0),
        ("sub.w r4, sp, #0x400", (0xF5AD, 0x6480), 0),
    ],
)
def test_what_an_instruction_takes_of_the_stack(
    text: str, halves: tuple[int, ...], pushed: int
) -> None:
    content = struct.pack(f"<{len(halves)}H", *halves)
    (seen,) = Cs(CS_ARCH_ARM, CS_MODE_THUMB | CS_MODE_MCLASS).disasm(content, AT)
    assert f"{seen.mnemonic} {seen.op_str}" == text
    assert code_of(*halves).pushed_bytes == pushed


@pytest.mark.parametrize(
    "halves",
    [
        (0xF000, 0xF801),  # bl
        (0xF7FF, 0xFFFE),  # bl, backwards
        (0xF3FF, 0xD7FF),  # bl, far
        (0xF000, 0xB801),  # b.w
        (0xF43F, 0xAFFE),  # beq.w, backwards
        (0xE7FE,),  # b
        (0xD0FE,),  # beq
    ],
)
def test_where_a_branch_goes(halves: tuple[int, ...]) -> None:
    content = struct.pack(f"<{len(halves)}H", *halves)
    (seen,) = Cs(CS_ARCH_ARM, CS_MODE_THUMB | CS_MODE_MCLASS).disasm(content, AT)
    code = code_of(*halves)
    targets = code.calls if seen.mnemonic == "bl" else code.jumps
    assert [f"#{target & 0xFFFF_FFFF:#x}" for target in targets] == [seen.op_str]
    assert len(code.calls) + len(code.jumps) == 1


def test_what_goes_by_a_register_and_what_returns() -> None:
    assert code_of(0x4798).indirect == 1  # blx r3
    assert code_of(0x4718).indirect == 1  # bx r3
    assert code_of(0xF853, 0xF022).indirect == 1  # ldr.w pc, [r3, r2, lsl #2]
    assert code_of(0x4770).indirect == 0  # bx lr
    assert code_of(0xF85D, 0xFB04).indirect == 0  # ldr pc, [sp], #4
    assert code_of(0xF85F, 0xF000).literal_jumps == [AT + 4]  # ldr.w pc, [pc, #-0]


def test_stacks_that_no_instruction_tells_the_size_of() -> None:
    assert code_of(0xEBAD, 0x0D03).moves_by_register  # sub.w sp, sp, r3
    assert code_of(0x469D).moves_by_register  # mov sp, r3
    assert not code_of(0xEBA1, 0x0103).moves_by_register  # sub.w r1, r1, r3
    assert code_of(0xF381, 0x8808).takes_other_stack  # msr msp, r1
    assert not code_of(0xF380, 0x880A).takes_other_stack  # msr msplim, r0


def test_the_fpu_is_seen() -> None:
    assert code_of(0xEE30, 0x0A20).uses_fpu  # vadd.f32
    assert code_of(0xED93, 0x0A00).uses_fpu  # vldr
    assert not code_of(0xFB01, 0xF000).uses_fpu  # mul
