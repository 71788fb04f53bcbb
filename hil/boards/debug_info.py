# SPDX-License-Identifier: Apache-2.0
"""Where each instruction of an image comes from: function, inlined functions, source line.

By the ELF's symbols and its DWARF. An inlined function has no symbol; DWARF names it by a
`DW_TAG_inlined_subroutine` with the addresses that its body was compiled to.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from elftools.dwarf.die import DIE
from elftools.dwarf.ranges import BaseAddressEntry

from generator.toolchain.image_files import open_elf
from hil.boards.elf import Function, file_of, functions_of

THUMB_BIT = 1
"""Of a symbol's value: it is code of the Thumb instruction set; no part of the address."""

ORIGINS = ("DW_AT_abstract_origin", "DW_AT_specification")
"""References of a copy of a function to what it is a copy of."""

MOST_ORIGINS = 16
"""From a copy of a function to its name: a damaged file could lead in a circle."""

Range = tuple[int, int]
"""Addresses from the first up to, but without, the second."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instruction comes from."""

    function: str
    """The linked function that holds it; its address in hex where no symbol does."""
    inlined: tuple[str, ...] = ()
    """Functions that were inlined there, the outermost first."""
    file: str = ""
    """Path from the project's folder, or an absolute one; empty without line information."""
    line: int = 0
    """From 1; 0 without line information, and for code that the compiler made for no line."""


class _Functions:
    """The linked functions by their addresses."""

    def __init__(self, functions: Sequence[Function]) -> None:
        self._functions = functions
        self._starts = [one.address for one in functions]
        self.names_at: defaultdict[int, set[str]] = defaultdict(set)
        """All names of the function that begins there."""
        for one in functions:
            self.names_at[one.address].add(one.name)

    def name_of(self, address: int) -> str:
        """The function that holds an address."""
        index = bisect.bisect_right(self._starts, address) - 1
        if index >= 0 and address < self._starts[index] + self._functions[index].size_bytes:
            return self._functions[index].name
        return f"0x{address:08x}"


def places_of(elf: Path, addresses: Collection[int]) -> dict[int, Place]:
    """The place of each of these addresses of instructions in an image.

    Without debug information in the file only functions are known.
    """
    wanted = sorted(addresses)
    lines: dict[int, tuple[str, int]] = {}
    inlined: dict[int, tuple[str, ...]] = {}
    functions = _Functions(functions_of(elf))
    with open_elf(elf) as image:
        if image.has_dwarf_info():
            dwarf = image.get_dwarf_info()
            for unit in dwarf.iter_CUs():
                linked = _linked_functions(unit, functions)
                lines |= _lines_of(dwarf.line_program_for_CU(unit), set(linked), functions, wanted)
                for function in linked.values():
                    _note_inlined(function, (), wanted, inlined)
    return {
        address: Place(
            functions.name_of(address), inlined.get(address, ()), *lines.get(address, ("", 0))
        )
        for address in wanted
    }


def _linked_functions(unit: Any, functions: _Functions) -> dict[int, DIE]:
    """The functions of a unit that are in the image, by their addresses.

    The linker leaves the description of a function that it drops, with 0 or another address that
    is none of its own: so the symbols decide.
    """
    return {
        start: die
        for die in unit.iter_DIEs()
        if die.tag == "DW_TAG_subprogram" and "DW_AT_low_pc" in die.attributes
        for start in [int(die.attributes["DW_AT_low_pc"].value) & ~THUMB_BIT]
        if any(name.partition(".")[0] == name_of(die) for name in functions.names_at.get(start, ()))
    }


def name_of(die: DIE) -> str:
    """The name of a function, which an inlined or specialised copy has from its origin."""
    for _ in range(MOST_ORIGINS):
        if "DW_AT_name" in die.attributes:
            return str(die.attributes["DW_AT_name"].value.decode("utf-8", "replace"))
        link = next((link for link in ORIGINS if link in die.attributes), None)
        if link is None:
            break
        die = die.get_DIE_from_attribute(link)
    return "?"


def _ranges_of(die: DIE) -> Iterator[Range]:
    """Addresses that a DIE covers."""
    attributes = die.attributes
    if "DW_AT_ranges" in attributes:
        lists: Any = die.dwarfinfo.range_lists()
        top = die.cu.get_top_DIE().attributes
        base = int(top["DW_AT_low_pc"].value) if "DW_AT_low_pc" in top else 0
        offset = attributes["DW_AT_ranges"].value
        for entry in lists.get_range_list_at_offset(offset, die.cu):
            if isinstance(entry, BaseAddressEntry):
                base = entry.base_address
            else:
                shift = 0 if entry.is_absolute else base
                yield entry.begin_offset + shift, entry.end_offset + shift
    elif "DW_AT_high_pc" in attributes:
        low, high = int(attributes["DW_AT_low_pc"].value), attributes["DW_AT_high_pc"]
        is_address = high.form == "DW_FORM_addr"
        yield low, int(high.value) if is_address else low + int(high.value)


def _note_inlined(
    die: DIE, above: tuple[str, ...], wanted: Sequence[int], inlined: dict[int, tuple[str, ...]]
) -> None:
    """Note the inlined functions below a DIE at each wanted address, the innermost last."""
    for child in die.iter_children():
        chain = above
        if child.tag == "DW_TAG_inlined_subroutine":
            chain = (*above, name_of(child))
            for begin, end in _ranges_of(child):
                for address in _within(wanted, begin, end):
                    inlined[address] = chain
        if child.tag in {"DW_TAG_inlined_subroutine", "DW_TAG_lexical_block"}:
            _note_inlined(child, chain, wanted, inlined)


def _within(wanted: Sequence[int], begin: int, end: int) -> Sequence[int]:
    return wanted[bisect.bisect_left(wanted, begin) : bisect.bisect_left(wanted, end)]


def _lines_of(
    program: Any, linked: set[int], functions: _Functions, wanted: Sequence[int]
) -> dict[int, tuple[str, int]]:
    """File and line of the wanted addresses that a unit's line table covers."""
    found: dict[int, tuple[str, int]] = {}
    if program is None:
        return found
    sequence: list[Any] = []
    for entry in program.get_entries():
        state = entry.state
        if state is None:
            continue
        sequence.append(state)
        if not state.end_sequence:
            continue
        start = sequence[0].address
        if start in linked or (not linked and start in functions.names_at and start != 0):
            for row, following in pairwise(sequence):
                for address in _within(wanted, row.address, following.address):
                    found[address] = file_of(program, row.file), row.line
        sequence = []
    return found
