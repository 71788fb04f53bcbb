# SPDX-License-Identifier: Apache-2.0
"""The contents of network_weights.c: arrays, layers' records, and how numbers are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.constant_tables import packed

LINE_COLUMNS = 100
INITIALISER_COLUMNS = LINE_COLUMNS - 4


@dataclass(frozen=True, slots=True)
class Table:
    """A constant array in network_weights.c."""

    name: str
    c_type: str
    count: int
    flash_bytes: int
    lines: tuple[str, ...]
    """The initialiser's lines, ready to print."""
    content: bytes
    """Its bytes in flash; none where it holds addresses, which only the linker knows."""


@dataclass(frozen=True, slots=True)
class Record:
    """A layer's record in network_weights.c: what its kernel is given."""

    name: str
    c_type: str
    comment: str
    fields: tuple[tuple[str, str], ...]


def unsigned(fields: dict[str, int]) -> tuple[tuple[str, str], ...]:
    """Fields of a record that are uint32_t in C."""
    return tuple((name, f"{value}u") for name, value in fields.items())


def signed(fields: dict[str, int]) -> tuple[tuple[str, str], ...]:
    """Fields of a record that are int32_t in C."""
    return tuple((name, int32_literal(value)) for name, value in fields.items())


def byte_table(name: str, values: Sequence[int]) -> Table:
    """A table of int8_t."""
    lines = wrapped(map(str, values))
    return Table(name, "int8_t", len(values), len(values), lines, packed("int8_t", values))


def int32_table(name: str, values: Sequence[int]) -> Table:
    """A table of int32_t."""
    lines = wrapped(map(int32_literal, values))
    return Table(name, "int32_t", len(values), 4 * len(values), lines, packed("int32_t", values))


def word_table(name: str, words: Sequence[int]) -> Table:
    """A table of packed bytes, four in a uint32_t."""
    lines = wrapped(f"0x{word:08x}u" for word in words)
    return Table(name, "uint32_t", len(words), 4 * len(words), lines, packed("uint32_t", words))


def float_literal(value: float) -> str:
    """A C float constant's digits (without the f) that give back the same float32."""
    text = f"{value:.9g}"
    return text if "." in text or "e" in text else f"{text}.0"


def wrapped(items: Iterable[str], width: int = INITIALISER_COLUMNS) -> tuple[str, ...]:
    """Initialiser items in lines of bounded width."""
    lines: list[str] = []
    line = ""
    for item in items:
        if line and len(line) + len(item) + 2 > width:
            lines.append(line)
            line = ""
        line += f" {item}," if line else f"{item},"
    return (*lines, line) if line else tuple(lines)


def c_list(head: str, items: Sequence[str], end: str, indent: int = 4) -> tuple[str, ...]:
    """Items between a head and an end: on one line, or on lines of their own where it is full."""
    line = f"{head}{', '.join(items)}{end}"
    if indent + len(line) <= LINE_COLUMNS:
        return (line,)
    inner = [f"    {part}" for part in wrapped(items, LINE_COLUMNS - indent - 4)]
    return (head, *inner[:-1], f"{inner[-1].rstrip(',')}{end}")


def designated(*groups: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Designated initialisers, each group on a line of its own unless it is too long for one."""
    lines: list[str] = []
    for group in groups:
        lines += wrapped(f".{field} = {value}" for field, value in group)
    return tuple(lines)


def int32_literal(value: int) -> str:
    """A C constant of that value; the lowest has a name, since C has no negative literals."""
    return "INT32_MIN" if value == -(1 << 31) else str(value)
