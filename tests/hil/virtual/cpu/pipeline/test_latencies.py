# SPDX-License-Identifier: Apache-2.0
"""Short sequences, of which the latencies are public, one by one.

Sources: "pipeline cycle test" of github.com/jnk0le/random (RP2350, STM32F407, STM32H743), CC0, and
the Cortex-M4's Technical Reference Manual (DDI 0439, section 3.3). Each sequence is of our own.
"""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from generator.toolchain.locate import Toolchain, find_toolchain
from hil.virtual.cpu.pipeline.blocks import PIPELINES
from hil.virtual.cpu.pipeline.instruction import disassemble

M33, M4, M7 = "cortex-m33", "cortex-m4", "cortex-m7"

CASES = [
    # Results that are there after two cycles; the addend of a multiplication takes them after one.
    (M33, "add.w r0, r1, r2; add.w r3, r0, r1", 2),
    (M33, "ldr.w r0, [r1]; add.w r3, r0, r1", 3),
    (M33, "ldr.w r0, [r1]; add.w r4, r5, r6; add.w r3, r0, r1", 3),
    (M33, "smlad r0, r1, r2, r3; add.w r4, r0, r1", 3),
    (M33, "smlad r0, r1, r2, r3; smlad r0, r4, r5, r0", 2),
    (M33, "smlad r0, r1, r2, r3; smlad r4, r0, r5, r6", 3),
    (M33, "ldr.w r0, [r1]; smlad r4, r5, r6, r0", 2),
    (M33, "ldr.w r0, [r1]; smlad r4, r0, r5, r6", 3),
    (M33, "add.w r0, r1, r2, lsl #3; add.w r4, r0, r1", 3),
    (M33, "add.w r0, r1, r2, lsl #3; smlad r4, r5, r6, r0", 2),
    (M33, "uxtab r0, r1, r2; add.w r3, r0, r4", 3),
    (M33, "uxtab r0, r1, r2; uxtab r0, r0, r4", 2),
    (M33, "qadd r0, r1, r2; add.w r3, r0, r4", 3),
    (M33, "bfi r0, r1, #4, #8; add.w r3, r0, r4", 2),
    (M33, "muls r0, r1, r0; mov.w r3, r4", 3),
    (M33, "adds.w r0, r1, #0x1fc0; mov.w r3, r4", 3),
    (M33, "add.w r0, r1, #0x1fc0; mov.w r3, r4", 2),
    # Transfers.
    (M33, "ldr.w r0, [r1]; str.w r0, [r2]", 2),
    (M33, "ldrd r0, r1, [r2]", 2),
    (M33, "ldmia r6!, {r0-r3}", 4),
    (M33, "stmia r6!, {r0-r3}", 4),
    (M33, "ldmia r6!, {r0-r3}; add.w r4, r0, r1", 5),
    (M33, "vldmia r6!, {s0-s7}", 8),
    # Two 16-bit instructions in a cycle, if the second is a hint or a branch.
    (M33, "mov r0, r1; nop", 1),
    (M33, "mov.w r0, r1; nop", 2),
    (M33, "mov r0, r1; mov r2, r3", 2),
    (M33, "mov r0, r1; bne.n 1f; 1: mov.w r2, r3", 2),
    # Floating point.
    (M33, "vadd.f32 s0, s1, s2; vadd.f32 s3, s0, s4", 3),
    (M33, "vmov r0, s0; add.w r1, r0, r2", 3),
    (M33, "vmov r0, r1, s0, s1; add.w r2, r0, r1", 3),
    (M33, "vmov sl, s9; add.w r1, sl, r2", 3),
    # The Cortex-M4: a load takes two cycles, its second one hidden by a neighbour.
    (M4, "ldr.w r0, [r1]", 2),
    (M4, "ldr.w r0, [r1]; ldr.w r2, [r1, #4]; ldr.w r3, [r1, #8]", 4),
    (M4, "ldr.w r0, [r1]; ldr.w r2, [r0]", 4),
    (M4, "ldr.w r0, [r1]; str.w r2, [r3, #4]", 2),
    (M4, "str.w r0, [r1, #4]", 1),
    (M4, "str.w r0, [r1, #4]; ldr.w r2, [r3]", 4),
    (M4, "mov r0, r1; ldr.w r2, [r3]; ldr.w r4, [r3, #4]", 5),
    (M4, "str.w r0, [r1, r2]", 2),
    (M4, "ldr.w r0, [r1]; nop", 2),
    (M4, "add.w r1, r2, r3; ldr.w r0, [r1]", 4),
    (M4, "ldmia r6!, {r0-r3}", 5),
    (M4, "ldrd r0, r1, [r2]", 3),
    (M4, "smlad r0, r1, r2, r3; smlad r4, r0, r5, r6", 2),
    (M4, "umull r0, r1, r2, r3", 1),
    (M4, "vfma.f32 s0, s1, s2", 3),
    (M4, "vmov r0, r1, s0, s1", 2),
    # The Cortex-M7: pairs.
    (M7, "add.w r0, r1, r2; add.w r3, r4, r5", 1),
    (M7, "ldr.w r0, [r1]; ldr.w r2, [r1, #4]", 1),
    (M7, "str.w r0, [r1]; str.w r2, [r1, #4]", 2),
    (M7, "smlad r0, r1, r2, r3; smlad r4, r5, r6, r7", 2),
    (M7, "smlad r0, r1, r2, r3; ldr.w r4, [r5]", 1),
    (M7, "smlad r0, r1, r2, r3; str.w r4, [r5]", 2),
    (M7, "ldrd r0, r1, [r2]; add.w r3, r4, r5", 2),
    (M7, "ldmia.w r6, {r0-r3}; add.w r4, r4, r5", 3),
    (M7, "uxtb.w r0, r1; uxtb.w r2, r3", 2),
    (M7, "eor.w r0, r1, r2, ror #8; eor.w r3, r4, r5, ror #8", 2),
    (M7, "eor.w r0, r1, r2, ror #8; eor.w r3, r4, r5", 1),
    # An early result goes into a late operation of the same cycle, a late one does not.
    (M7, "add.w r0, r1, r2; eor.w r3, r0, r4", 1),
    (M7, "eor.w r0, r1, r2; eor.w r3, r0, r4", 2),
    (M7, "eor.w r0, r1, r2; ldr.w r3, [r0]", 3),
    (M7, "uxtb.w r0, r1; ldr.w r3, [r2, r0]", 3),
    (M7, "smlad r0, r1, r2, r3; smlad r0, r4, r5, r0", 2),
    (M7, "smlad r0, r1, r2, r3; eor.w r4, r0, r5", 3),
    (M7, "ldr.w r0, [r1]; eor.w r2, r0, r3", 2),
    (M7, "ldr.w r0, [r1]; eor.w r2, r3, r0, ror #8", 3),
    (M7, "ldrb.w r0, [r1]; eor.w r2, r0, r3", 3),
    (M7, "ldr.w r0, [r1]; smlad r4, r0, r5, r6", 3),
    (M7, "ldr.w r0, [r1]; smlad r4, r5, r6, r0", 2),
    (M7, "ldr.w r0, [r1]; str.w r0, [r2]", 1),
    (M7, "vmov r0, s0; eor.w r1, r0, r2", 3),
    (M7, "vmov sl, s9; eor.w r1, sl, r2", 3),
    (M7, "vmov r0, s0; smlad r1, r2, r3, r0", 2),
    (M7, "vmov r0, r1, s0, s1; eor.w r2, r3, r4", 2),
]  # fmt: skip


@cache
def assembled(gcc: Path, core: str, folder: Path) -> dict[int, bytes]:
    """Machine code of the cases of a core, by their places in CASES."""
    source, made = folder / f"{core}.S", folder / f"{core}.o"
    lines = [".syntax unified", ".thumb"]
    for at, (of, text, _) in enumerate(CASES):
        if of == core:
            body = "\n".join(part.strip() for part in text.split(";"))
            lines.append(f'.section .case.{at}, "ax"\n{body}')
    source.write_text("\n".join([*lines, ""]), encoding="utf-8")
    command = [str(gcc), f"-mcpu={core}", "-mthumb", "-mfloat-abi=hard", "-mfpu=auto", "-c"]
    subprocess.run([*command, str(source), "-o", str(made)], check=True)
    with made.open("rb") as stream:
        return {
            int(section.name.removeprefix(".case.")): section.data()
            for section in ELFFile(stream).iter_sections()
            if section.name.startswith(".case.")
        }


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return find_toolchain()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cases")


@pytest.mark.parametrize(
    "case", range(len(CASES)), ids=lambda at: f"{CASES[at][0]}: {CASES[at][1]}"
)
def test_a_sequence_takes_so_many_cycles(case: int, folder: Path, toolchain: Toolchain) -> None:
    core, _, cycles = CASES[case]
    code = assembled(toolchain.gcc, core, folder)[case]
    assert PIPELINES[core].cycles(disassemble(code, 0)) == cycles
