# SPDX-License-Identifier: Apache-2.0
"""The decoder against the assembler: lengths, bases, registers changed, kinds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from generator.toolchain.locate import find_toolchain
from hil.virtual.cpu import block_scan, thumb
from hil.virtual.cpu.cycles import CORTEX_M33

NONE = thumb.NO_REGISTER

# assembly, base that must be aligned, registers that change (writeback included), kind
CASES: list[tuple[str, int, set[int], int]] = [
    ("adds r1, r2, #3", NONE, {1}, thumb.KIND_OTHER),
    ("adds r1, #200", NONE, {1}, thumb.KIND_OTHER),
    ("mov r8, r3", NONE, {8}, thumb.KIND_OTHER),
    ("muls r2, r3, r2", NONE, {2}, thumb.KIND_OTHER),
    ("cmp r2, r3", NONE, set(), thumb.KIND_OTHER),
    ("ldr r3, [r4, #8]", NONE, {3}, thumb.KIND_OTHER),
    ("str r3, [r4, #8]", NONE, set(), thumb.KIND_OTHER),
    ("ldrb r3, [r4, r5]", NONE, {3}, thumb.KIND_OTHER),
    ("push {r4, r5, lr}", NONE, set(), thumb.KIND_MULTIPLE),
    ("pop {r4, r5}", NONE, {4, 5}, thumb.KIND_MULTIPLE),
    ("ldmia r1!, {r2, r3}", 1, {1, 2, 3}, thumb.KIND_MULTIPLE),
    ("stmia r1!, {r2, r3}", 1, {1}, thumb.KIND_MULTIPLE),
    ("add r1, sp, #16", NONE, {1}, thumb.KIND_OTHER),
    ("uxth r1, r9", NONE, {1}, thumb.KIND_OTHER),
    ("uxtb r1, r2", NONE, {1}, thumb.KIND_OTHER),
    ("add.w r9, r10, r11, lsl #2", NONE, {9}, thumb.KIND_OTHER),
    ("mov.w r9, r10", NONE, {9}, thumb.KIND_OTHER),
    ("addw r9, r10, #257", NONE, {9}, thumb.KIND_OTHER),
    ("ldr.w r9, [r10], #4", NONE, {9, 10}, thumb.KIND_OTHER),
    ("str.w r9, [r10, #-4]!", NONE, {10}, thumb.KIND_OTHER),
    ("ldrd r1, r2, [r3, #8]", 3, {1, 2}, thumb.KIND_DOUBLE),
    ("ldrd r1, r2, [r3], #8", 3, {1, 2, 3}, thumb.KIND_DOUBLE),
    ("strd r1, r2, [r3, #-8]!", 3, {3}, thumb.KIND_DOUBLE),
    ("ldrd r1, r2, [sp, #8]", NONE, {1, 2}, thumb.KIND_DOUBLE),
    ("ldmdb r10!, {r1, r2, r3}", 10, {1, 2, 3, 10}, thumb.KIND_MULTIPLE),
    ("stmdb r10!, {r1, r2, r3}", 10, {10}, thumb.KIND_MULTIPLE),
    ("ldrex r1, [r2]", 2, {1}, thumb.KIND_OTHER),
    ("vldr s1, [r2, #4]", 2, set(), thumb.KIND_OTHER),
    ("vldr d1, [r2, #4]", 2, set(), thumb.KIND_DOUBLE),
    ("vldmia r2!, {s0-s3}", 2, {2}, thumb.KIND_MULTIPLE),
    ("vmov r1, s3", NONE, {1}, thumb.KIND_OTHER),
    ("vmov r1, r2, d3", NONE, {1, 2}, thumb.KIND_OTHER),
    ("vdiv.f32 s0, s1, s2", NONE, set(), thumb.KIND_FLOAT_DIVIDE),
    ("vsqrt.f32 s0, s1", NONE, set(), thumb.KIND_FLOAT_DIVIDE),
    ("sdiv r1, r2, r3", NONE, {1}, thumb.KIND_DIVIDE),
    ("udiv r1, r2, r3", NONE, {1}, thumb.KIND_DIVIDE),
    ("smlad r1, r2, r3, r4", NONE, {1}, thumb.KIND_OTHER),
    ("smlal r1, r2, r3, r4", NONE, {1, 2}, thumb.KIND_OTHER),
    ("sxtb16 r1, r2, ror #8", NONE, {1}, thumb.KIND_OTHER),
    ("usat r1, #8, r2", NONE, {1}, thumb.KIND_OTHER),
    ("ubfx r1, r2, #3, #4", NONE, {1}, thumb.KIND_OTHER),
    ("mrs r5, primask", NONE, {5}, thumb.KIND_OTHER),
]


def assemble(folder: Path, lines: list[str]) -> np.ndarray:
    source, target = folder / "code.s", folder / "code.o"
    source.write_text(".syntax unified\n.thumb\n" + "\n".join(lines) + "\n")
    subprocess.run(
        [str(find_toolchain().gcc), "-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16",
         "-mfloat-abi=hard", "-c", str(source), "-o", str(target)],
        check=True,
    )  # fmt: skip
    with target.open("rb") as stream:
        section = ELFFile(stream).get_section_by_name(".text")
        assert section is not None
        data: bytes = section.data()
    return np.frombuffer(data + bytes(4), np.uint8)


@pytest.fixture(scope="module")
def decoded(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, ...]]:
    """Every case decoded, one after the other: a wrong length spoils all that follow."""
    code = assemble(tmp_path_factory.mktemp("decode"), [case[0] for case in CASES])
    found, position = [], 0
    for _ in CASES:
        first, second = (int(block_scan.halfword(code, position + at)) for at in (0, 2))
        found.append(thumb.decode(first, second))
        position += 4 if thumb.is_wide(first) else 2
    assert position == len(code) - 4
    return found


@pytest.mark.parametrize("index", range(len(CASES)), ids=[case[0] for case in CASES])
def test_an_instruction_is_understood(decoded: list[tuple[int, ...]], index: int) -> None:
    text, base, changed, kind = CASES[index]
    _, found_kind, _, _, _, found_base, writes, move = decoded[index]
    assert found_base == base, text
    assert found_kind == kind, text
    found = {register for register in range(16) if writes >> register & 1}
    if move:
        found.add(move >> 1 & 15)
    # Taking a register as changed that is not is safe; the reverse would miss a check.
    assert changed <= found, text
    assert len(found - changed) <= 2, text


FLAGGED = {
    "vadd.f32 s0, s1, s2": thumb.FPU,
    "vmrs apsr_nzcv, fpscr": thumb.FPU,
    "vldr s0, [sp]": thumb.FPU,
    "sub sp, #64": thumb.WRITES_SP,
    "sub.w sp, sp, #1024": thumb.WRITES_SP,
    "push {r4, lr}": thumb.WRITES_SP,
    "push.w {r4, r8, lr}": thumb.WRITES_SP,
    "vpush {s16-s19}": thumb.WRITES_SP,
    "mov sp, r7": thumb.WRITES_SP,
    "str r0, [sp, #-4]!": thumb.WRITES_SP,
    "strd r0, r1, [sp, #-8]!": thumb.WRITES_SP,
    "msr msp, r0": thumb.WRITES_SP,
    "cpsie i": thumb.WRITES_MASK,
    "msr primask, r0": thumb.WRITES_MASK,
    "msr basepri, r0": thumb.WRITES_MASK,
    "msr msplim, r0": thumb.WRITES_LIMIT,
    "msr control, r0": thumb.WRITES_CONTROL,
}


@pytest.fixture(scope="module")
def flags(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """The flags of each instruction of FLAGGED."""
    lines = [line for text in FLAGGED for line in (".balign 4", text)]
    code = assemble(tmp_path_factory.mktemp("flags"), lines)
    return {
        text: thumb.decode(*(int(block_scan.halfword(code, at + half)) for half in (0, 2)))[0]
        for at, text in zip(range(0, 4 * len(FLAGGED), 4), FLAGGED, strict=True)
    }


@pytest.mark.parametrize("text", FLAGGED)
def test_a_property_that_a_rule_needs_is_seen(flags: dict[str, int], text: str) -> None:
    assert flags[text] & FLAGGED[text], text


def scanned(folder: Path, lines: list[str]) -> tuple[int, int, int, list[int]]:
    code = assemble(folder, lines)
    demands, probes = np.zeros(2, np.uint64), np.zeros(len(code), np.uint16)
    entry = int(block_scan.scan(code, 0, len(code) - 4, probes, demands, CORTEX_M33.costs()))
    return entry, int(demands[0]), int(demands[1]), [int(probe) for probe in probes if probe]


def test_a_scan_counts_instructions_and_cycles(tmp_path: Path) -> None:
    entry, *_ = scanned(
        tmp_path,
        ["ldr r0, [r1]", "adds r0, #1", "ldrd r2, r3, [r1]", "push {r4, r5}", "udiv r0, r0, r2"],
    )
    assert entry & 0xFFF == 5
    assert entry >> block_scan.CYCLES_SHIFT & 0xFFFF == (1) + (1 + 1) + 2 + 3 + 7


@pytest.mark.parametrize(
    ("lines", "at_entry", "at_exit", "probes"),
    [
        (["ldrd r0, r1, [r4]"], 1 << 16, 0, 0),
        (["adds r4, #2", "ldrd r0, r1, [r4]"], 1 << 18, 0, 0),
        (["mov r5, r4", "ldrd r0, r1, [r5]"], 1 << 16, 0, 0),
        (["ldr r4, [r5]", "ldrd r0, r1, [r4]"], 0, 1 << 16, 0),
        (["ldr r4, [r5]", "ldrd r0, r1, [r4]", "adds r4, #1"], 0, 1 << 17, 0),
        (["ldr r4, [r5]", "ldrd r0, r1, [r4]", "movs r4, #1"], 0, 0, 1),
        (["ldr r4, [r5]", "ldrd r4, r1, [r4]"], 0, 0, 1),
        (["it eq", "ldrdeq r0, r1, [r4]"], 0, 0, 1),
        (["it eq", "moveq r4, r5", "ldrd r0, r1, [r4]"], 0, 1 << 16, 0),
        (["sdiv r0, r1, r2"], 0, 0, 1),
        (["ldr r4, [r5]", "mov lr, r4", "stm lr!, {r0, r1}"], 0, 1 << 56, 0),
        (["ldr r4, [r5]", "mov lr, r4", "stm lr!, {r0, r1}", "bl ."], 0, 0, 1),
        (["ldrd r0, r1, [sp, #8]"], 0, 0, 0),
    ],
)
def test_where_an_access_is_checked(
    tmp_path: Path, lines: list[str], at_entry: int, at_exit: int, probes: int
) -> None:
    _, found_entry, found_exit, found_probes = scanned(tmp_path, lines)
    assert (found_entry, found_exit, len(found_probes)) == (at_entry, at_exit, probes)
