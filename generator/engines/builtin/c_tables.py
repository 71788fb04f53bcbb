# SPDX-License-Identifier: Apache-2.0
"""What stands in network_weights.c: arrays, layers' records, and how their numbers look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LINE_WIDTH = 96


@dataclass(frozen=True, slots=True)
class Table:
    """A constant array in network_weights.c."""

    name: str
    c_type: str
    count: int
    flash_bytes: int
    lines: tuple[str, ...]
    """The initialiser's lines, ready to print."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A layer's record in network_weights.c."""

    name: str
    c_type: str
    comment: str
    fields: tuple[tuple[str, str], ...]


def float_literal(value: float) -> str:
    """A C float constant's digits (without the f) that give back the same float32."""
    text = f"{value:.9g}"
    return text if "." in text or "e" in text else f"{text}.0"


def wrapped(items: Iterable[str]) -> tuple[str, ...]:
    """Initialiser items in lines of bounded width."""
    lines: list[str] = []
    line = ""
    for item in items:
        if line and len(line) + len(item) + 2 > LINE_WIDTH:
            lines.append(line)
            line = ""
        line += f" {item}," if line else f"{item},"
    return (*lines, line) if line else tuple(lines)


def int32_literal(value: int) -> str:
    """A C constant of that value; the lowest has a name, since C has no negative literals."""
    return "INT32_MIN" if value == -(1 << 31) else str(value)
