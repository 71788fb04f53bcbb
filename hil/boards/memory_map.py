# SPDX-License-Identifier: Apache-2.0
"""What an image puts where: sections of its ELF by address, as the linker placed them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.toolchain.image_files import open_elf

_ALLOCATED = 0x2  # SHF_ALLOC


@dataclass(frozen=True, slots=True)
class PlacedSection:
    """Bytes of one section in one memory."""

    section: str
    address: int
    size_bytes: int
    is_load_image: bool
    """In flash, to be copied to RAM at start: the section itself runs or lives elsewhere."""


def read_placed_sections(elf: Path) -> tuple[PlacedSection, ...]:
    """All that takes memory, by address. A section that is copied at start is there twice."""
    placed: list[PlacedSection] = []
    with open_elf(elf) as image:
        segments = [one for one in image.iter_segments() if one["p_type"] == "PT_LOAD"]
        for section in image.iter_sections():
            size, address = int(section["sh_size"]), int(section["sh_addr"])
            if not section["sh_flags"] & _ALLOCATED or not size:
                continue
            placed.append(PlacedSection(section.name, address, size, is_load_image=False))
            for segment in segments:
                offset = address - int(segment["p_vaddr"])
                moved = int(segment["p_paddr"]) - int(segment["p_vaddr"])
                inside = offset >= 0 and offset + size <= int(segment["p_filesz"])
                if inside and moved and section["sh_type"] != "SHT_NOBITS":
                    loaded = address + moved
                    placed.append(PlacedSection(section.name, loaded, size, is_load_image=True))
    return tuple(sorted(placed, key=lambda one: (one.address, one.section)))
