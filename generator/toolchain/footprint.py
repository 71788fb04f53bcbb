# SPDX-License-Identifier: Apache-2.0
"""What an image costs in RAM and flash, part by part, read from the ELF's own sections.

The linker script gives each part of the project output sections of its own (`.text.network`,
`.bss.app` ...), so the footprint is a sum over sections and needs no map file and no guessing
(docs/adr/0008).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from pydantic import TypeAdapter

from generator.boards.record import BoardSpec
from generator.errors import Fault, InputError, ToolError
from generator.toolchain.stack_bound.bound import StackBound

ARENA_SYMBOL = "network_arena"
STACK_SECTION = ".stack"
COLUMNS = {
    "text": "text",
    "rodata": "rodata",
    "data": "data",
    "bss": "bss",
    "itcm": "itcm",
    "noinit": "bss",
    "dma": "bss",  # the DMA's buffers, where they have a memory of their own
}
"""Beginning of a section's name to the column that it is counted in."""
PARTS = (
    *("core", "port", "app", "library", "frontend", "cmsis_dsp"),
    *("network", "network_weights", "libgcc"),
)
LISTENING_PARTS = ("board", "microphone")
"""Of an application that runs without a host."""
VENDOR_PARTS = ("engine", "engine_weights", "engine_library", "libc", "libnosys")
"""Where an engine of a vendor runs the network: its code, weights and library, and the C library
that only this library needs."""
ALL_PARTS = (*PARTS[:2], *LISTENING_PARTS, *PARTS[2:], *VENDOR_PARTS)
WEIGHTS_PARTS = ("network_weights", "engine_weights")
CODE_PARTS = ("network", "engine", "engine_library", "libc", "libnosys")
CORE_SECTIONS = (".vectors", ".copy_table", ".image_mark", ".fault_stack", ".itcm_null")
"""Sections of `core` whose names do not end in its name."""


@dataclass(frozen=True, slots=True)
class NetworkFootprint:
    """What the network alone costs, in the columns that ST publishes."""

    activation_ram_bytes: int
    """The arena: rings of rows and scratch."""
    runtime_ram_bytes: int
    """Everything else that the network keeps in RAM; its stack is in the image's stack."""
    weights_flash_bytes: int
    code_flash_bytes: int
    total_ram_bytes: int
    total_flash_bytes: int

    @property
    def columns_bytes(self) -> tuple[int, ...]:
        """RAM of activations, of the run time, in all; flash of weights, of code, in all."""
        return (
            self.activation_ram_bytes,
            self.runtime_ram_bytes,
            self.total_ram_bytes,
            self.weights_flash_bytes,
            self.code_flash_bytes,
            self.total_flash_bytes,
        )


@dataclass(frozen=True, slots=True)
class ImageFootprint:
    """Everything linked; the stack is part of the RAM."""

    ram_bytes: int
    flash_bytes: int
    stack_bytes: int


@dataclass(frozen=True, slots=True)
class PartFootprint:
    """One part of the project.

    `data_bytes` are in RAM and, as initial values, in flash. `itcm_bytes` are code that is copied
    from flash to RAM and runs there: in both as well.
    """

    text_bytes: int = 0
    rodata_bytes: int = 0
    data_bytes: int = 0
    bss_bytes: int = 0
    itcm_bytes: int = 0

    @property
    def flash_bytes(self) -> int:
        """Code, constants and initial values."""
        return self.text_bytes + self.rodata_bytes + self.data_bytes + self.itcm_bytes

    @property
    def ram_bytes(self) -> int:
        """Variables, and code that is copied."""
        return self.data_bytes + self.bss_bytes + self.itcm_bytes


@dataclass(frozen=True, slots=True)
class Footprint:
    """The whole footprint."""

    network: NetworkFootprint
    image: ImageFootprint
    by_part: dict[str, PartFootprint]
    stack: StackBound | None = None
    """The most that is ever on the stacks; None where nobody has computed it."""

    def to_json(self) -> str:
        """Return the text of footprint.json."""
        parts = {
            name: {"ram_bytes": part.ram_bytes, "flash_bytes": part.flash_bytes, **asdict(part)}
            for name, part in self.by_part.items()
        }
        whole = {"network": asdict(self.network), "image": asdict(self.image), "by_part": parts}
        if self.stack is not None:
            whole["stack"] = asdict(self.stack)
        return json.dumps(whole, indent=4) + "\n"


def read_footprint(elf: Path, flash_bytes: int) -> Footprint:
    """Sum up the sections of `elf`, which are those of core/link.ld.j2.

    `flash_bytes` is the size of the binary file: what is programmed.
    """
    sums = {part: dict.fromkeys(COLUMNS.values(), 0) for part in ALL_PARTS}
    ram_bytes = stack_bytes = 0
    with elf.open("rb") as file:
        program = ELFFile(file)
        for name, size, writable, kind in _allocated_sections(program):
            if size == 0:
                continue
            column = ""
            if name == STACK_SECTION:
                stack_bytes += size
            else:
                part, column = _part_of(name, kind)
                sums[part][column] += size
            if writable or column == "itcm":
                ram_bytes += size
        arena_bytes = _size_of_symbol(program, ARENA_SYMBOL)
    parts = {
        name: PartFootprint(**{f"{column}_bytes": size for column, size in columns.items()})
        for name, columns in sums.items()
        if name in PARTS or any(columns.values())
    }
    # Alike for every engine: its kernels or library, its adapter, and what only it brings along.
    all_weights = [parts[name] for name in WEIGHTS_PARTS if name in parts]
    all_code = [parts[name] for name in CODE_PARTS if name in parts]
    network_ram = sum(part.ram_bytes for part in (*all_code, *all_weights))
    weights_flash = sum(part.rodata_bytes + part.data_bytes for part in all_weights)
    code_flash = sum(part.flash_bytes for part in all_code)
    code_flash += sum(part.text_bytes for part in all_weights)
    return Footprint(
        network=NetworkFootprint(
            activation_ram_bytes=arena_bytes,
            runtime_ram_bytes=network_ram - arena_bytes,
            weights_flash_bytes=weights_flash,
            code_flash_bytes=code_flash,
            total_ram_bytes=network_ram,
            total_flash_bytes=weights_flash + code_flash,
        ),
        image=ImageFootprint(ram_bytes, flash_bytes, stack_bytes),
        by_part=parts,
    )


def kept_stack_bound(footprint_file: Path) -> StackBound | None:
    """The bound as footprint.json has it; None where it has none that can be read."""
    try:
        content = json.loads(footprint_file.read_bytes())
        return TypeAdapter(StackBound).validate_python(content["stack"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def check_budgets(footprint: Footprint, board: BoardSpec) -> None:
    """Raise `InputError` with every budget of the board that the image exceeds."""
    budgets = board.budgets
    faults = [
        Fault(
            f"boards.yaml: {board.id}.budgets.{name}",
            f"the image takes {taken} bytes, {taken - allowed} more than the {allowed} allowed",
            "take a smaller model, or raise the budget if the board can spare it",
        )
        for name, taken, allowed in (
            ("image_ram_bytes", footprint.image.ram_bytes, budgets.image_ram_bytes),
            ("image_flash_bytes", footprint.image.flash_bytes, budgets.image_flash_bytes),
            (
                "activation_ram_bytes",
                footprint.network.activation_ram_bytes,
                budgets.activation_ram_bytes,
            ),
        )
        if taken > allowed
    ]
    if faults:
        raise InputError(faults)


def _allocated_sections(program: ELFFile) -> Iterator[tuple[str, int, bool, str]]:
    for section in program.iter_sections():
        flags = section["sh_flags"]
        if flags & 0x2:
            yield section.name, section["sh_size"], bool(flags & 0x1), section["sh_type"]


def _part_of(name: str, kind: str) -> tuple[str, str]:
    if name in CORE_SECTIONS:
        return "core", "bss" if kind == "SHT_NOBITS" else "rodata"
    for beginning, column in COLUMNS.items():
        part = name.removeprefix(f".{beginning}.")
        if part != name and part in ALL_PARTS:
            return part, column
    raise ToolError(
        f"section {name} of the image belongs to no part", "give it one in core/link.ld.j2"
    )


def _size_of_symbol(program: ELFFile, name: str) -> int:
    table = program.get_section_by_name(".symtab")
    if isinstance(table, SymbolTableSection):
        for symbol in table.get_symbol_by_name(name) or []:
            return int(symbol["st_size"])
    return 0
