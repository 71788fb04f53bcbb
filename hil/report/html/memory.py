# SPDX-License-Identifier: Apache-2.0
"""RAM and flash: who takes how much, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from generator.model.published import published_rows
from hil.boards.memory_map import PlacedSection
from hil.report.evidence import Evidence
from hil.report.html.drawings.bars import Bar, Part, draw_bars
from hil.report.html.drawings.memory_map import Block, Region, draw_region, merge_blocks
from hil.report.model import Footprint, MemoryRegion, Report

COLOURS = {
    "network": 0,
    "network_weights": 1,
    "frontend": 2,
    "app": 3,
    "library": 9,
    "port": 4,
    "core": 5,
    "cmsis_dsp": 6,
    "libgcc": 7,
    "stack": 8,
}
"""Of the parts, in the style sheet's series."""

_OTHER_COLOUR = 10
_PREFIXES = ("text", "rodata", "data", "bss", "itcm", "noinit", "dma")
_OF_CORE = {"vectors", "copy_table", "image_mark", "fault_stack", "itcm_null"}


@dataclass(frozen=True, slots=True)
class MapRow:
    """One memory and its picture."""

    name: str
    kind: str
    origin: str
    size_bytes: int
    used_bytes: int
    drawing: Markup


@dataclass(frozen=True, slots=True)
class PublishedBytes:
    """One published row, in the columns of the network's footprint."""

    engine: str
    kib: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemorySection:
    """Drawings of the section; None where the image came without its footprint."""

    bars: Markup | None
    key: tuple[tuple[str, int], ...]
    """Names of the parts with their colours."""

    parts: tuple[str, ...]
    """Those that take memory, as report.json names them."""

    regions: tuple[MapRow, ...]
    published: tuple[PublishedBytes, ...] = ()
    """What ST publishes of the very file that was played; of another model nothing."""


def make_memory(report: Report, evidence: Evidence) -> MemorySection:
    """Of one image."""
    footprint = report.footprint
    if footprint is None:
        return MemorySection(None, (), (), ())
    regions = tuple(_region(one, evidence.placed) for one in footprint.memories)
    parts = tuple(
        name for name, part in footprint.by_part.items() if part.ram_bytes or part.flash_bytes
    )
    named = [*parts, "stack"] if footprint.image.stack_bytes else [*parts]
    named.sort(key=lambda name: COLOURS.get(name, _OTHER_COLOUR))
    return MemorySection(
        _bars(footprint),
        tuple((name, COLOURS.get(name, _OTHER_COLOUR)) for name in named),
        parts,
        regions if evidence.placed else (),
        tuple(
            PublishedBytes(row.engine, tuple(f"{one:.2f}" for one in row.footprint_kib))
            for row in published_rows(report.model_sha256)
        ),
    )


def _bars(footprint: Footprint) -> Markup:
    parts = sorted(footprint.by_part.items(), key=lambda one: COLOURS.get(one[0], _OTHER_COLOUR))
    ram = [_part(name, part.ram_bytes) for name, part in parts if part.ram_bytes]
    flash = [_part(name, part.flash_bytes) for name, part in parts if part.flash_bytes]
    if footprint.image.stack_bytes:
        ram.append(_part("stack", footprint.image.stack_bytes))
    limits = footprint.limits
    bars = [
        Bar("RAM", tuple(ram), limits.image_ram_bytes / 1024 if limits else None),
        Bar("flash", tuple(flash), limits.image_flash_bytes / 1024 if limits else None),
    ]
    return draw_bars(bars, "KiB", "The whole image")


def _part(name: str, size_bytes: int) -> Part:
    return Part(name, size_bytes / 1024, COLOURS.get(name, _OTHER_COLOUR))


def part_of(section: str) -> str:
    """The part that a section belongs to, by the names of core/link.ld.j2."""
    words = section.removeprefix(".").split(".", 1)
    if words[0] in _PREFIXES and len(words) > 1:
        return words[1]
    return "core" if words[0] in _OF_CORE else words[0]


def _region(region: MemoryRegion, placed: tuple[PlacedSection, ...]) -> MapRow:
    end = region.origin + region.size_bytes
    blocks = merge_blocks(
        [
            Block(part_of(one.section), one.address, one.size_bytes, _colour(one))
            for one in placed
            if region.origin <= one.address < end
        ]
    )
    drawn = Region(region.name, region.origin, region.size_bytes, blocks)
    return MapRow(
        region.name,
        region.kind,
        f"0x{region.origin:08x}",
        region.size_bytes,
        sum(one.size_bytes for one in placed if region.origin <= one.address < end),
        draw_region(drawn),
    )


def _colour(one: PlacedSection) -> int:
    return COLOURS.get(part_of(one.section), _OTHER_COLOUR)
