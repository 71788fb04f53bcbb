# SPDX-License-Identifier: Apache-2.0
"""The board's memories with what lies where, lowest address on the left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hil.report.html.drawings.svg import line, picture, rect, text

_WIDTH = 640
_HEIGHT = 96
_BAR = 26


@dataclass(frozen=True, slots=True)
class Block:
    """Sections of one part that lie side by side."""

    name: str
    address: int
    size_bytes: int
    colour: int
    """Of the style sheet's series, from 0."""


@dataclass(frozen=True, slots=True)
class Region:
    """One memory of the board."""

    name: str
    origin: int
    size_bytes: int
    blocks: tuple[Block, ...]

    @property
    def used_bytes(self) -> int:
        """By the image, gaps for alignment left out."""
        return sum(block.size_bytes for block in self.blocks)


def draw_region(region: Region) -> Markup:
    """Two bars: the whole memory to scale, and below it the used part as wide as the picture."""
    begin = min((block.address for block in region.blocks), default=region.origin)
    end = max((block.address + block.size_bytes for block in region.blocks), default=begin + 1)
    whole = _WIDTH / region.size_bytes
    left, right = whole * (begin - region.origin), whole * (end - region.origin)
    close = _WIDTH / (end - begin)
    parts = [rect(0, 2, _WIDTH, 12, class_="free", title=f"{region.name}: {region.size_bytes:,} B")]
    if region.blocks:
        parts += [
            rect(
                left,
                2,
                max(1.0, right - left),
                12,
                class_="used",
                title=f"used: {region.used_bytes:,} B",
            ),
            line(left, 15, 0, 30, "grid"),
            line(max(left + 1, right), 15, _WIDTH, 30, "grid"),
            rect(0, 31, _WIDTH, _BAR, class_="free"),
        ]
    for block in region.blocks:
        words = f"{block.name}: {block.size_bytes:,} B at 0x{block.address:08x}"
        x = close * (block.address - begin)
        parts.append(
            rect(x, 31, close * block.size_bytes, _BAR, class_=f"series{block.colour}", title=words)
        )
    if region.blocks:
        parts += [
            text(0, 31 + _BAR + 15, f"0x{begin:08x}", class_="tick mono"),
            text(_WIDTH, 31 + _BAR + 15, f"0x{end:08x}", anchor="end", class_="tick mono"),
        ]
    words = f"{region.name}: {region.used_bytes:,} of {region.size_bytes:,} bytes used: "
    words += ", ".join(f"{block.name} {block.size_bytes:,}" for block in region.blocks)
    return picture(_WIDTH, _HEIGHT - (0 if region.blocks else 70), words, *parts)


def merge_blocks(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """By address, neighbours of one name as one block."""
    merged: list[Block] = []
    for block in sorted(blocks, key=lambda one: one.address):
        last = merged[-1] if merged else None
        if last is not None and last.name == block.name:
            size = block.address + block.size_bytes - last.address
            merged[-1] = Block(last.name, last.address, size, last.colour)
        else:
            merged.append(block)
    return tuple(merged)
