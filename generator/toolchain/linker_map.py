# SPDX-License-Identifier: Apache-2.0
"""What the linker placed where, and from which object: its map file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from generator.project.names import OUTPUT_DIR

_PLACED = re.compile(
    r"^ (\.(?:text|rodata|data|bss|noinit)\S*|COMMON)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$",
    re.MULTILINE,
)


class Placed(NamedTuple):
    """A section of an object, or of an archive's member, in the image."""

    address: int
    size: int
    section: str
    object: str
    """Its path; an object of the project by its path below `out/`, without its ending."""


def read_placed(map_file: Path) -> list[Placed]:
    """All of them that take room, by address."""
    text = map_file.read_text(encoding="utf-8", errors="replace")
    # A long name of a section stands on a line of its own.
    text = re.sub(r"^( \.\S+)\n\s+", r"\1 ", text, flags=re.MULTILINE)
    return sorted(
        Placed(int(address, 16), int(size, 16), section, _object_name(path))
        for section, address, size, path in _PLACED.findall(text)
        if int(size, 16) and int(address, 16)  # at 0: what the linker left out
    )


def _object_name(path: str) -> str:
    return path.removeprefix(f"{OUTPUT_DIR}/").removesuffix(".o")
