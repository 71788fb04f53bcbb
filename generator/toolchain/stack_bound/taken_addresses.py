# SPDX-License-Identifier: Apache-2.0
"""Where the addresses of functions are kept: the relocations of the objects tell.

A linked image has none left, so this reads the objects that it was linked from.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from generator.project.names import OUTPUT_DIR
from generator.toolchain.stack_bound.elf32 import FUNCTION, UNDEFINED, read_elf32

_CALLS = {10, 30, 51, 102}
"""R_ARM_THM_CALL, R_ARM_THM_JUMP24, R_ARM_THM_JUMP19, R_ARM_THM_JUMP11 (AAELF32)."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The address of one function in one table, or in the code of a function that hands it on."""

    object: str
    section: str
    """With its name after `.text.` or `.rodata.`: each function and table has its own."""
    function: str
    defined_in: str
    """The function's object; "" where it is another one, and the name is known everywhere."""

    @property
    def place(self) -> str:
        """As the table of indirect calls names it."""
        return f"{self.object}:{self.section}:{self.function}"


def read_taken(project: Path, objects: Collection[str], functions: Collection[str]) -> list[Taken]:
    """All of them in `objects`; `functions`: all names that are functions."""
    taken = set()
    for name in objects:
        elf = read_elf32(project / OUTPUT_DIR / f"{name}.o")
        for section, symbol, kind in elf.relocations:
            if kind in _CALLS or section.name == ".vectors":
                continue
            if symbol.section == UNDEFINED:
                if symbol.name in functions:
                    taken.add(Taken(name, section.name, symbol.name, ""))
            elif symbol.kind == FUNCTION:
                taken.add(Taken(name, section.name, symbol.name, name))
    return sorted(taken, key=lambda one: one.place)
