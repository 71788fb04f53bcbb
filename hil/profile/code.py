# SPDX-License-Identifier: Apache-2.0
"""A function's machine code with its counts: where a line says too little.

The assembly kernels are macros: DWARF gives a whole kernel the line on which its macro is used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import capstone
from elftools.elf.elffile import ELFFile

from generator.errors import Fault, InputError
from hil.boards.debug_info import Place
from hil.boards.elf import functions_of
from hil.profile.stacks import Part
from hil.profile.table import short_names


def code_listing(elf: Path, parts: Iterable[Part], function: str) -> Iterator[str]:
    """Every instruction of a linked function with its executions, and its line where that changes.

    Raises InputError where no such function was executed.
    """
    counts: defaultdict[int, int] = defaultdict(int)
    cycles: defaultdict[int, int] = defaultdict(int)
    places: dict[int, Place] = {}
    executed: set[str] = set()
    for part in parts:
        executed.add(part.place.function)
        if part.place.function == function:
            counts[part.address] += part.instructions
            cycles[part.address] += part.cycles
            places[part.address] = part.place
    if not counts:
        what = f"no linked function {function!r} was executed"
        raise InputError([Fault("--code", what, f"there are: {', '.join(sorted(executed))}")])
    return _lines(elf, function, counts, cycles, places)


def _lines(
    elf: Path,
    function: str,
    counts: defaultdict[int, int],
    cycles: defaultdict[int, int],
    places: dict[int, Place],
) -> Iterator[str]:
    address, size = _extent(elf, function, min(counts))
    short = short_names(place.file for place in places.values())
    yield f"{function}: {sum(counts.values()):,} instructions, {sum(cycles.values()):,} ~ cycles"
    yield f"{'executed':>14} {'~ cycles':>14} {'address':>10}  instruction"
    shown = ""
    for one in _disassemble(_bytes_at(elf, address, size), address):
        place = places.get(one.address)
        line = f"{short[place.file]}:{place.line}" if place is not None and place.line else shown
        mark = f"; {line}" if line != shown else ""
        shown = line
        numbers = " " * 29
        if one.address in counts:
            numbers = f"{counts[one.address]:>14,} {cycles[one.address]:>14,}"
        text = f"{one.mnemonic:8} {one.op_str}"
        yield f"{numbers} {one.address:>#10x}  {text:34} {mark}".rstrip()


def _extent(elf: Path, function: str, executed: int) -> tuple[int, int]:
    """Address and size of the function of that name that holds an address."""
    return next(
        (one.address, one.size_bytes)
        for one in functions_of(elf)
        if one.name == function and one.address <= executed < one.address + one.size_bytes
    )


def _bytes_at(elf: Path, address: int, size: int) -> bytes:
    with elf.open("rb") as stream:
        for section in ELFFile(stream).iter_sections():
            start = section["sh_addr"]
            if section["sh_size"] and start <= address < start + section["sh_size"]:
                data: bytes = section.data()
                return data[address - start : address - start + size]
    raise AssertionError("a function that was executed lies in a section")


def _disassemble(code: bytes, address: int) -> Iterator[capstone.CsInsn]:
    """Instructions; constants between them as data."""
    mode = capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS | capstone.CS_MODE_V8
    engine = capstone.Cs(capstone.CS_ARCH_ARM, mode)
    engine.skipdata = True
    yield from engine.disasm(code, address)
