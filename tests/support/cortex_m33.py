# SPDX-License-Identifier: Apache-2.0
"""The network on an emulated Cortex-M33, with the instructions of each function counted."""

from __future__ import annotations

import bisect
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from numpy.typing import NDArray
from unicorn import UC_ARCH_ARM, UC_HOOK_BLOCK, UC_MODE_MCLASS, UC_MODE_THUMB, Uc, arm_const

from generator.model.graph import Graph
from generator.project.target_flags import target_flags
from generator.repository import TEMPLATES_DIR
from tests.support.network_build import plan_of, render_network

FLASH, RAM, HOST = 0x0800_0000, 0x2000_0000, 0x3000_0000
MEMORY_BYTES = 1 << 20
STACK_TOP = RAM + MEMORY_BYTES
STACK_BYTES = 4096
STACK_PAINT = 0xA5
RETURN_TO = HOST + 1
"""An address where nothing runs: the call has returned when the core arrives there."""

ARGUMENT_REGISTERS = (
    arm_const.UC_ARM_REG_R0,
    arm_const.UC_ARM_REG_R1,
    arm_const.UC_ARM_REG_R2,
    arm_const.UC_ARM_REG_R3,
)

LINKER_SCRIPT = f"""
MEMORY {{
    FLASH (rx) : ORIGIN = {FLASH:#x}, LENGTH = 1M
    RAM (rw) : ORIGIN = {RAM:#x}, LENGTH = 512K
}}
SECTIONS {{
    .text : {{ *(.text*) *(.rodata*) }} > FLASH
    .data : {{ *(.data*) }} > RAM AT > FLASH
    .bss : {{ *(.bss*) *(COMMON) }} > RAM
}}
"""

ENTRIES = ("network_begin", "network_push_frame_s8", "network_scores_s8", "network_scores_f32")

FREESTANDING = """
#include <stddef.h>
void *memcpy(void *target, const void *source, size_t count);
void *memset(void *target, int value, size_t count);
void *memcpy(void *target, const void *source, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ((volatile char *)target)[i] = ((const char *)source)[i];
    }
    return target;
}
void *memset(void *target, int value, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ((volatile char *)target)[i] = (char)value;
    }
    return target;
}
"""


def link_network(graph: Graph, project: Path, compiler: str) -> Path:
    """Compile the network alone, as the firmware does, and link it without a library."""
    plan = plan_of(graph)
    sources = render_network(plan, project)
    sources += [project / name for name in with_assembly(plan.kernel_sources)]
    return compile_for_m33(project, compiler, sources, project, ENTRIES)


def with_assembly(kernel_sources: Sequence[str]) -> list[str]:
    """The kernels' sources, and what is for the target alone."""
    beside = [str(Path(name).with_suffix(".S")) for name in kernel_sources]
    return [*kernel_sources, *(name for name in beside if (TEMPLATES_DIR / name).is_file())]


def compile_for_m33(
    folder: Path, compiler: str, sources: Sequence[Path], include: Path, entries: Sequence[str]
) -> Path:
    """Compile with the firmware's flags and link without a library; `entries` are kept."""
    return compile_for_core("cortex-m33", folder, compiler, sources, include, entries)


def compile_for_core(  # noqa: PLR0917
    core: str,
    folder: Path,
    compiler: str,
    sources: Sequence[Path],
    include: Path,
    entries: Sequence[str],
) -> Path:
    """The same for another core, whose code a Cortex-M33 runs as well."""
    freestanding, script, elf = (folder / name for name in ("mem.c", "test.ld", "test.elf"))
    freestanding.write_text(FREESTANDING)
    script.write_text(LINKER_SCRIPT)
    flags = target_flags(core)
    command = [compiler, *flags.cpu, *flags.language, *flags.optimisation, *flags.sections]
    command += [*flags.warnings, "-DM2M_TAPS=0", "-DM2M_PORTABLE_KERNELS=0"]
    command += [f"-I{include}", *map(str, sources)]
    command += [str(freestanding), "-nostdlib", "-static", "-Wl,--gc-sections"]
    command += [f"-Wl,-e,{entries[0]}", *(f"-Wl,-u,{entry}" for entry in entries)]
    subprocess.run([*command, f"-T{script}", "-o", str(elf)], check=True)
    return elf


class CortexM33:
    """Runs functions of an ELF one after another."""

    def __init__(self, elf: Path) -> None:
        self._blocks: Counter[tuple[int, int]] = Counter()
        self._before_last_frame: Counter[tuple[int, int]] = Counter()
        self._core = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        self._core.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M33)
        for start in (FLASH, RAM, HOST):
            self._core.mem_map(start, MEMORY_BYTES)
        with elf.open("rb") as stream:
            image = ELFFile(stream)
            for segment in image.iter_segments("PT_LOAD"):
                self._core.mem_write(segment["p_vaddr"], segment.data())
            table = image.get_section_by_name(".symtab")
            assert isinstance(table, SymbolTableSection)
            functions = [s for s in table.iter_symbols() if s["st_info"]["type"] == "STT_FUNC"]
        self._starts = sorted((s["st_value"] & ~1, s.name) for s in functions)
        self.functions = {s.name: s["st_value"] & ~1 for s in functions}
        self.function_bytes = {s.name: s["st_size"] for s in functions}
        self._core.mem_write(STACK_TOP - STACK_BYTES, bytes([STACK_PAINT]) * STACK_BYTES)
        self._core.hook_add(UC_HOOK_BLOCK, self._on_block)

    def _on_block(self, core: Uc, address: int, size: int, data: object) -> None:
        self._blocks[address, size] += 1

    def call(self, function: str, *arguments: int) -> int:
        """Call a function with up to four words; returns what it returns."""
        self._core.reg_write(arm_const.UC_ARM_REG_SP, STACK_TOP)
        self._core.reg_write(arm_const.UC_ARM_REG_LR, RETURN_TO)
        for register, argument in zip(ARGUMENT_REGISTERS, arguments, strict=False):
            self._core.reg_write(register, argument)
        self._core.emu_start(self.functions[function] | 1, RETURN_TO & ~1)
        return int(np.int32(np.uint32(self._core.reg_read(arm_const.UC_ARM_REG_R0))))

    def write(self, address: int, content: bytes) -> None:
        """Put bytes into memory."""
        self._core.mem_write(address, content)

    def read(self, address: int, count: int) -> bytes:
        """Bytes from memory."""
        return bytes(self._core.mem_read(address, count))

    def write_words(self, address: int, words: Sequence[int]) -> None:
        """Put words of 32 bits into memory."""
        self.write(address, np.array(words, dtype="<u4").tobytes())

    def forget_counts(self) -> None:
        """Count instructions from here on."""
        self._blocks.clear()

    def run_patch(self, frames: NDArray[np.int8], classes: int) -> NDArray[np.int8]:
        """One patch of [frames, bands]; returns the scores."""
        self.call("network_begin")
        self._blocks.clear()
        for index, frame in enumerate(frames):
            self._before_last_frame = self._blocks.copy()
            self._core.mem_write(HOST + 16, frame.tobytes())
            status = self.call("network_push_frame_s8", HOST + 16)
            assert status == (1 if index == len(frames) - 1 else 0)
        counted = self._blocks.copy()
        scores = self._core.mem_read(self.call("network_scores_s8"), classes)
        self._blocks = counted
        return np.frombuffer(bytes(scores), dtype=np.int8)

    def instructions(self, *, last_frame_only: bool = False) -> Counter[str]:
        """Instructions executed since the last patch began, by function.

        `last_frame_only`: since its last frame was given, up to its scores.
        """
        starts = [start for start, _ in self._starts]
        counts: Counter[str] = Counter()
        blocks = self._blocks - self._before_last_frame if last_frame_only else self._blocks
        for (address, size), times in blocks.items():
            name = self._starts[bisect.bisect_right(starts, address) - 1][1]
            counts[name] += times * self._instructions_in(address, size)
        return counts

    def _instructions_in(self, address: int, size: int) -> int:
        code = self._core.mem_read(address, size)
        count = position = 0
        while position < size:
            top = code[position + 1] >> 3
            position += 4 if top in (0x1D, 0x1E, 0x1F) else 2
            count += 1
        return count

    def stack_bytes(self) -> int:
        """Stack ever used."""
        stack = bytes(self._core.mem_read(STACK_TOP - STACK_BYTES, STACK_BYTES))
        return STACK_BYTES - (len(stack) - len(stack.lstrip(bytes([STACK_PAINT]))))
